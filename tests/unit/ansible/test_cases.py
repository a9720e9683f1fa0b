# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second reader of the tables: the Ansible modules tell what the core tells, in check mode and for real."""

from __future__ import annotations

import typing as t

import pytest
from tests.cases import table
from tests.cases.proof import RefusedError, Told, prove
from tests.cases.world import World
from tests.unit.ansible.modules import Runner, args_of, expanded_args_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError


def told(answer: dict[str, t.Any], warnings: list[str]) -> Told:
    diff = answer.get("diff", {"before": {}, "after": {}})
    needs = [need["file"] for need in answer.get("needs", [])]
    return Told(answer["changed"], answer["steps"], diff["before"], diff["after"], needs, warnings)


def asked(world: World) -> tuple[dict[str, t.Any], list[str]]:
    """Give a module's arguments, as its action plugin makes them where there is a catalogue."""
    if not world.case.catalogue:
        return args_of(world), []
    try:
        return expanded_args_of(world)
    except CoreError as exc:
        raise RefusedError(str(exc)) from exc


@pytest.mark.parametrize("case", table.cases(), ids=str)
def test_the_module_tells_what_the_table_says(case: table.Case, runner: Runner) -> None:
    def read(world: World, check: bool) -> Told:
        args, warnings = asked(world)
        args.update(world.fill(dict(case.ask)))
        answer = runner.run(case.primitive, world.host, args, check=check)
        if answer.get("failed"):
            raise RefusedError(answer["msg"])
        return told(answer, warnings)

    prove(case, World(case), read)
