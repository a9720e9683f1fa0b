# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a whole site that one tool deployed unchanged for the other, and the same on disk?"""

from __future__ import annotations

import typing as t

import pytest
from tests.conformance.support.likeness import likeness
from tests.conformance.support.tools import ROLLBACK, Tool, do, nothing, predicted

if t.TYPE_CHECKING:
    from tests.conformance.conftest import Place

Likeness = dict[str, t.Any]


@pytest.fixture(scope="module")
def seen() -> dict[str, tuple[str, Likeness]]:
    """Keep what each way led to, to compare it with the other ways."""
    return {}


def same(seen: dict[str, tuple[str, Likeness]], what: str, tool: str, place: Place) -> None:
    """Compare what is on disk with what another tool left there by the same way."""
    now = likeness(place.root)
    other, before = seen.setdefault(what, (tool, now))
    different = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
    assert not different, f"{what} by {other} and by {tool}: {[(now.get(one), before.get(one)) for one in different]}"


def test_a_deploy_is_unchanged_for_the_other_tool(
    place: Place, first: Tool, second: Tool, seen: dict[str, t.Any]
) -> None:
    place.clear()
    place.declare("1")
    would = predicted((first, second))
    assert do(first) == would
    assert place.site.get("/").body.startswith("<h1>Notes, version 1</h1>")
    after = likeness(place.root)
    assert nothing(do(second, check=True))
    assert nothing(do(second))
    assert nothing(do(first, check=True))
    assert likeness(place.root) == after
    same(seen, "a deploy", first.name, place)


def test_an_upgrade_by_one_is_rolled_back_by_the_other(
    place: Place, first: Tool, second: Tool, seen: dict[str, t.Any]
) -> None:
    place.clear()
    place.declare("1")
    do(second)
    place.declare("2")
    would = predicted((first, second))
    assert do(first) == would
    assert nothing(do(second, check=True))
    same(seen, "an upgrade", first.name, place)
    back = predicted((first, second), ROLLBACK)
    assert do(second, ROLLBACK) == back
    assert place.site.served().startswith("1-")
    assert nothing(do(first, ROLLBACK, check=True), ROLLBACK)
    same(seen, "a rollback", second.name, place)
    forward = predicted((first, second))
    assert do(first) == forward
    assert nothing(do(second, check=True))
    same(seen, "forward again", first.name, place)
