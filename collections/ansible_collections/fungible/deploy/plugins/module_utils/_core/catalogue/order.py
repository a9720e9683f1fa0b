# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""In which order do things come that need one another? In the list's own, but what is needed is pulled ahead."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Needs = t.Mapping[str, t.Sequence[str]]  # what must come before each, in the order in which it is pulled ahead


@dataclass
class LineUp:
    """Be an order; or a cycle, in which each needs the next and the last needs the first."""

    order: list[str] = field(default_factory=list)
    pulled_by: dict[str, str] = field(default_factory=dict)  # who needed it, when it came before its turn
    cycle: list[str] = field(default_factory=list)


def line_up(names: t.Iterable[str], needs: Needs) -> LineUp:
    """Line up names and all that they need, each thing once; the time it takes grows with the needs, not faster.

    A name comes when its turn comes, and right before it whatever it needs that has not come yet. So an order that
    needs nothing stays as it is, and names that have nothing to do with each other never change places.
    """
    found = LineUp()
    done: set[str] = set()
    for name in names:
        if name not in done and not _visit(name, needs, done, found):
            break
    return found


def _visit(name: str, needs: Needs, done: set[str], found: LineUp) -> bool:
    """Go down to what a name needs, without recursion, since there may be thousands in a row; a cycle ends it."""
    waiting = {name: iter(needs.get(name, ()))}  # each needs the next
    while waiting:
        last = next(reversed(waiting))
        need = next((one for one in waiting[last] if one not in done), None)
        if need is None:
            waiting.popitem()
            done.add(last)
            found.order.append(last)
        elif need in waiting:
            path = list(waiting)
            found.cycle = path[path.index(need) :]
            return False
        else:
            found.pulled_by[need] = last
            waiting[need] = iter(needs.get(need, ()))
    return True
