# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is it like when another run holds a lock, and for how long?"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost

if t.TYPE_CHECKING:
    from pathlib import Path


@contextlib.contextmanager
def held(lock: str, until: t.Callable[[], object]) -> t.Iterator[int]:
    """Hold a lock in another process until something is so there, and tell the process."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with LocalHost().lock(lock, 0):
            os.write(write, b"held")
            until()
        os._exit(0)
    assert os.read(read, 4) == b"held"
    try:
        yield pid
    finally:
        os.waitpid(pid, 0)
        os.close(read)
        os.close(write)


class AnnouncingHost(LocalHost):
    """The machine at hand, where it is told that somebody comes to a lock."""

    def __init__(self, lock: str, sign: Path) -> None:
        self._lock, self._sign = lock, sign

    @contextlib.contextmanager
    def lock(self, path: str, wait: float) -> t.Iterator[None]:
        if path == self._lock:
            self._sign.touch()
        with super().lock(path, wait):
            yield
