# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a figure: something measured, what it is held against, and the most that it may be."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

T = t.TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """Be one line of the table; without a baseline the value itself is held against the bound, if there is one."""

    name: str
    what: str
    against: str
    value: float
    most: float | None
    unit: str = "s"
    baseline: float | None = None
    more: t.Mapping[str, t.Any] = field(default_factory=dict)  # what else was seen, for the JSON file

    @property
    def judged(self) -> float:
        return self.value / self.baseline if self.baseline else self.value

    @property
    def holds(self) -> bool:
        return self.most is None or self.judged <= self.most

    def row(self) -> list[object]:
        """Write the figure as a row of the table."""
        measured = f"{self.value:.3g} {self.unit}" + (f" / {self.baseline:.3g} {self.unit}" if self.baseline else "")
        unit = " x" if self.baseline else f" {self.unit}"
        bound, verdict = (
            (f"{self.most:g}{unit}", "holds" if self.holds else "BROKEN") if self.most is not None else ("-", "")
        )
        return [self.what, self.against or "-", measured, f"{self.judged:.2f}{unit}", bound, verdict]

    def to_dict(self) -> dict[str, t.Any]:
        """Write the figure as JSON can hold it."""
        return {
            "what": self.what,
            "against": self.against,
            "value": self.value,
            "baseline": self.baseline,
            "judged": self.judged,
            "most": self.most,
            "unit": self.unit,
            "holds": self.holds,
            **self.more,
        }


def timed(work: t.Callable[[], T]) -> tuple[float, T]:
    """Do the work and tell how long it took."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def best(work: t.Callable[[], object], times: int = 5, before: t.Callable[[], object] | None = None) -> float:
    """Do the work several times and tell the shortest: what the machine did besides only ever adds."""
    shortest = float("inf")
    for _ in range(times):
        if before:
            before()
        shortest = min(shortest, timed(work)[0])
    return shortest


def best_by_turns(work: t.Callable[[], object], baseline: t.Callable[[], object], times: int = 15) -> list[float]:
    """Tell the shortest of each of two short works, done by turns: what slows the machine for a while slows both."""
    took = [(timed(work)[0], timed(baseline)[0]) for _ in range(times)]
    return [min(each) for each in zip(*took)]
