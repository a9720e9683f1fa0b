# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where are artifacts kept, and are they still what they were."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import places
from .archives import sha256_of
from .errors import ToolError


@dataclass(frozen=True)
class Artifact:
    """A file whose digest was checked just now."""

    path: Path
    sha256: str
    version: str

    @property
    def url(self) -> str:
        """Return the address that a manifest's source takes."""
        return self.path.as_uri()

    @property
    def source(self) -> dict[str, str]:
        """Return the source as a manifest has it."""
        return {"url": self.url, "sha256": self.sha256}


def kept(name: str, version: str, build: t.Callable[[Path], None], *, sha256: str | None = None) -> Artifact:
    """Return the artifact, built if it is not there or not what it was.

    Without a pinned digest, what was built first says what it has to be.
    """
    path = places.folder("artifacts") / name
    with places.only_one(path.parent / f".{name}.lock"):
        wanted = sha256 or _noted(path)
        if wanted is None or not path.exists() or sha256_of(path) != wanted:
            wanted = _built(name, build, sha256)
    return Artifact(path, wanted, version)


def replaced(name: str, build: t.Callable[[Path], None], *, sha256: str | None = None) -> Path:
    """Build the file beside its place, and put it there if it is what it has to be."""
    path = places.folder("artifacts") / name
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        build(fresh)
        if sha256 and sha256_of(fresh) != sha256:
            raise ToolError(f"{name} has the digest {sha256_of(fresh)}, not the pinned {sha256}; it is not used")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def _built(name: str, build: t.Callable[[Path], None], pinned: str | None) -> str:
    path = replaced(name, build, sha256=pinned)
    actual = pinned or sha256_of(path)
    _note(path).write_text(f"{actual}  {name}\n", encoding="utf-8")
    return actual


def _noted(path: Path) -> str | None:
    note = _note(path)
    return note.read_text(encoding="utf-8").split()[0] if note.exists() else None


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
