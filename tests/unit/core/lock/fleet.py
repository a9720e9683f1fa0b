# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extensions in a directory of this machine, and a controller that resolves them."""

from __future__ import annotations

import io
import typing as t
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.resolve import Resolved, resolve
from fungible_dev.directory_server import Directory

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import Lock

Data = dict[str, t.Any]


def archive(files: t.Mapping[str, str | bytes]) -> bytes:
    """Make a zip of files."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return kept.getvalue()


def headed(version: str, *lines: str, name: str = "A plugin") -> str:
    """Write the main file of a plugin."""
    said = "".join(f" * {line}\n" for line in (f"Plugin Name: {name}", f"Version: {version}", *lines))
    return f"<?php\n/*\n{said} */\n"


def plugin(slug: str, version: str, *lines: str) -> bytes:
    """Make a plugin's zip."""
    return archive({f"{slug}/{slug}.php": headed(version, *lines), f"{slug}/readme.txt": f"{slug} {version}\n"})


@dataclass
class Fleet:
    """Be a controller with a folder, a cache, a lock, and what the sites may use."""

    folder: Path
    directory: Directory
    extensions: dict[str, Data] = field(default_factory=dict)
    sites: dict[str, Data] = field(default_factory=dict)
    old: str | None = None
    redirects: tuple[str, ...] = ()

    def find(self, name: str) -> str:
        return str(self.folder / name)

    def desk(self) -> LocalDesk:
        return LocalDesk(str(self.folder / "cache"), self.find, self.redirects)

    def resolve(self, *update: str) -> Resolved:
        """Resolve without keeping the lock."""
        shared = {"extensions": self.extensions} if self.extensions else None
        return resolve(self.sites, shared, self.old, desk=self.desk(), update=update)

    def lock(self, *update: str) -> Lock:
        """Resolve, and keep the lock."""
        done = self.resolve(*update)
        self.old = done.text
        return done.lock

    def from_directory(self, name: str, version: str = "", **more: t.Any) -> None:
        """Let the catalogue have a plugin of the directory."""
        source = {"directory": self.directory.url}
        self.extensions[name] = {**({"version": version} if version else {}), "source": source, **more}


def refusal(fleet: Fleet, *update: str) -> str:
    with pytest.raises(CoreError) as caught:
        fleet.resolve(*update)
    assert "\n" not in str(caught.value)
    return str(caught.value)
