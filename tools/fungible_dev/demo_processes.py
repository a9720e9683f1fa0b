# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes are a demo's, also those of an earlier one that was killed, and how do they end?"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolError

MARK = "FUNGIBLE_DEMO"  # in the environment of what a demo starts, and so of all that this starts
SUPERVISED = b"FUNGIBLE_RUN="  # in the environment of what supervisord starts

# Programs that write their title over their environment, and say in it whose configuration they run.
TITLES = re.compile(rb"(?:php-fpm|nginx): master process [^/]*(/.*)")


@dataclass(frozen=True)
class Process:
    """Be a process of a demo."""

    pid: int
    is_daemon: bool  # supervisord
    is_supervised: bool

    @property
    def is_starter(self) -> bool:
        """Tell whether it may start others on its own: ansible-playbook and what it runs."""
        return not (self.is_daemon or self.is_supervised)


def found(folder: Path) -> list[Process]:
    """Find the processes of the demo in the folder."""
    numbers = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [known for pid in sorted(numbers) if pid != os.getpid() and (known := _look_at(pid, os.fsencode(folder)))]


def end_all(folder: Path, patience: float = 10) -> int:
    """End them: first those that may start more, then supervisord, which ends its own, then what is left of these."""
    count = len(found(folder))
    _end(folder, lambda one: one.is_starter, patience)
    _end(folder, lambda one: one.is_daemon, patience * 6)
    _end(folder, lambda _: True, patience)
    return count


def prefer(folder: Path, by: int) -> bool:
    """Have the kernel let them go first, with all that they start from now on; tell whether we may ask for that.

    Where the kernel schedules sessions before processes, see sched(7), what counts is the session's value.
    """
    for one in found(folder):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            try:
                os.setpriority(os.PRIO_PROCESS, one.pid, -by)
                Path(f"/proc/{one.pid}/autogroup").write_text(str(-by), encoding="ascii")
            except OSError as exc:
                if exc.errno in {errno.EACCES, errno.EPERM}:
                    return False
                # The kernel does not like to be asked too often, and its first session has no value of its own.
                if exc.errno not in {errno.EAGAIN, errno.EINVAL}:
                    raise
    return True


def _end(folder: Path, chosen: t.Callable[[Process], bool], patience: float) -> None:
    """Ask those that are chosen to end, also those that come to it meanwhile; after some patience, do not ask."""
    asked: set[int] = set()
    deadline = time.monotonic() + patience
    while left := [one.pid for one in found(folder) if chosen(one)]:
        late = time.monotonic() - deadline
        if late > patience:
            raise ToolError(f"process {left[0]} does not end, and it is of the demo in {folder}; end it by hand")
        for pid in left if late > 0 else set(left) - asked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late > 0 else signal.SIGTERM)
        asked.update(left)
        time.sleep(0.05)


def _look_at(pid: int, folder: bytes) -> Process | None:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended, or is somebody else's
        return None
    title = TITLES.match(command)
    if title and title[1].startswith(folder + b"/"):
        return Process(pid, is_daemon=False, is_supervised=True)
    if b"%s=%s" % (MARK.encode(), folder) not in environment:
        return None
    supervised = any(value.startswith(SUPERVISED) for value in environment)
    return Process(pid, is_daemon=b"/supervisord\0" in command and not supervised, is_supervised=supervised)
