# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What did visitors notice of each cutover: their requests in the time around it, as a table and as JSON.

Two moments of a switch are read from the managed host: when it was decided (the router's file is written first, and
carries that time) and when it was done (`since` in the journal, written once HAProxy was asked whether it agrees).
Both are on the wall clock, to which the report's clock is related.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import show
from .demo_play import Play
from .load_report import Report

OVERLOADED = ("not sent", "timeout")  # what becomes of requests where there are more than can be answered
QUIET = 2.0  # seconds before a playbook and after a switch, in which nothing but visitors is at work
SWITCHING = 1.0  # seconds from the decision on, in which a switch would be noticed
HEADER = ("cutover", "took", "requests", "failed", "before", "deploying", "switching", "after")
LEGEND = f"""
  took        from the decision to switch until nobody got the old release any more
  before      the {QUIET:.0f} quiet seconds before Ansible begins; deploying: until the switch
  switching   the first second from the decision on; after: the {QUIET:.0f} seconds after that
  a / b       half of the answers came within a ms, and 99 of 100 within b ms
"""


@dataclass(frozen=True)
class Step:
    """Be something that the demo did, by a playbook."""

    name: str
    play: Play

    def to_dict(self) -> dict[str, t.Any]:
        """Return what a result file keeps."""
        tasks = [{"name": one.name, "seconds": round(one.seconds, 3), "steps": one.steps} for one in self.play.tasks]
        return {"name": self.name, "seconds": round(self.play.seconds, 3), "changed": self.play.changed, "tasks": tasks}


@dataclass(frozen=True)
class Switch:
    """Be what the managed host says of its last switch, in seconds of the wall clock."""

    decided: float
    done: float
    slot: str

    @classmethod
    def read(cls, root: Path, site: str) -> Switch:
        """Read the router's file and the journal."""
        journal = json.loads((root / "var/lib/fungible" / site / "journal.json").read_text(encoding="utf-8"))
        (slot,) = (slot for slot, instance in journal["slots"].items() if instance == journal["live"])
        decided = (root / "etc/fungible/haproxy" / f"site-{site}.cfg").stat().st_mtime
        return cls(decided, float(journal["since"]), slot)


@dataclass(frozen=True)
class Cutover:
    """Be a cutover under load: who went, who came, and what visitors got around it."""

    name: str
    old: str  # slots
    play: Play
    switch: Switch
    report: Report
    capacity: float  # requests a second that the site could answer before it
    rate: float  # and that came

    @property
    def windows(self) -> dict[str, tuple[float, float]]:
        """Return the times that are looked at, on the monotonic clock."""
        at = self._moment(self.switch.decided)
        return {
            "before": (self.play.begun - QUIET, self.play.begun),
            "deploying": (self.play.begun, at),
            "during": (at, at + SWITCHING),
            "after": (at + SWITCHING, at + SWITCHING + QUIET),
        }

    @property
    def seconds(self) -> float:
        """Return how long it took from the decision until it was done and nobody got the old release any more."""
        at, done = self._moment(self.switch.decided), self._moment(self.switch.done)
        around = self.report.between(self.play.begun, at + QUIET)
        return max(done, around.last_start_from(self.old, new_connections=False) or done) - at

    @property
    def around(self) -> Report:
        """Return the requests from before it until after it."""
        windows = self.windows
        return self.report.between(windows["before"][0], windows["after"][1])

    def row(self) -> list[object]:
        """Return its line of the table."""
        pairs = [_pair(*(self._percentile(p, *window) for p in (50, 99))) for window in self.windows.values()]
        return [self.name, f"{self.seconds * 1000:.0f} ms", self.around.total, self.around.failed, *pairs]

    def to_dict(self) -> dict[str, t.Any]:
        """Return what a result file keeps; times are in milliseconds."""
        times = {
            f"p{p}_{name}": self._percentile(p, *window) for name, window in self.windows.items() for p in (50, 99)
        }
        around = self.around
        counts = {"requests": around.total, "failed": around.failed}
        rates = {"capacity_per_second": round(self.capacity, 1), "per_second": round(self.rate, 1)}
        return {"name": self.name, "ms": round(self.seconds * 1000, 3), **counts, **times, **rates}

    def _percentile(self, p: float, since: float, until: float) -> float | None:
        value = self.report.percentile(p, since, until)
        return None if value is None else round(value * 1000, 3)

    def _moment(self, wall: float) -> float:
        """Return a moment of the wall clock on the report's."""
        monotonic, then = self.report.clock
        return wall - then + monotonic


def whole(cutovers: t.Sequence[Cutover]) -> Report:
    """Join the reports of all cutovers."""
    return Report(tuple(request for cutover in cutovers for request in cutover.report.requests))


def faults(cutovers: t.Sequence[Cutover], rerun: Step) -> list[str]:
    """Tell what may not be: requests that failed, and a rerun that changed something."""
    report, found = whole(cutovers), []
    if report.failed:
        why = ", ".join(f"{count} {reason}" for reason, count in report.failures.items())
        found.append(f"{report.failed:,} of {report.total:,} requests failed ({why})")
    if any(report.failures.get(reason) for reason in OVERLOADED):
        found.append("the machine got busier than it was when its capacity was measured: try again when it is quiet")
    if rerun.play.changed:
        steps = [step for task in rerun.play.tasks for step in task.steps]
        found.append(f"the rerun changed something: {', '.join(steps)}")
    return found


def requests(cutovers: t.Sequence[Cutover]) -> dict[str, t.Any]:
    """Return what a result file keeps of all requests; times are in milliseconds, from when a request was due."""
    report = whole(cutovers)
    latencies = {f"p{p}": round((report.percentile(p) or 0) * 1000, 3) for p in (50, 99)}
    counts = {"total": report.total, "failed": report.failed, "failures": report.failures}
    return {"requests": {**counts, **latencies}, "first_failed": [one for each in cutovers for one in _failed(each)]}


def _failed(cutover: Cutover, most: int = 10) -> list[dict[str, t.Any]]:
    """Return the first requests that failed, and when: in seconds after the decision to switch."""
    failed = [request for request in cutover.report.requests if request.failure]
    at = cutover.windows["during"][0]
    return [
        {
            "cutover": cutover.name,
            "path": one.path,
            "failure": one.failure,
            "status": one.status,
            "slot": one.release,
            "on_a_used_connection": one.reused,
            "sent_after_switch": round(one.begun - at, 4),
            "answered_after": round(one.service, 4),
        }
        for one in failed[:most]
    ]


def print_steps(steps: t.Sequence[Step]) -> None:
    """Print what was done, and how long it took."""
    show.table(
        ("what", "took", "tasks that changed something"),
        [(step.name, show.duration(step.play.seconds), step.play.changed) for step in steps],
    )


def print_cutovers(cutovers: t.Sequence[Cutover]) -> None:
    """Print what visitors noticed, and how to read it."""
    show.table(HEADER, [cutover.row() for cutover in cutovers])
    print(LEGEND)
    report = whole(cutovers)
    show.note(f"{report.total:,} requests in all, {report.failed:,} of them failed.")


def _pair(median: float | None, high: float | None) -> str:
    return "-" if median is None or high is None else f"{median:.0f} / {high:.0f}"
