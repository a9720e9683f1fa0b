# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are virtual environments of a certain Python had, beside those of the newest?"""

from __future__ import annotations

import hashlib
import shutil
import typing as t
from pathlib import Path

from . import places, show
from .commands import attempt, run
from .pythons import Python, find_pythons

Versions = t.Tuple[t.Tuple[int, int], t.Tuple[int, int]]  # noqa: UP006 - evaluated, and ./dev starts on 3.9


def newest_between(versions: Versions) -> Python | None:
    """Find the newest interpreter in a range that can make virtual environments."""
    for python in find_pythons(versions[0]):
        if python.version[:2] <= versions[1] and attempt([python.path, "-c", "import ensurepip, venv"]).returncode == 0:
            return python
    return None


def venv_of(python: Python, name: str) -> Path:
    """Return the Python of an environment that has tools/requirements-NAME.txt, made once."""
    requirements = places.TOOLS / f"requirements-{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    home = places.folder("venvs")
    folder = home / f"{name}-{digest}-py{python.minor}"
    with places.only_one(home / f"{name}.lock"):
        if not (folder / ".ready").exists():
            show.note(f"Installing with pip: {requirements.name}, for Python {python.minor} (once, into {folder})")
            shutil.rmtree(folder, ignore_errors=True)
            run([python.path, "-m", "venv", folder], log=f"venv-{folder.name}")
            pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
            run([folder / "bin/python", *pip, "-r", requirements], log=f"pip-{folder.name}")
            (folder / ".ready").touch()
    return folder / "bin/python"
