# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a WordPress upgraded, rolled back and upgraded again while people use it, and does all that it held survive."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field

import pytest

from fungible_dev import molecule_content as content
from fungible_dev.load import Load, Report

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_browser import Page
    from fungible_dev.molecule_play import Played, Player
    from fungible_dev.molecule_wordpress import WordPress

OLD, NEW = "6.4.5", "6.5.5"
DB_VERSION = {OLD: 56657, NEW: 57155}
ROLLBACK = "fungible.deploy.rollback"
STEPS = ("", "?step=upgrade_db")  # of WordPress's own upgrade; it asks nobody who they are
UPGRADE_REFUSED = "No Update Required"
# How a browser or a proxy asks whether what it has is still right: with what the answer's header said.
ASK_AGAIN = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
# Note each command line that is ever seen, until it is stopped.
WATCH = """
import glob, time
seen = set()
with open("/root/commands", "w", encoding="utf-8", errors="replace") as notes:
    while True:
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                words = open(path, encoding="utf-8", errors="replace").read()
            except OSError:
                continue
            if words not in seen:
                seen.add(words)
                print(*words.replace(chr(0), " ").split(), file=notes, flush=True)
        time.sleep(0.01)
"""
FIRST = ("--property=Nice=-20", "--property=CPUWeight=10000")  # a dump is over in moments, on a host under load too
STAGES = ("before", "beside", "upgraded", "rolled back", "upgraded again")


@dataclass
class Story:
    """What was seen while the site was upgraded, rolled back, and upgraded again."""

    played: dict[str, Played] = field(default_factory=dict)
    found: dict[str, content.Content] = field(default_factory=dict)  # by stage
    visits: dict[tuple[str, str], Visit] = field(default_factory=dict)  # stage, release
    report: Report = field(default_factory=lambda: Report(()))
    files: dict[str, Page] = field(default_factory=dict)  # path -> answer: the same in both releases, then changed
    again: dict[tuple[str, str], Page] = field(default_factory=dict)  # path, header -> the other release's answer
    commands: str = ""  # each command line that anybody on the host could see


@dataclass(frozen=True)
class Visit:
    """What the administrator sees in one release, and what that release did to the database."""

    status: int
    goes_to: str
    refused: bool  # whoever asks for WordPress's own upgrade in the browser
    stored: int


@pytest.fixture(scope="module")
def story(machine: Machine, play: Player, wordpress: WordPress) -> Story:
    told = Story()
    content.add(wordpress)
    note(told, "before", wordpress)
    machine.run("systemd-run", "--unit=watcher", *FIRST, "python3", "-c", WATCH)
    with Load.start(wordpress.visitors(rate=10)) as load:
        told.played["beside"] = play("../shared/beside.yml", wordpress_version=NEW)
        note(told, "beside", wordpress)
        told.played["upgraded"] = play(wordpress_version=NEW)
        note(told, "upgraded", wordpress)
        told.files = {path: wordpress.browser().get(f"/{path}") for path in files_to_compare(machine, wordpress)}
        told.played["rolled back"] = play(ROLLBACK, wordpress_version=NEW)
        note(told, "rolled back", wordpress)
        told.again = {
            (path, header): wordpress.browser().get(f"/{path}", "--header", f"{name}: {page.header(header)}")
            for path, page in told.files.items()
            for header, name in ASK_AGAIN.items()
        }
        told.played["upgraded again"] = play(wordpress_version=NEW)
        note(told, "upgraded again", wordpress)
        told.report = load.stop()
    machine.run("systemctl", "stop", "watcher.service")
    told.commands = machine.read("/root/commands")
    return told


def note(told: Story, stage: str, wordpress: WordPress) -> None:
    """Note what is there, and what the administrator sees in each release that runs."""
    told.found[stage] = content.read(wordpress)
    for slot, instance in wordpress.journal["slots"].items():
        if wordpress.runs(instance):
            told.visits[stage, instance.partition("-")[0]] = visit(wordpress, slot)


def visit(wordpress: WordPress, slot: str) -> Visit:
    director = wordpress.director(slot)
    page, upgrades = director.get("/wp-admin/"), [director.get(f"/wp-admin/upgrade.php{step}") for step in STEPS]
    refused = all(UPGRADE_REFUSED in upgrade.text for upgrade in upgrades)
    return Visit(page.status, page.goes_to, refused, wordpress.inside(slot)["db_version"]["stored"])


