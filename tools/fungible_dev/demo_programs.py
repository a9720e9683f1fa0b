# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which application can this machine run: a real WordPress, or where PHP cannot be had, one in Python?"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import typing as t

from . import show
from .commands import attempt
from .demo_procfile import Notes
from .demo_wordpress import Blog
from .environment import ensure_system
from .errors import ToolError

if t.TYPE_CHECKING:
    from .demo_app import App

PHP = ("php-cli", "php-fpm", "php-sqlite3", "php-xml", "php-mbstring")
MODULES = {"pdo_sqlite", "xml", "mbstring"}
PACKAGES = (*PHP, "nginx-light", "haproxy")
FPM = re.compile(r"php-fpm(?:[78]\.\d)?")


def choose() -> App:
    """Have the programs installed that are missing, or do without PHP, and say so."""
    if _runs_wordpress():
        return Blog()
    why = _refusal(PACKAGES)
    if not why and _runs_wordpress():
        return Blog()
    if not shutil.which("haproxy"):
        _refusal(("haproxy",))  # alone it may be had
    if not shutil.which("haproxy"):
        raise ToolError(why or "haproxy is installed, but not on PATH")
    show.note(f"WordPress cannot be shown: {why or 'PHP or nginx is installed, but not on PATH'}")
    show.note("So Notes, a small application in Python, takes its place; everything else is the same.")
    return Notes()


def _refusal(packages: t.Sequence[str]) -> str:
    """Install the packages, and tell why that cannot be done if it cannot."""
    try:
        ensure_system(packages, "the demo")
    except ToolError as exc:
        return str(exc)
    return ""


def _runs_wordpress() -> bool:
    if not (all(shutil.which(name) for name in ("php", "nginx", "haproxy")) and any(_fpms())):
        return False
    modules = attempt(["php", "-m"]).stdout.lower().split()
    return set(modules) >= MODULES


def _fpms() -> t.Iterator[str]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        with contextlib.suppress(OSError):  # PATH may name what is not there, or not for us
            yield from (name for name in os.listdir(folder) if FPM.fullmatch(name))
