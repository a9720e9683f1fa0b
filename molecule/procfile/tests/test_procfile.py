# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is an application with a Procfile upgraded and rolled back while people use it, its worker with it."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field

import pytest

from fungible_dev.load import Aim, Load, Report

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_play import Played, Player

SECRET = "not-a-secret-but-another-test-of-one"
DATABASE = "/srv/fungible/notes/stores/db/database.sqlite"
SQLITE = "sqlite3 -cmd '.timeout 20000'"  # the application goes on writing
STAGES = ("upgraded", "rolled back", "upgraded again")
SLOW = 6  # seconds: longer than an upgrade takes, shorter than what a drain allows
EXPOSURE_AT_MOST = 2.0


@dataclass
class Story:
    """What was seen while the site was upgraded, rolled back, and upgraded again."""

    played: dict[str, Played] = field(default_factory=dict)
    fronts: dict[str, str] = field(default_factory=dict)
    slow: str = ""
    report: Report = field(default_factory=lambda: Report(()))


def ask(host: Host, path: str, *options: str) -> str:
    return host.check_output(
        f"curl --silent --header 'Host: notes.example' {' '.join(options)} 'http://127.0.0.1{path}'"
    )


def running_units(host: Host) -> set[str]:
    listed = host.check_output("systemctl list-units --plain --no-legend --state=running 'fungible-notes-*'")
    return {line.split()[0] for line in listed.splitlines()}


@pytest.fixture(scope="module")
def story(host: Host, machine: Machine, play: Player) -> Story:
    told = Story()
    ask(host, "/", "--data-urlencode 'text=Ünïcode & <b>'")
    aim = Aim(
        f"http://{machine.address}",
        rate=20,
        seconds=120,
        paths=("/", "/whoami"),
        host="notes.example",
        test_networks=(f"{machine.address}/32",),
    )
    with Load.start(aim) as load:
        machine.run("sh", "-c", f"curl -s -H 'Host: notes.example' '127.0.0.1/slow?s={SLOW}' >/root/slow 2>&1 &")
        told.played["upgraded"] = play(procfile_version="2")
        told.slow = machine.run("sh", "-c", "until [ -s /root/slow ]; do sleep 0.1; done; cat /root/slow").stdout
        told.fronts["upgraded"] = ask(host, "/")
        ask(host, "/", "--data text=second --data author=somebody")
        told.played["rolled back"] = play("fungible.deploy.rollback", procfile_version="2")
        told.fronts["rolled back"] = ask(host, "/")
        told.played["upgraded again"] = play(procfile_version="2")
        told.fronts["upgraded again"] = ask(host, "/")
        told.report = load.stop()
    return told


def test_no_request_failed_in_any_cutover(story: Story) -> None:
    assert story.report.failures == {}
    assert story.report.total > 50
    assert {release.partition("-")[0] for release in story.report.releases} == {"1", "2"}


def test_a_request_that_was_under_way_was_finished_by_the_old_release(story: Story) -> None:
    assert story.slow == f"version 1 took {SLOW} s"


@pytest.mark.parametrize(("stage", "version"), [("upgraded", 2), ("rolled back", 1), ("upgraded again", 2)])
def test_what_was_kept_is_there_in_each_release(story: Story, stage: str, version: int) -> None:
    assert f"Notes, version {version}" in story.fronts[stage]
    assert "Ünïcode &amp; &lt;b&gt;" in story.fronts[stage]


def test_the_release_line_was_run_once(host: Host, story: Story) -> None:
    ran = {stage: [step for step in story.played[stage].done if step.startswith("migrate ")] for stage in STAGES}
    assert [len(steps) for steps in ran.values()] == [1, 0, 0]
    assert "author" in host.check_output(f"{SQLITE} {DATABASE} '.schema notes'")


def test_the_database_was_backed_up_before(host: Host, story: Story) -> None:
    [*_, backup] = host.check_output("ls /var/lib/fungible/notes/backups/*.sqlite").split()
    assert "-before-2-" in backup
    assert "author" not in host.check_output(f"sqlite3 {backup} '.schema notes'")
    assert host.check_output(f"sqlite3 {backup} 'SELECT text FROM notes'") == "Ünïcode & <b>"
    assert host.file(backup).mode == 0o600


def test_the_worker_of_the_live_release_runs_and_no_other(host: Host, machine: Machine, story: Story) -> None:
    live = json.loads(machine.read("/var/lib/fungible/notes/journal.json"))["live"]
    assert running_units(host) == {f"fungible-notes-{live}-{name}.service" for name in ("web", "worker")}
    counted = dict(
        line.split("|") for line in host.check_output(f"{SQLITE} {DATABASE} 'SELECT * FROM counts'").splitlines()
    )
    assert {release.partition("-")[0] for release in counted} == {"1", "2"}
    assert counted[live.rpartition(".")[0]] == "2"


@pytest.mark.parametrize("process", ["web", "worker"])
def test_each_unit_is_well_sandboxed(host: Host, story: Story, process: str) -> None:
    [unit] = [name for name in running_units(host) if name.endswith(f"-{process}.service")]
    told = host.check_output(f"systemd-analyze security --no-pager {unit} | tail --lines=1")
    assert float(re.search(r": ([0-9.]+)", told)[1]) <= EXPOSURE_AT_MOST, told
    inside = f"nsenter --mount --target $(systemctl show --property=MainPID --value {unit})"
    assert "Read-only file system" in host.run(f"{inside} touch /srv/notes/x").stderr


def test_the_secret_is_nowhere_but_in_files_of_root_alone(host: Host, story: Story) -> None:
    found = host.run(f"grep --recursive --files-with-matches {SECRET} /etc /var/lib/fungible /run/fungible").stdout
    assert {host.file(path).mode for path in found.split()} == {0o600}
    assert host.run(f"journalctl --output=export --no-pager | grep --text {SECRET}").stdout == ""
    assert [stage for stage, played in story.played.items() if SECRET in played.output] == []


def test_a_second_run_changes_nothing(play: Player, story: Story) -> None:
    played = play(procfile_version="2")
    assert (played.changed, played.done) == (0, [])


def test_all_comes_back_after_a_power_cut(host: Host, machine: Machine, play: Player, story: Story) -> None:
    machine.reboot()
    healthy = "until curl --silent --fail --header 'Host: notes.example' 127.0.0.1/healthz; do sleep 0.1; done"
    machine.run("timeout", "30", "sh", "-c", healthy)
    assert "Notes, version 2" in ask(host, "/")
    assert play(procfile_version="2").done == []
