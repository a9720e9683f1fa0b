# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python interpreters are on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

OLDEST = (3, 9)
_NAME = re.compile(r"python3\.\d+")
_ASK = """
import os, sys
print(*sys.version_info[:3])
print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
"""


@dataclass(frozen=True, order=True)
class Python:
    """An interpreter: the program itself, never a shim or a virtual environment's link to it."""

    version: tuple[int, int, int]
    path: Path

    @property
    def minor(self) -> str:
        """Return the version as the ecosystem names it: 3.13."""
        return "{}.{}".format(*self.version)


def find_pythons(oldest: tuple[int, int] = OLDEST) -> list[Python]:
    """Find one interpreter of each minor version that is not older, newest first."""
    found: dict[str, Python] = {}
    for candidate in _candidates():
        python = _ask(candidate)
        if python and python.version[:2] >= oldest:
            found.setdefault(python.minor, python)
    return sorted(found.values(), reverse=True)


def _candidates() -> t.Iterator[Path]:
    for folder in _folders():
        yield from (folder / name for name in _names(folder) if _NAME.fullmatch(name))
    if default := shutil.which("python3"):
        yield Path(default)


def _names(folder: Path) -> list[str]:
    """List a folder of PATH; one that is not there, or not ours to read, has nothing for us."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _folders() -> t.Iterator[Path]:
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        if Path(entry).is_absolute() and Path(entry).name != "shims":
            yield Path(entry)
    yield from sorted(Path.home().glob(".pyenv/versions/*/bin"))


def _ask(candidate: Path) -> Python | None:
    try:
        command = [str(candidate), "-I", "-c", _ASK]
        answer = subprocess.check_output(command, stderr=subprocess.DEVNULL, text=True, timeout=20)
        version, path = answer.splitlines()
        major, minor, micro = map(int, version.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None  # a shim of a version that is not there, or something else by that name
    return Python((major, minor, micro), Path(path))
