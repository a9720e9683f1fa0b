# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WordPress that people kept by hand, whose chain is kept where it is from now on."""

from __future__ import annotations

import hashlib
import typing as t
import zipfile

from tests.parts.support.dying import CountingHost
from tests.unit import hand_kept

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request

if t.TYPE_CHECKING:
    from pathlib import Path

CHAIN: t.Final = "wp-content/mu-plugins/0-fungible.php"
PLUGINS: t.Final = "wp-content/plugins"
NEW: t.Final = {"forms.php": "<?php\n/* Plugin Name: Forms\n * Version: 2.5 */", "css/b.css": "b {}"}


class Site:
    """Be a site that people kept by hand, and the artifacts that somebody declares for it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "root"
        self.path = hand_kept.site(folder / "html")
        self.use: list[dict[str, t.Any]] = []

    def declare(self, name: str, version: str, files: t.Mapping[str, str] | str, **said: str) -> None:
        """Say that an extension is to be there: of a zip, or of one file."""
        ending = "php" if isinstance(files, str) else "zip"
        path = self.folder / f"{name}-{version}.{ending}"
        if isinstance(files, str):
            path.write_text(files)
        else:
            with zipfile.ZipFile(path, "w") as archive:
                for inside, text in files.items():
                    archive.writestr(f"{name}/{inside}", text)
        source = {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        self._say({"name": name, "version": version, "source": source, **said})

    def absent(self, name: str, **said: str) -> None:
        self._say({"name": name, "state": "absent", **said})

    def _say(self, entry: dict[str, t.Any]) -> None:
        self.use = [*(one for one in self.use if one["name"] != entry["name"]), entry]

    def keep(self, host: CountingHost | None = None, *, check: bool = False) -> list[str]:
        asked = Request("blog", {"plugins": {"use": self.use}}, root=str(self.root))
        done = chain.plugin_chain(host or CountingHost(), asked, check=check, path=str(self.path))
        return [str(step) for step in done.plan.steps]

    def kept(self) -> list[str]:
        """Do what is asked: it is what was foretold, and then there is nothing to do."""
        told = self.keep(check=True)
        done = self.keep()
        assert told == done
        assert self.keep() == []
        return [step for step in done if not step.startswith(("fetch", "unpack")) and CHAIN not in step]

    def files(self, at: str) -> dict[str, str]:
        return _files(self.path / at)

    @property
    def aside(self) -> dict[str, dict[str, str]]:
        """Tell what was set aside, by its place without its time."""
        places = (self.root / "var/lib/fungible/blog/replaced").glob("*/*")
        return {f"{one.parent.name}/{one.name.rpartition('-')[0]}": _files(one) for one in places}


def _files(path: Path) -> dict[str, str]:
    if path.is_file():
        return {"": path.read_text()}
    return {str(one.relative_to(path)): one.read_text() for one in path.rglob("*") if one.is_file()}
