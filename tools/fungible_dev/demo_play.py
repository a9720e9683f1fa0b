# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What did ansible-playbook do: each task with its time and its steps, told as it happens; all it said is in a log."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolError

TASK = re.compile(r"TASK \[(?:[\w.]+ : )?(.+)\] \*+")
RESULT = re.compile(r"(ok|changed|fatal|failed): \[[^]]+\](?:: [A-Z]+!)? => (\{.*\})")
RECAP = re.compile(r"\S+ +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0 ")
LESS = 5  # nice(1): by so much visitors go first, where they share the machine with Ansible
PATIENCE = 5.0


@dataclass(frozen=True)
class Task:
    """Be a task and what it did; no steps mean that there was nothing to do."""

    name: str
    seconds: float
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Play:
    """Be a run of a playbook; moments are on the monotonic clock."""

    begun: float
    ended: float
    changed: int
    tasks: tuple[Task, ...]

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return self.ended - self.begun


def play(command: t.Sequence[str | Path], log: Path, tell: t.Callable[[Task], None], *, humbly: bool = False) -> Play:
    """Run a playbook; raise with its error if it fails. Humbly: whatever else the machine does goes first."""
    begun = time.monotonic()
    words = ["nice", "-n", str(LESS), *command] if humbly else command
    with log.open("w", encoding="utf-8") as kept, _started([str(word) for word in words], kept, humbly) as process:
        changed, tasks, error = _read(process.stdout or (), kept, tell)
        status = process.wait()
    if status or changed is None:
        raise ToolError(f"ansible-playbook failed: {error or _last_line(log)} (all it said: {log})")
    return Play(begun, time.monotonic(), changed, tuple(tasks))


@contextlib.contextmanager
def _started(words: list[str], kept: t.TextIO, humbly: bool) -> t.Iterator[subprocess.Popen[str]]:
    """Start a program in a session of its own, so that Ctrl-C is ours to answer, and end it with the block."""
    kept.write(f"$ {' '.join(words)}\n")
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    if humbly:  # where the kernel schedules sessions before processes, see sched(7), nice(1) is not enough
        with contextlib.suppress(OSError):
            Path(f"/proc/{process.pid}/autogroup").write_text(str(LESS), encoding="utf-8")
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, number)
                process.wait(PATIENCE)
    if process.stdout:
        process.stdout.close()


def _read(lines: t.Iterable[str], kept: t.TextIO, tell: t.Callable[[Task], None]) -> tuple[int | None, list[Task], str]:
    """Follow what Ansible says; its default callback has said it in the same words for ten years."""
    changed, tasks, error = None, [], ""
    name, since = "", time.monotonic()
    for line in lines:
        kept.write(line)
        kept.flush()
        if header := TASK.match(line):
            name, since = header[1], time.monotonic()
        elif result := RESULT.match(line):
            said = json.loads(result[2])
            if result[1] in {"fatal", "failed"}:
                error = str(said.get("msg") or error)
            elif "steps" in said:
                tasks.append(Task(name, time.monotonic() - since, tuple(said["steps"])))
                tell(tasks[-1])
        elif recap := RECAP.match(line):
            changed = int(recap[1])
    return changed, tasks, error


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("ERROR", "[ERROR]", "fatal"))]
    return (errors or lines or ["it said nothing"])[-1]
