# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a site come to be, change and go back by the formula's states, told before as it is done?"""

from __future__ import annotations

import typing as t

import pytest
from tests.functional.support.fleet import States

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Fleet, Minion


def test_a_first_deploy_is_predicted_done_and_then_over(web1: Minion) -> None:
    web1.clear()
    web1.declare("1")
    would = web1.apply(test=True)
    assert would.results == {None}
    assert web1.site.get().status == 0
    done = web1.apply()
    assert done.results == {True}
    assert (done.steps, done.changes) == (would.steps, would.changes)
    assert web1.site.served().startswith("1-")
    assert web1.highstate().nothing()
    assert web1.apply(test=True).nothing()


def test_an_upgrade_and_a_rollback_change_what_visitors_get(web1: Minion) -> None:
    web1.declare("1")
    web1.apply()
    web1.declare("2")
    would, done = web1.apply(test=True), web1.apply()
    assert done.results == {True}
    assert (done.steps, done.changes) == (would.steps, would.changes)
    assert web1.site.served().startswith("2-")
    back = web1.apply("fungible.rolled_back", test=True)
    assert web1.site.served().startswith("2-")
    assert web1.apply("fungible.rolled_back").changes == back.changes
    assert web1.site.served().startswith("1-")
    assert web1.apply("fungible.rolled_back").nothing()
    web1.apply()
    assert web1.site.served().startswith("2-")


def test_a_release_that_is_never_healthy_stops_the_highstate_while_the_old_one_serves(web1: Minion) -> None:
    web1.declare("2")
    web1.apply()
    web1.declare("2", broken="health")
    stores, staged, migrated, running, live = web1.apply().all
    assert [one["result"] for one in (stores, staged, migrated, running, live)] == [True, True, True, False, False]
    assert "/healthz did not answer 200 within 5 s" in running["comment"]
    assert "its last words" in running["comment"]
    assert "\n" not in running["comment"]
    assert running["changes"] == live["changes"] == {}
    assert web1.site.get("/").body.startswith("<h1>Notes, version 2</h1>")


# What is wrong with the pillar, and the line that says so.
WRONG: t.Final[dict[str, tuple[dict[str, t.Any], str]]] = {
    "a key that is not known": (
        {"app": {"verison": "2"}},
        "notes.app.verison: unknown key: did you mean version?",
    ),
    "a value of the wrong type": ({"app": {"port": "many"}}, "notes.app.port: must be a whole number, not text"),
    "a wrong digest": (
        {"app": {"version": "9", "source": {"sha256": "0" * 64}}},
        "procfile-app-1.tar.gz: its sha256 is ",
    ),
    "a file that the master does not have": (
        {"app": {"version": "9", "source": {"file": "none.tar.gz", "sha256": "1" * 64}}},
        "salt://none.tar.gz: is not on the master: put it below its file_roots",
    ),
    "a database of salt's that is not there": (
        {"app": {"secret": "sdb://nowhere/notes"}},
        "sdb://nowhere/notes: cannot be looked up: SDB profile",
    ),
    "a value that salt's database does not have": (
        {"app": {"secret": "sdb://vault/missing"}},
        "sdb://vault/missing: is not set: set it, or mend the path",
    ),
}


@pytest.fixture(scope="module")
def serving(fleet: Fleet) -> str:
    """Have a release that serves, and tell which."""
    web1 = fleet.minions[0]
    web1.declare("1")
    assert web1.apply().results == {True}
    return web1.site.served()


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_the_pillar_is_one_line_and_the_old_release_serves(
    web1: Minion, serving: str, what: str
) -> None:
    changes, line = WRONG[what]
    manifest = web1.site.manifest("1")
    manifest["app"] = {**manifest["app"], **changes["app"]}
    if "source" in changes["app"]:
        manifest["app"]["source"] = {**web1.site.source("1"), **changes["app"]["source"]}
    web1.pillar({"notes": manifest})
    told = next(one for one in web1.apply().all if not one["result"])
    assert (told["result"], told["changes"]) == (False, {})
    assert line in told["comment"]
    assert "\n" not in told["comment"]
    assert web1.site.served() == serving


@pytest.mark.parametrize("sites", [["notes"], "notes", {"notes": None}, {"notes": ["app"]}])
def test_sites_that_are_no_mapping_are_told(web1: Minion, sites: t.Any) -> None:
    web1.pillar(sites)
    told = web1.apply().all[0]
    assert told["result"] is False
    assert told["comment"].startswith("notes: ")
    assert "\n" not in told["comment"]


def test_a_site_that_the_minion_does_not_have_is_told(web1: Minion) -> None:
    web1.declare("1")
    [told] = States(web1.run("state.single", "cutover.live", "blog")).all
    assert told["result"] is False
    assert told["comment"].startswith("blog: is not in this minion's pillar, where fungible:sites has notes: ")


def test_an_argument_of_the_other_tool_is_refused(web1: Minion) -> None:
    web1.declare("1")
    [told] = States(web1.run("state.single", "cutover.live", "notes", rollback=True)).all
    assert (told["result"], told["comment"]) == (False, "rollback: is no argument of this state: take it out")
