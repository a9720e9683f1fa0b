# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a reader of the tables tell what a case says: asked first, then for real, then once more?

The core, the Ansible modules and the Salt states are such readers; they differ in how they are called, and in nothing
that a user is told.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from . import table
from .world import World


@dataclass(frozen=True)
class Told:
    """Be what a user is told of a call."""

    changed: bool
    steps: list[str]
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class RefusedError(Exception):
    """What a user is told when a call fails."""


Reader = t.Callable[[World, bool], Told]  # the case's call in its world; True: only asked


def prove(case: table.Case, world: World, read: Reader) -> None:
    """Read a case, and leave nothing of it unproved."""
    heard: list[t.Any] = []

    def call(check: bool) -> Told | str:
        try:
            heard.append(read(world, check))
        except RefusedError as refused:
            heard.append(str(refused))
        return t.cast("Told | str", heard[-1])

    if case.error:
        assert [call(True), call(False)] == [world.fill(case.error)] * 2
    else:
        _prove_plan(case, world, call)
    _prove_silence(case, world, heard)


def _prove_plan(case: table.Case, world: World, call: t.Callable[[bool], Told | str]) -> None:
    warnings = list(case.warnings)
    told = (world.fill(part) for part in (list(case.steps), case.before, case.after))
    expected = Told(bool(case.steps), *told, warnings=warnings)
    assert call(True) == expected
    assert world.host.changes == [], "only asking changes nothing"
    if case.travels:
        assert call(False) == Told(False, [], needs=list(case.travels), warnings=warnings)
        world.travel(case.travels)
    if case.error_when_done:
        assert call(False) == world.fill(case.error_when_done)
        return
    assert call(False) == expected, "what was asked is what is done"
    again = call(True)
    assert isinstance(again, Told)
    assert again.steps == world.fill(list(case.again)), "a second run"


def _prove_silence(case: table.Case, world: World, heard: list[t.Any]) -> None:
    """Look for the manifests' secrets where others can see them."""
    told = repr([heard, world.host.commands])
    for name in table.sites():
        found = world.module("manifest.secrets").split(table.manifest(name))[1].items()
        secrets = [secret for path, secret in found if not path.endswith("verison")]  # whoever mistypes it shows it
        assert not [secret for secret in secrets if secret in told or json.dumps(secret)[1:-1] in told]
