# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does one orchestration upgrade all minions while people use them, another roll them back, and is nothing lost."""

from __future__ import annotations

import contextlib
import json
import re
import typing as t
from dataclasses import dataclass, field

import pytest

from fungible_dev import molecule_content as content
from fungible_dev.load import Load, Report
from fungible_dev.molecule_play import Player

if t.TYPE_CHECKING:
    from fungible_dev.molecule_salt import Master, Orchestrated
    from fungible_dev.molecule_wordpress import WordPress

OLD, NEW = "6.4.5", "6.5.5"
DB_VERSION = {OLD: 56657, NEW: 57155}
WEBS = ("web1", "web2")
STAGES = {"upgraded": NEW, "rolled back": OLD, "upgraded again": NEW}  # and what visitors get then
DEPLOY, ROLLBACK = "fungible.deploy", "fungible.rollback"


@dataclass(frozen=True)
class Seen:
    """What a minion's site was at a stage."""

    version: str  # as its pages say
    stored: int  # the database's version
    found: content.Content


@dataclass
class Story:
    """What was seen while the sites were upgraded, rolled back, and upgraded again."""

    done: dict[str, Orchestrated] = field(default_factory=dict)
    seen: dict[tuple[str, str], Seen] = field(default_factory=dict)  # stage, minion
    reports: dict[str, Report] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(master: Master, webs: dict[str, WordPress]) -> Story:
    told = Story()

    def note(stage: str) -> None:
        told.seen.update({(stage, name): look(web) for name, web in webs.items()})

    for web in webs.values():
        content.add(web)
    note("before")
    Player(master.machine.name, "pillar.yml")(wordpress_version=NEW)
    with contextlib.ExitStack() as stack:
        loads = {name: stack.enter_context(Load.start(web.visitors(rate=5))) for name, web in webs.items()}
        for stage, sls in zip(STAGES, (DEPLOY, ROLLBACK, DEPLOY), strict=True):
            told.done[stage] = master.orchestrate(sls, site="actioncenter")
            note(stage)
        told.reports = {name: load.stop() for name, load in loads.items()}
    return told


def look(web: WordPress) -> Seen:
    said = re.search(r'content="WordPress ([0-9.]+)"', web.browser().get("/").text)
    assert said
    return Seen(said[1], web.inside()["db_version"]["stored"], content.read(web))


@pytest.mark.parametrize("web", WEBS)
def test_no_request_failed_on_any_minion(story: Story, web: str) -> None:
    report = story.reports[web]
    assert report.failures == {}
    assert report.total > 50
    assert set(report.releases) == {"a", "b"}


@pytest.mark.parametrize("stage", STAGES)
def test_visitors_of_all_minions_get_what_was_asked_for(story: Story, stage: str) -> None:
    assert {story.seen[stage, web].version for web in WEBS} == {STAGES[stage]}
    assert {story.seen["before", web].version for web in WEBS} == {OLD}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("web", WEBS)
def test_posts_users_and_uploads_are_as_they_were(story: Story, web: str, stage: str) -> None:
    before, after = (story.seen[when, web].found for when in ("before", stage))
    assert (len(before["users"]), len(before["media"])) == (2, 1)
    assert len(before["posts"]) >= len(content.TEXTS) + 1
    assert after == before


@pytest.mark.parametrize("web", WEBS)
def test_each_database_was_migrated_once(story: Story, web: str) -> None:
    stored = {stage: story.seen[stage, web].stored for stage in ("before", *STAGES)}
    assert stored == {"before": DB_VERSION[OLD], **dict.fromkeys(STAGES, DB_VERSION[NEW])}
    migrated = {stage: sum(step.startswith("migrate ") for step in done.on(web)) for stage, done in story.done.items()}
    assert migrated == {"upgraded": 1, "rolled back": 0, "upgraded again": 0}


def test_each_stage_was_done_on_both_minions_before_the_next(story: Story) -> None:
    stages = {name: sorted(done) for name, done in story.done["upgraded"].stages.items()}
    first = stages.pop("migrated once")
    assert stages == {
        "stores": [],
        "staged": [*WEBS],
        "migrated": sorted({*WEBS} - {*first}),
        "running": [*WEBS],
        "live": [*WEBS],
    }
    assert len(first) == 1


@pytest.mark.parametrize("stage", ["rolled back", "upgraded again"])
@pytest.mark.parametrize("web", WEBS)
def test_going_back_and_forth_makes_nothing_anew(story: Story, stage: str, web: str) -> None:
    verbs = {step.split()[0] for step in story.done[stage].on(web)}
    assert "switch" in verbs
    assert verbs <= {"start", "switch", "drain"}  # what was live may have been stopped by then


def test_one_orchestration_more_changes_nothing(master: Master, story: Story) -> None:
    again = master.orchestrate(DEPLOY, site="actioncenter").stages
    assert len(again) == len(story.done["upgraded"].stages)
    assert not any(again.values())


def test_a_highstate_changes_nothing_either(master: Master, story: Story) -> None:
    for states in master.ask("state.highstate").values():
        assert {(one["result"], one["comment"], bool(one["changes"])) for one in states.values()} == {
            (True, "nothing to change", False)
        }


def test_no_minion_deviates_from_what_was_applied(master: Master, story: Story) -> None:
    assert master.ask("fungible.deviations") == {web: {} for web in WEBS}


def test_no_secret_was_said_or_kept(master: Master, webs: dict[str, WordPress], story: Story) -> None:
    said = [done.output for done in story.done.values()]
    said += [web.machine.run("journalctl", "--no-pager", "--output=cat").stdout for web in webs.values()]
    kept = {master.machine: ["/var/log/salt", "/var/cache/salt/master/jobs"]}
    kept |= {web.machine: ["/var/log/salt"] for web in webs.values()}
    for secret in webs["web1"].secrets.values():
        for form in {secret, json.dumps(secret)[1:-1]}:
            assert not any(form in text for text in said)
            for machine, places in kept.items():
                found = machine.run("grep", "-rlFe", form, *places, check=False)
                assert (found.returncode, found.stdout) == (1, "")
