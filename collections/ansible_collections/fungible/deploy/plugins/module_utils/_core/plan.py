# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What would be done: steps in order, and the facts before and after; every face's output is a view of this."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from .host.protocol import Host

    Facts = t.Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """Be one thing to do, named as a user would say it: a verb in the imperative and its object."""

    verb: str
    what: str
    do: t.Callable[[Host], None] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.verb} {self.what}"


@dataclass(frozen=True)
class Plan:
    """Be the steps that lead from the facts before to the facts after; no steps means nothing to change."""

    steps: tuple[Step, ...] = ()
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.steps + other.steps, {**self.before, **other.before}, {**self.after, **other.after})

    def apply(self, host: Host) -> None:
        """Do the steps in order; the first error ends it, and what was done before it stays done."""
        for step in self.steps:
            step.do(host)


def combine(plans: t.Iterable[Plan]) -> Plan:
    """Join plans in their order."""
    return sum(plans, Plan())
