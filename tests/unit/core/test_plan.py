# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is its steps in order, and all that a user is told is read from it."""

from __future__ import annotations

import pytest
from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host
from ansible_collections.fungible.deploy.plugins.module_utils._core.plan import Plan, Step, combine


def step(verb: str) -> Step:
    def do(host: Host) -> None:
        host.mkdir(f"/{verb}")

    return Step(verb, "it", do)


def refuse(host: Host) -> None:
    raise HostError("no")


def test_a_step_says_what_it_does() -> None:
    assert str(step("compose")) == "compose it"


def test_without_steps_there_is_nothing_to_do() -> None:
    assert not Plan((), {"a": "1"}, {"a": "2"})
    assert Plan((step("a"),))


def test_plans_are_joined_in_their_order_and_the_later_fact_counts() -> None:
    whole = combine([Plan((step("a"),), {"x": "1"}, {"x": "2"}), Plan(), Plan((step("b"),), {"y": "1"}, {"x": "3"})])
    assert [str(one) for one in whole.steps] == ["a it", "b it"]
    assert (whole.before, whole.after) == ({"x": "1", "y": "1"}, {"x": "3"})


def test_nothing_joined_is_nothing() -> None:
    assert combine([]) == Plan()


def test_steps_are_done_in_order_and_the_first_error_ends_it() -> None:
    host = FakeHost()
    with pytest.raises(HostError, match="no"):
        Plan((step("a"), step("b"), Step("refuse", "it", refuse), step("c"))).apply(host)
    assert host.changes == ["mkdir /a", "mkdir /b"]


def test_what_a_step_does_is_no_part_of_what_it_says() -> None:
    assert step("a") == step("a")
    assert "do" not in repr(step("a"))
