# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Did a test leave something running that it had started?"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import typing as t
from pathlib import Path

from .suite_stage import Outcome

MARK = "FUNGIBLE_SUITE"  # in the environment of all that a suite starts
GROUND = re.compile(r"/(?:dev/shm|tmp)/fg-.* \(deleted\)")  # where tests have their machines


def mark() -> None:
    """Mark what is started from now on."""
    os.environ[MARK] = str(os.getpid())


def left_running() -> Outcome:
    """Find what is marked and still runs, tell whose it is, and end it."""
    left = [*_marked(), *_adrift()]
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return Outcome(failed=len(left), output="\n".join(what for _, what in left))


def _marked() -> t.Iterator[tuple[int, str]]:
    wanted = f"{MARK}={os.getpid()}"
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().decode("utf-8", "replace").split("\0")
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
        except OSError:  # it ended, or is somebody else's
            continue
        if wanted in environment and folder.name != str(os.getpid()):
            tests = [line.partition("=")[2] for line in environment if line.startswith("PYTEST_CURRENT_TEST=")]
            yield int(folder.name), f"process {folder.name} ({command.strip()}), started by {tests or 'a stage'}"


def _adrift() -> t.Iterator[tuple[int, str]]:
    """Find what goes on in a test's folder that is gone; php-fpm's workers write their title over the mark."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            place = os.readlink(folder / "cwd")
            if GROUND.match(place):
                command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
                yield int(folder.name), f"process {folder.name} ({command.strip()}), in {place}"
