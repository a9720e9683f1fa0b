# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What did visitors get: the requests of a load, and what can be said of them.

Moments are on the monotonic clock (time.monotonic()), which all processes of a Linux machine share.
"""

from __future__ import annotations

import collections
import json
import math
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

FOREVER = math.inf


class Request(t.NamedTuple):
    """One request and what became of it."""

    scheduled: float  # when it was due
    begun: float  # when it was sent, its connection first if it needed one
    done: float
    status: int  # 0: no answer
    release: str  # "" if the answer did not say
    path: str
    reused: bool  # sent on a connection that had been used before
    failure: str  # "" if it got what it asked for

    @property
    def latency(self) -> float:
        """Return what a visitor waited, from when the request was due."""
        return self.done - self.scheduled

    @property
    def service(self) -> float:
        """Return what the site took, from when the request was sent."""
        return self.done - self.begun


@dataclass(frozen=True)
class Report:
    """The requests of a load, in the order in which they were due."""

    requests: tuple[Request, ...]
    clock: tuple[float, float] = (0.0, 0.0)  # the same moment on the monotonic clock and on the wall's
    closed_idle: int = 0  # kept connections that the site ended while they were idle; no request was lost by it

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read what the worker wrote."""
        given = json.loads(path.read_text(encoding="utf-8"))
        paths, releases, failures = given["aim"]["paths"], given["releases"], given["failures"]
        requests = sorted(
            Request(due, begun, done, status, releases[release], paths[where], bool(reused), failures[failure])
            for due, begun, done, status, release, where, reused, failure in given["rows"]
        )
        monotonic, wall = given["clock"]
        return cls(tuple(requests), (monotonic, wall), given["closed_idle"])

    @property
    def total(self) -> int:
        """Return how many requests there were."""
        return len(self.requests)

    @property
    def failed(self) -> int:
        """Return how many did not get what they asked for."""
        return sum(bool(request.failure) for request in self.requests)

    @property
    def failures(self) -> dict[str, int]:
        """Return how many failed for each reason, the status named."""
        failed = [request for request in self.requests if request.failure]
        names = (f"status {request.status}" if request.failure == "status" else request.failure for request in failed)
        return dict(collections.Counter(names).most_common())

    @property
    def releases(self) -> dict[str, int]:
        """Return how many answers each release gave."""
        return dict(collections.Counter(request.release for request in self.requests if request.status).most_common())

    def between(self, since: float = -FOREVER, until: float = FOREVER) -> Report:
        """Return the part that was due in a window."""
        return self._where(lambda request: since <= request.scheduled < until)

    def on(self, *, path: str | None = None, reused: bool | None = None, release: str | None = None) -> Report:
        """Return the part that went to a path, over new or reused connections, to a release."""
        wanted = {"path": path, "reused": reused, "release": release}
        asked = {name: value for name, value in wanted.items() if value is not None}
        return self._where(lambda request: all(getattr(request, name) == value for name, value in asked.items()))

    def percentile(
        self, p: float, since: float = -FOREVER, until: float = FOREVER, *, from_sent: bool = False
    ) -> float | None:
        """Return what p per cent of the answered requests in the window did not exceed, or None if there are none.

        Requests that failed are counted by `failed`, not here: a quick refusal is no good latency.
        """
        good = [request for request in self.between(since, until).requests if not request.failure]
        times = sorted(request.service if from_sent else request.latency for request in good)
        return times[max(math.ceil(p / 100 * len(times)) - 1, 0)] if times else None

    def lag(self, p: float = 99) -> float:
        """Return by how much the load itself was late, at a percentile: what of the latency is not the site's."""
        late = sorted(request.begun - request.scheduled for request in self.requests)
        return late[max(math.ceil(p / 100 * len(late)) - 1, 0)] if late else 0.0

    def last_start_from(self, release: str, new_connections: bool = True) -> float | None:
        """Return when the last request was sent that the release answered, over new connections or over any."""
        return max(self._starts(release, new_connections), default=None)

    def first_start_from(self, release: str, new_connections: bool = True) -> float | None:
        """Return when the first request was sent that the release answered, over new connections or over any."""
        return min(self._starts(release, new_connections), default=None)

    def wall(self, moment: float) -> float:
        """Return a moment as seconds of the wall clock."""
        return moment - self.clock[0] + self.clock[1]

    def summary(self) -> dict[str, t.Any]:
        """Return the numbers that a result file keeps."""
        return {
            "requests": self.total,
            "failed": self.failed,
            "failures": self.failures,
            "releases": self.releases,
            "p50": self.percentile(50),
            "p99": self.percentile(99),
            "lag_p99": self.lag(99),
            "closed_idle": self.closed_idle,
        }

    def _starts(self, release: str, new_connections: bool) -> list[float]:
        part = self.on(release=release, reused=False if new_connections else None)
        return [request.begun for request in part.requests]

    def _where(self, holds: t.Callable[[Request], bool]) -> Report:
        return replace(self, requests=tuple(request for request in self.requests if holds(request)))
