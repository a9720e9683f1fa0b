# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a stage of `./dev test`, how do stages run, and what came of all of them?"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from . import show
from .errors import ToolError


@dataclass(frozen=True)
class Outcome:
    """Be what came of a stage: how many tests passed, failed or were skipped, and why something was left out."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    output: str = ""
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, passed: bool, output: str, left_out: tuple[str, ...] = ()) -> Outcome:
        """Return the outcome of something that counts as one test."""
        return cls(int(passed), int(not passed), 0, output, left_out)


@dataclass(frozen=True)
class Stage:
    """Be one thing to do, by its name."""

    name: str
    do: t.Callable[[], Outcome]


@dataclass
class Count:
    """Be what has come of all stages so far; each is printed as it ends."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failing: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, stages: t.Sequence[Stage], at_once: int = 1) -> None:
        """Run the stages in their order, so many at once: whoever is done takes the next."""
        with ThreadPoolExecutor(at_once) as pool:
            running = [pool.submit(self._run_stage, stage) for stage in stages]
            try:
                for one in as_completed(running):
                    one.result()
            except BaseException as stop:
                self._stopped.set()
                if not isinstance(stop, KeyboardInterrupt):  # Ctrl-C has reached them already
                    _interrupt_children()
                raise

    def _run_stage(self, stage: Stage) -> None:
        if self._stopped.is_set():
            return
        begun = time.monotonic()
        show.under_way(stage.name)
        try:
            outcome = stage.do()
        except ToolError as exc:
            outcome = Outcome.of(False, str(exc))
        except BaseException:
            self._stopped.set()  # here, else this thread would go on with the next stage
            raise
        if not self._stopped.is_set():
            self._take(stage.name, outcome, time.monotonic() - begun)

    def closing_line(self) -> str:
        """Write the line that ends the run."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    def _take(self, name: str, outcome: Outcome, seconds: float) -> None:
        with self._lock:
            self.passed += outcome.passed
            self.failed += outcome.failed
            self.skipped += outcome.skipped
            if outcome.failed:
                self.failing.append(name)
            _tell(name, outcome, seconds)


def _tell(name: str, outcome: Outcome, seconds: float) -> None:
    words = [f"{outcome.passed} passed"] if outcome.passed else []
    words += [show.colour(f"{outcome.failed} FAILED", show.RED)] if outcome.failed else []
    words += [f"{outcome.skipped} skipped"] if outcome.skipped else []
    show.note(f"{name:36} {show.duration(seconds):>12}  {', '.join(words)}".rstrip())
    for reason in outcome.left_out:
        show.note(f"  left out: {reason}")
    if outcome.failed:
        print(outcome.output.rstrip(), flush=True)


def _interrupt_children() -> None:
    """Have the programs that stages have started clean up and end."""
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            for pid in (task / "children").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGINT)
