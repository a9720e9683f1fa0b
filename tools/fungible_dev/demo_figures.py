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

if t.TYPE_CHECKING:
    from .load import Report

QUIET = 3.0  # seconds before a playbook and after a switch, in which nothing but visitors is at work
SWITCHING = 1.0  # seconds from the decision on, in which a switch would be noticed
HEADER = ("cutover", "took", "requests", "failed", "before", "deploying", "switching", "after")
LEGEND = """
  took        from the decision to switch until nobody got the old release any more
  before      the 3 quiet seconds before Ansible begins; deploying: until the switch
  switching   the first second from the decision on; after: the 3 seconds after that
  a / b       half of the answers came within a ms, and 99 of 100 within b ms"""


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
        return {"name": self.name, "ms": round(self.seconds * 1000, 3), **counts, **times}

    def _percentile(self, p: float, since: float, until: float) -> float | None:
        value = self.report.percentile(p, since, until)
        return None if value is None else round(value * 1000, 3)

    def _moment(self, wall: float) -> float:
        """Return a moment of the wall clock on the report's."""
        monotonic, then = self.report.clock
        return wall - then + monotonic


def first_failed(report: Report, switches: t.Sequence[Switch], most: int = 20) -> list[dict[str, t.Any]]:
    """Return the first requests that failed, and when: in seconds after the decision to switch that was nearest."""
    failed = [request for request in report.requests if request.failure]
    decided = [switch.decided for switch in switches]
    return [
        {
            "path": one.path,
            "failure": one.failure,
            "status": one.status,
            "slot": one.release,
            "on_a_used_connection": one.reused,
            "sent_after_switch": round(min((report.wall(one.begun) - at for at in decided), key=abs), 4),
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
    print(LEGEND, flush=True)


def _pair(median: float | None, high: float | None) -> str:
    return "-" if median is None or high is None else f"{median:.0f} / {high:.0f}"
