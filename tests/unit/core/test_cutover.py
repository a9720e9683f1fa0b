# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An old instance is stopped once no request was in it for a while, or the time for that is over."""

from __future__ import annotations

import typing as t

import pytest
from tests.cases.table import Case
from tests.cases.world import World

from ansible_collections.fungible.deploy.plugins.module_utils._core import cutover, primitives

LOOK: t.Final = 0.25  # seconds from one look to the next
QUIET_LOOKS: t.Final = int(cutover.QUIET / LOOK) + 1


def looks_before_the_stop(requests: t.Sequence[int]) -> int:
    """Cut over while so many requests are in the old instance, from look to look; tell how often it was looked."""
    given = ({"deployed": "one"}, {"staged": "two"}, {"migrated": "two"}, {"running": "two"})
    place = World(Case("cutover", "live", "two", given=given))
    host, looks, seconds = place.host, 0, iter(range(1_800_000_000, 1_900_000_000))

    def wait_until(condition: t.Callable[[], bool], _within: float) -> bool:
        nonlocal looks
        for number in requests:
            host.haproxy.in_flight["fungible_notes/a"] = number
            looks += 1
            if condition():
                return True
        return False

    host.now = lambda: next(seconds) * LOOK  # type: ignore[method-assign]
    host.wait_until = wait_until  # type: ignore[method-assign]
    primitives.cut_over(host, place.request("two"), check=False, rollback=False)
    assert not [name for name in host.systemd.running if place.fill("$instance_one") in name]
    return looks


@pytest.mark.parametrize(
    ("requests", "looks"),
    [
        pytest.param([0] * 20, QUIET_LOOKS, id="none"),
        pytest.param([2, 1, *[0] * 20], 2 + QUIET_LOOKS, id="those in flight end"),
        pytest.param([0, 0, 1, *[0] * 20], 3 + QUIET_LOOKS, id="one more comes"),
        pytest.param([1] * 9, 9, id="one never ends"),
    ],
)
def test_the_old_instance_is_stopped_after_it_was_quiet(requests: list[int], looks: int) -> None:
    assert looks_before_the_stop(requests) == looks
