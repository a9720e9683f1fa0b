# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first reader of the tables: the core itself."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError

from . import table
from .proof import RefusedError, Told, prove
from .world import CALLS, World

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.primitives import Outcome


def read(world: World, check: bool) -> Told:
    case = world.case
    try:
        done: Outcome = world.call(case.primitive, case.manifest, world.fill(case.ask), check=check)
    except CoreError as exc:
        raise RefusedError(str(exc)) from exc
    plan = done.plan
    steps = [str(step) for step in plan.steps]
    warnings = list(world.request(case.manifest).warnings)
    return Told(bool(plan), steps, dict(plan.before), dict(plan.after), [one.file for one in done.needs], warnings)


@pytest.mark.parametrize("case", table.cases(), ids=str)
def test_the_core_tells_what_the_table_says(case: table.Case) -> None:
    prove(case, World(case), read)


def test_every_primitive_has_a_table() -> None:
    assert {case.primitive for case in table.cases()} == set(CALLS)


def test_every_case_is_known_by_its_own_name() -> None:
    names = [str(case) for case in table.cases()]
    assert sorted(set(names)) == sorted(names)
