# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do visitors notice: send load from a process of its own, and get the report of it.

For example:

    aim = Aim("http://127.0.0.1:8080", paths=("/", "/feed/"), host="site.example")
    with Load.start(aim.at(0.6 * measure_capacity(aim), seconds=30)) as load:
        switched = time.monotonic()
        ...
    report = load.stop()
    report.failed, report.percentile(99, switched, switched + 1), report.last_start_from("old")

Load goes to this machine, or to test hosts whose network the aim names; to nothing else, and never without a bound.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from . import places
from .errors import ToolError
from .load_aim import Aim
from .load_report import Report, Request

if t.TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Aim", "Load", "Report", "Request", "measure_capacity"]


class Load:
    """Load that is being sent."""

    def __init__(self, aim: Aim, process: subprocess.Popen[str], folder: tempfile.TemporaryDirectory[str]) -> None:
        self.aim = aim
        self._process, self._folder = process, folder
        self._report: Report | None = None

    @classmethod
    def start(cls, aim: Aim) -> Load:
        """Start to send, and return once the first request is due."""
        folder = tempfile.TemporaryDirectory(prefix="fungible-load-")
        with (Path(folder.name) / "errors").open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "fungible_dev.load_worker", json.dumps(aim.to_dict()), _output(folder)],
                stdin=subprocess.PIPE,  # closing it says stop, and so does our death
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "PYTHONPATH": str(places.TOOLS)},
                start_new_session=True,
            )
        load = cls(aim, process, folder)
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise load._died()
        return load

    def stop(self) -> Report:
        """Send no more, let what is under way end, and return the report; again, the same one."""
        if self._process.stdin:
            self._process.stdin.close()
        return self.wait()

    def wait(self) -> Report:
        """Wait until the time of the load is over, and return the report."""
        if self._report is None:
            self._process.wait(self.aim.seconds + self.aim.timeout + 60)
            if self._process.returncode != 0 or not _output(self._folder).exists():
                raise self._died()
            self._report = Report.read(_output(self._folder))
            self._tidy()
        return self._report

    @property
    def is_running(self) -> bool:
        """Tell whether requests are still sent."""
        return self._process.poll() is None

    def __enter__(self) -> Load:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop; if something else went wrong, that is what is told."""
        with contextlib.suppress(ToolError) if kind else contextlib.nullcontext():
            self.stop()

    def _died(self) -> ToolError:
        self._process.kill()
        self._process.wait()
        said = (Path(self._folder.name) / "errors").read_text(encoding="utf-8").strip().splitlines()
        self._tidy()
        return ToolError(f"load: its process ended with {self._process.returncode}: {said[-1] if said else 'no word'}")

    def _tidy(self) -> None:
        if self._process.stdout:
            self._process.stdout.close()
        self._folder.cleanup()


def measure_capacity(aim: Aim, seconds: float = 2.0) -> float:
    """Return how many requests a second the site answers at most, asked from several sides for a short time."""
    several = dataclasses.replace(aim, rate=None, seconds=seconds, connections=min(aim.connections, 8))
    report = Load.start(several).wait()
    if report.failed:
        raise ToolError(f"load: {aim.url} fails before it is loaded: {report.failures} of {report.total}")
    begin = report.requests[0].scheduled + seconds / 4  # its first answers may have to fill caches
    steady = [request for request in report.requests if begin <= request.done <= begin + seconds * 3 / 4]
    return len(steady) / (seconds * 3 / 4)


def _output(folder: tempfile.TemporaryDirectory[str]) -> Path:
    return Path(folder.name) / "report.json"
