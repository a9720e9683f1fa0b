# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is a package of the npm registry fetched, npm or no npm on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from . import places, show
from .artifact_store import Artifact, kept
from .commands import run
from .environment import ensure_venv


def package(name: str, version: str, *, sha256: str) -> Artifact:
    """Return the package's archive as the registry has it."""
    file = f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
    return kept(file, version, lambda path: _fetch(f"{name}@{version}", path), sha256=sha256)


def _fetch(spec: str, path: Path) -> None:
    show.note(f"Fetching with npm: {spec} (once, into {path.parent})")
    bin_folder = _npm_folder()
    env = {"PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    with tempfile.TemporaryDirectory() as folder:
        run([bin_folder / "npm", "pack", spec, "--silent"], log="npm-pack", cwd=Path(folder), env=env)
        (archive,) = Path(folder).glob("*.tgz")
        shutil.move(str(archive), path)


def _npm_folder() -> Path:
    found = shutil.which("npm")
    if found:
        return Path(found).parent
    return ensure_venv("node", places.TOOLS / "requirements-node.txt").parent
