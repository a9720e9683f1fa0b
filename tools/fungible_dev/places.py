# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do the developer tools keep things."""

from __future__ import annotations

import contextlib
import fcntl
import os
import typing as t
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = CHECKOUT / "tools"


def cache() -> Path:
    """Return the folder for what can be made again: virtual environments, artifacts and logs."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "fungible"


def folder(name: str) -> Path:
    """Return a folder of the cache, made if need be."""
    path = cache() / name
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def only_one(lock: Path) -> t.Iterator[None]:
    """Let one process at a time do what the lock file stands for."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
