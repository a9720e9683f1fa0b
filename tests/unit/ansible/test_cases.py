# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second reader of the tables: the Ansible modules tell what the core tells, in check mode and for real."""

from __future__ import annotations

import typing as t

import pytest
from tests.cases import table
from tests.cases.proof import RefusedError, Told, prove
from tests.cases.world import World
from tests.unit.ansible.modules import Runner, args_of


def told(answer: dict[str, t.Any]) -> Told:
    diff = answer.get("diff", {"before": {}, "after": {}})
    needs = [need["file"] for need in answer.get("needs", [])]
    return Told(answer["changed"], answer["steps"], diff["before"], diff["after"], needs)


@pytest.mark.parametrize("case", table.cases(), ids=str)
def test_the_module_tells_what_the_table_says(case: table.Case, runner: Runner) -> None:
    def read(world: World, check: bool) -> Told:
        args = {**args_of(world), **world.fill(dict(case.ask))}
        answer = runner.run(case.primitive, world.host, args, check=check)
        if answer.get("failed"):
            raise RefusedError(answer["msg"])
        return told(answer)

    prove(case, World(case), read)
