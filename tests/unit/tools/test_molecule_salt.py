# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what an orchestration says read as what it did on each minion, and is one that fails an error?"""

from __future__ import annotations

import json
import subprocess
import typing as t

import pytest

from fungible_dev.errors import ToolError
from fungible_dev.hosts import Host
from fungible_dev.molecule_salt import Master, Orchestrated


def state(comment: str, number: int, *, changed: bool) -> dict[str, t.Any]:
    return {"comment": comment, "changes": {"live": {}} if changed else {}, "__run_num__": number}


def stage(name: str, number: int, *, result: bool = True, **minions: dict[str, t.Any]) -> dict[str, t.Any]:
    changes = {"out": "highstate", "ret": minions} if minions else {}
    return {"__id__": name, "__run_num__": number, "result": result, "changes": changes, "comment": f"{name} ran"}


STAGED = stage(
    "staged",
    1,
    web1={"b": state("write a; link b", 2, changed=True), "a": state("unpack c", 1, changed=True)},
    web2={"a": state("nothing to change", 1, changed=False)},
)
LIVE = stage("live", 2, web1={"a": state("switch to b", 1, changed=True)})


class Said(Host):
    """Be a master that says what it is given."""

    def run(self, *command: str, **_how: t.Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, self.image, "")


def master(*told: dict[str, t.Any]) -> Master:
    states = {one["__id__"]: one for one in told}
    return Master(Said("master", json.dumps({"data": {"master_master": states}})))


def test_what_was_done_is_told_by_stage_and_by_minion() -> None:
    done = Orchestrated((STAGED, stage("tell of staged", 3), LIVE), "")
    assert done.stages == {
        "staged": {"web1": ["unpack c", "write a", "link b"], "web2": []},
        "live": {"web1": ["switch to b"]},
    }
    assert done.on("web1") == ["unpack c", "write a", "link b", "switch to b"]
    assert done.on("web2") == []


def test_stages_are_in_the_order_in_which_they_ran() -> None:
    assert [*master(LIVE, STAGED).orchestrate("fungible.deploy", site="x").stages] == ["staged", "live"]


def test_a_stage_that_failed_is_an_error() -> None:
    with pytest.raises(ToolError, match="live ran"):
        master(STAGED, stage("live", 2, result=False)).orchestrate("fungible.deploy", site="x")


def test_what_is_no_answer_is_an_error() -> None:
    with pytest.raises(ToolError, match="no such master"):
        Master(Said("master", "no such master")).orchestrate("fungible.deploy", site="x")
