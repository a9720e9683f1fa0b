# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two more readers of the tables: the states and the execution modules tell what the core tells."""

from __future__ import annotations

import typing as t

import pytest
from salt.exceptions import CommandExecutionError
from tests.cases import table
from tests.cases.proof import RefusedError, Told, prove
from tests.cases.world import TRAVELLED, World
from tests.unit.salt.loaded import Loaded

from saltext.fungible.utils import face

CORE: t.Final = "saltext.fungible._core"

# What a case asks of a primitive, and the function that does it.
STATES: t.Final[dict[str, t.Callable[[dict[str, t.Any]], str]]] = {
    "persistent_store": lambda ask: ask.pop("state", "present"),
    "stateless_app": lambda ask: ask.pop("state", "running"),
    "plugin_chain": lambda ask: "present",
    "migration": lambda ask: "done",
    "cutover": lambda ask: "rolled_back" if ask.pop("rollback", False) else "live",
}
MODULES: t.Final = {
    **STATES,
    "migration": lambda ask: "run",
    "cutover": lambda ask: "rollback" if ask.pop("rollback", False) else "live",
}


def cases() -> list[table.Case]:
    """Tell the cases that can be asked of Salt at all: where Ansible refuses an option, Salt has no such argument."""
    return [case for case in table.cases() if not (case.ask.get("state") == "present" and "purge" in case.ask)]


class Reader:
    """Call a function of Salt as a case wants it, with the manifest in the pillar and files on the master."""

    def __init__(self, patch: pytest.MonkeyPatch, kind: str, case: table.Case) -> None:
        self.kind, self.case = kind, case
        self.loaded = Loaded(patch, kind, case.primitive)
        self.brought: list[str] = []
        self.kept: Told | None = None
        self.predicted: list[str] = []
        self.patch = patch

    def __call__(self, world: World, check: bool) -> Told:
        """Tell a call; where files were brought in it, tell that first, as the core does."""
        if self.kept:
            told, self.kept = self.kept, None
            return told
        told = self._call(world, check)
        if self.brought:
            self.kept, needs, self.brought = told, self.brought, []
            return Told(False, [], needs=needs, warnings=told.warnings)
        return told

    def _call(self, world: World, check: bool) -> Told:
        self.patch.setattr(face, "LocalHost", lambda: world.host)
        site = table.sites()[self.case.manifest]
        ours = {"sites": {site: table.manifest(self.case.manifest)}, "catalogue": table.catalogue(self.case.catalogue)}
        self.loaded.pillar.update(fungible=ours)
        self.loaded.salt["cp.cache_file"] = lambda url, saltenv: self._bring(world, url)
        ask = world.fill(dict(self.case.ask))
        function = (STATES if self.kind == "states" else MODULES)[self.case.primitive](ask)
        return self._tell(function, site, check, {"root": self.case.root, **ask})

    def _bring(self, world: World, url: str) -> str:
        file = url.removeprefix("salt://")
        name = file.rpartition("/")[2]
        self.brought.append(file)
        world.travel([name])
        return f"{TRAVELLED}/{table.sha256(name)}"

    def _tell(self, function: str, site: str, check: bool, ask: dict[str, t.Any]) -> Told:
        if self.kind == "states":
            told = state_told(self.loaded.call(function, site, test=check, **ask), check, self.predicted)
            self.predicted = told.steps
            return told
        try:
            done = self.loaded.call(function, site, test=check, **ask)
        except CommandExecutionError as exc:
            raise RefusedError(str(exc)) from exc
        return Told(**done)


def state_told(done: dict[str, t.Any], check: bool, predicted: list[str]) -> Told:
    """Read a state's return back; a step may hold what stands between steps, which only the word "would" tells."""
    if done["result"] is False:
        assert done["changes"] == {}
        raise RefusedError(done["comment"])
    comment, *warnings = done["comment"].split("; warning: ")
    if not done["changes"]:
        assert (done["result"], comment) == (True, face.NOTHING)
        return Told(False, [], warnings=warnings)
    assert done["result"] is (None if check else True)
    if check:
        assert comment.startswith("would ")
        steps = comment.removeprefix("would ").split("; would ")
    else:
        steps = predicted if comment == "; ".join(predicted) else comment.split("; ")
    before, after = (
        {key: value[side] for key, value in done["changes"].items() if value[side]} for side in ("old", "new")
    )
    return Told(True, steps, before, after, warnings=warnings)


@pytest.mark.parametrize("kind", ["states", "modules"])
@pytest.mark.parametrize("case", cases(), ids=str)
def test_salt_tells_what_the_table_says(case: table.Case, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(case, World(case, CORE), Reader(monkeypatch, kind, case))