def files_to_compare(machine: Machine, wordpress: WordPress) -> tuple[str, str]:
    """Find among WordPress's own files one that is the same in both releases, and one of which only the size is."""
    listings = []
    for instance in wordpress.journal["slots"].values():
        text = machine.read(f"/var/lib/fungible/actioncenter/releases/{instance.rpartition('.')[0]}")
        lines = (line.split("\t") for line in text.splitlines())
        listings.append({path: (size, sha256) for kind, sha256, size, path, *_ in lines if kind == "f"})
    both = [path for path in sorted(listings[0].keys() & listings[1].keys()) if path.endswith(".css")]
    pairs = {path: (listings[0][path], listings[1][path]) for path in both}
    same = next(path for path, (one, two) in pairs.items() if one == two)
    other = next(path for path, (one, two) in pairs.items() if one != two and one[0] == two[0])
    return same, other


def test_no_request_failed_in_any_cutover(story: Story) -> None:
    assert story.report.failures == {}
    assert story.report.total > 50
    assert set(story.report.releases) == {"a", "b"}


@pytest.mark.parametrize("stage", STAGES[1:])
def test_posts_users_and_uploads_are_as_they_were(story: Story, stage: str) -> None:
    before, after = (story.found[when] for when in ("before", stage))
    assert len(before["posts"]) >= 4
    assert len(before["users"]) == 2
    assert len(before["media"]) == 1
    assert after == before


def test_the_upload_is_in_the_store_and_not_in_a_release(host: Host, story: Story, wordpress: WordPress) -> None:
    where = content.upload(story.found["before"])
    assert host.file(f"{content.STORE}/{where}").sha256sum == hashlib.sha256(content.PNG).hexdigest()
    assert host.file(f"{content.STORE}/{where}").user == "fg-actioncenter"
    found = host.check_output("find /srv/fungible/actioncenter/releases/*/wp-content/uploads -mindepth 1")
    assert found == ""
    page = wordpress.browser().get(f"/wp-content/uploads/{where}")
    assert (page.status, page.header("Content-Type")) == (200, "image/png")


def test_the_database_was_migrated_once_and_by_the_migration_alone(story: Story) -> None:
    stored = {stage: {visit.stored for (when, _), visit in story.visits.items() if when == stage} for stage in STAGES}
    assert stored == {"before": {DB_VERSION[OLD]}, **{stage: {DB_VERSION[NEW]} for stage in STAGES[1:]}}
    assert any(step.startswith("migrate ") for step in story.played["beside"].done)
    for stage in STAGES[2:]:
        assert [step for step in story.played[stage].done if step.startswith("migrate ")] == []


def test_the_migration_ran_as_the_sites_own_user(wordpress: WordPress, story: Story) -> None:
    assert wordpress.inside()["upgraded_by"] == "fg-actioncenter"


def test_nobody_is_sent_to_the_upgrade_page_in_any_release_at_any_time(story: Story) -> None:
    ran = {("before", OLD), ("beside", OLD), ("beside", NEW), ("upgraded", NEW), ("rolled back", OLD)}
    assert set(story.visits) == {*ran, ("upgraded again", NEW)}
    for when, seen in story.visits.items():
        assert (seen.status, seen.goes_to) == (200, ""), when
        assert seen.refused, when


def test_each_release_says_its_own_version(story: Story) -> None:
    switched = [step for stage in STAGES[1:] for step in story.played[stage].done if step.startswith("switch ")]
    assert [step.split()[3].partition("-")[0] for step in switched] == [NEW, OLD, NEW]


def test_what_was_prepared_needs_nothing_but_the_cutover(story: Story) -> None:
    verbs = [step.split()[0] for step in story.played["upgraded"].done]
    assert verbs == ["switch", "drain", "record"]


def test_no_secret_was_said(story: Story, wordpress: WordPress) -> None:
    for played in story.played.values():
        said = [what for what, secret in wordpress.secrets.items() if json.dumps(secret)[1:-1] in played.output]
        assert said == []


def test_no_secret_was_in_a_command_line_for_a_moment(story: Story, wordpress: WordPress) -> None:
    lines = [line for line in story.commands.splitlines() if not line.startswith("curl ")]  # our own browser
    assert any(line.startswith("systemd-run ") for line in lines)
    assert any(line.startswith("mariadb-dump ") for line in lines)
    assert [what for what, secret in wordpress.secrets.items() if any(secret in line for line in lines)] == []


@pytest.mark.parametrize("header", ASK_AGAIN)
def test_a_changed_file_of_the_same_size_is_never_taken_for_the_other(story: Story, header: str) -> None:
    (same, before), (other, changed) = story.files.items()
    assert story.again[same, header].status == 304
    answer = story.again[other, header]
    assert answer.status == 200
    assert answer.header(header) != changed.header(header)
    assert answer.text != changed.text
    assert len(answer.text) == len(changed.text)
    assert before.status == changed.status == 200


def test_a_second_run_changes_nothing(play: Player, story: Story) -> None:
    played = play(wordpress_version=NEW)
    assert (played.changed, played.done) == (0, [])
