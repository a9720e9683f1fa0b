# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which site do the tests of Salt deploy: the small application with an SQLite store, in a root of its own."""

from __future__ import annotations

import shutil
import typing as t

from tests.parts.support.machine import Machine, ask

from fungible_dev.procfile import procfile_app

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Answer

NAME: t.Final = "notes"
SECRET: t.Final = "the-secret-of-the-notes-that-nobody-may-see"
HOST: t.Final = "notes.example"
ARTIFACTS: t.Final = "artifacts"  # below the files of the master, or of the controller


class Site:
    """Be the site on one machine."""

    def __init__(self, root: Path, files: Path, name: str = NAME) -> None:
        self.name, self.files = name, files
        self.machine = Machine(root, name)

    @property
    def root(self) -> Path:
        return self.machine.root

    def manifest(self, version: str, broken: str = "", secret: str = SECRET, **app: t.Any) -> dict[str, t.Any]:
        return {
            "app": {
                "kind": "procfile",
                "version": version,
                "source": self.source(version, broken),
                "secret": secret,
                "runtime": "supervisor",
                "port": self.machine.port,
                "health": {"path": "/healthz", "within": "5s"},
                **app,
            },
            "stores": {"db": {"kind": "sqlite"}, "uploads": {"kind": "directory", "mount": "uploads"}},
            "routes": [{"host": HOST, "listen": f"127.0.0.1:{self.machine.listen}", "drain": "5s"}],
        }

    def source(self, version: str, broken: str = "") -> dict[str, str]:
        """Put an artifact among the files, and tell where it is."""
        made = procfile_app(version, broken)
        place = self.files / ARTIFACTS / made.path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made.path, place)
        return {"file": f"{ARTIFACTS}/{made.path.name}", "sha256": made.sha256}

    def get(self, path: str = "/healthz") -> Answer:
        return ask(self.machine.listen, path, {"Host": HOST})

    def served(self) -> str:
        """Tell which release visitors get."""
        answer = self.get()
        return answer.headers["x-fungible-release"] if answer.status == 200 else f"{answer.status} {answer.body}"
