# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What did one static check find, and how is a tool of the virtual environment asked."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import places
from .commands import attempt


@dataclass(frozen=True)
class Finding:
    """Be the answer of one check; what could not be looked at is said, never left out."""

    passed: bool
    output: str = ""
    skipped: tuple[str, ...] = ()


def ask(bin_dir: Path, tool: str, *arguments: str | Path, cwd: Path | None = None) -> Finding:
    """Run a program of the virtual environment in the checkout and take its exit code for the verdict."""
    done = attempt([bin_dir / tool, *arguments], cwd=cwd or places.CHECKOUT, env=_surroundings(bin_dir))
    return Finding(done.returncode == 0, done.stdout + done.stderr)


def _surroundings(bin_dir: Path) -> dict[str, str]:
    """Put the environment's programs first; a shim of pyenv answers for Pythons that are not there, and fails."""
    given = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [folder for folder in given if Path(folder).name != "shims"]
    return {"PATH": os.pathsep.join([str(bin_dir), *kept]), "NO_COLOR": "1"}


def listed_files() -> t.Iterator[Path]:
    """Yield the checkout's files as git knows them, new ones included, links and ignored ones not."""
    done = attempt(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=places.CHECKOUT)
    for name in sorted(set(done.stdout.split("\0")) - {""}):
        path = places.CHECKOUT / name
        if path.is_file() and not path.is_symlink():
            yield path
