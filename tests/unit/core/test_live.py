# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is live is what the router serves, also where a run died between the switch and the journal's line about it."""

from __future__ import annotations

import typing as t

from tests.cases.table import Case
from tests.cases.world import World

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal, live, primitives

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.journal import Journal


def died_after_the_switch() -> tuple[World, Journal]:
    """Give a host whose journal is from before the switch, and that journal."""
    place = World(
        Case(
            "cutover",
            "live",
            "two",
            given=({"deployed": "one"}, {"staged": "two"}, {"migrated": "two"}, {"running": "two"}),
        )
    )
    asked = place.request("two")
    ctx = asked.on(place.host)
    before = journal.read(place.host, ctx.places)
    primitives.cut_over(place.host, asked, check=False, rollback=False)
    journal.write(place.host, ctx.places, before)
    return place, before


def test_the_router_is_believed_and_nobody_knows_since_when() -> None:
    place, before = died_after_the_switch()
    found = live.observe(place.host, place.request("two").on(place.host))
    assert (found.live, found.previous, found.since) == (place.fill("$instance_two"), before.live, 0)
    assert primitives.FACTS["cutover"](place.host, place.request("two"))["since"] is None


def test_the_next_change_of_the_journal_writes_down_what_is_live() -> None:
    place, before = died_after_the_switch()
    ctx = place.request("two").on(place.host)
    live.update(place.host, ctx, lambda known: known.with_staged("3-000000000000", 1))
    found = journal.read(place.host, ctx.places)
    assert (found.live, found.previous) == (place.fill("$instance_two"), before.live)
    assert found.since > before.since
