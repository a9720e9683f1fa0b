# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a deploy to several minions prepare all of them before any of them is switched, and tell how far it came?"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import typing as t

import pytest
from tests.functional.support.fleet import States, until

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Fleet

STEPS: t.Final = ("stores", "staged", "migrated-once", "migrated", "running", "live")


def declare(fleet: Fleet, version: str, last_broken: str = "") -> None:
    first, last = fleet.minions[:2]
    first.declare(version)
    last.declare(version, last_broken)


def orchestrate(fleet: Fleet, sls: str = "fungible.deploy", tgt: str = "", **kwargs: t.Any) -> States:
    pillar = {"site": "notes", **({"tgt": tgt} if tgt else {})}
    done = fleet.runner("state.orchestrate", sls, pillar=pillar, **kwargs)
    return States(done.data["data"]["master"])


def served(fleet: Fleet) -> list[str]:
    return [minion.site.served().partition("-")[0] for minion in fleet.minions[:2]]


def told(fleet: Fleet, since: float) -> list[str]:
    """Tell the steps that events told of, in their order."""
    return [tag.removeprefix("fungible/notes/") for tag, _data in fleet.events("fungible/notes/*", since)]


def salt_states(done: States) -> dict[str, t.Any]:
    return {one["__id__"]: one["result"] for one in done.all if not one["__id__"].startswith("tell")}


@pytest.fixture
def serving(fleet: Fleet) -> None:
    """Have version 1 on all minions, and nothing else of the site: tests before may have left version 2 staged."""
    declare(fleet, "1")
    for minion in fleet.minions[:2]:
        minion.clear()
        assert minion.apply().results == {True}
        minion.refresh()  # it is by their pillars that they are found
    assert served(fleet) == ["1", "1"]


@pytest.mark.usefixtures("serving")
def test_a_deploy_goes_step_by_step_over_all_minions(fleet: Fleet) -> None:
    declare(fleet, "2")
    since = time.time()
    would = salt_states(orchestrate(fleet, test=True))
    assert would.pop("stores") is True
    assert set(would.values()) == {None}
    assert served(fleet) == ["1", "1"]
    done = orchestrate(fleet)
    assert set(salt_states(done).values()) == {True}
    assert served(fleet) == ["2", "2"]
    assert until(lambda: told(fleet, since) == list(STEPS)), told(fleet, since)
    assert not any(one["changes"] for one in orchestrate(fleet).all if not one["__id__"].startswith("tell"))


@pytest.mark.usefixtures("serving")
def test_one_minion_that_fails_stops_all_while_the_old_release_serves(fleet: Fleet) -> None:
    declare(fleet, "2", last_broken="health")
    since = time.time()
    done = salt_states(orchestrate(fleet))
    assert done == {
        "stores": True,
        "staged": True,
        "migrated once": True,
        "migrated": True,
        "running": False,
        "live": False,
    }
    assert served(fleet) == ["1", "1"]
    assert until(lambda: told(fleet, since)[-1:] == ["failed"]), told(fleet, since)
    assert "running" not in told(fleet, since)

    declare(fleet, "2")
    assert set(salt_states(orchestrate(fleet)).values()) == {True}
    assert served(fleet) == ["2", "2"]


@pytest.mark.usefixtures("serving")
def test_a_rollback_goes_over_all_minions(fleet: Fleet) -> None:
    declare(fleet, "2")
    orchestrate(fleet)
    assert served(fleet) == ["2", "2"]
    assert set(salt_states(orchestrate(fleet, "fungible.rollback", tgt="web2")).values()) == {True}
    assert served(fleet) == ["2", "1"]
    assert set(salt_states(orchestrate(fleet, "fungible.rollback")).values()) == {True}
    assert served(fleet) == ["1", "1"]


@pytest.mark.usefixtures("serving")
def test_a_master_that_dies_leaves_the_old_release_and_a_new_run_goes_on(fleet: Fleet) -> None:
    declare(fleet, "2")
    since = time.time()
    cli = fleet.master.salt_run_cli()
    command = cli.cmdline("state.orchestrate", "fungible.deploy", 'pillar={"site": "notes"}')
    run = subprocess.Popen(command, env=cli.environ, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        until(lambda: "staged" in told(fleet, since))
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    fleet.master.terminate()
    assert served(fleet) == ["1", "1"]

    fleet.master.start()
    for minion in fleet.minions[:2]:
        until(minion.answers)
    assert set(salt_states(orchestrate(fleet)).values()) == {True}
    assert served(fleet) == ["2", "2"]
