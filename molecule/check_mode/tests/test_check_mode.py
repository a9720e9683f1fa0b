# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does check mode change nothing, and predict what the real run does; the tests build on one another."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.molecule_play import Played, Player

SITE, ROLLBACK = "fungible.deploy.site", "fungible.deploy.rollback"
UPGRADE = {"wordpress_version": "6.5.5", "procfile_version": "2"}
ROTATED = {**UPGRADE, "wordpress_changes": {"stores": {"db": {"password": "another password"}}}}
RUNS = {
    "the first deploy": (SITE, {}),
    "an upgrade": (SITE, UPGRADE),
    "a rollback": (ROLLBACK, UPGRADE),
    "another password": (SITE, ROTATED),
}
# What changes by itself: databases, and what Ansible has for its own use.
RESTLESS = (
    *("/var/lib/mysql", "/srv/fungible/notes/stores/db", "/root/.ansible"),
    *("/dev", "/proc", "/run", "/sys", "/tmp"),
)
OURS = ("/srv/", "/etc/fungible", "/var/lib/fungible", "/var/cache/fungible", "/etc/systemd/system/fungible-notes")
ACCOUNTS = "SELECT * FROM mysql.global_priv; SELECT * FROM mysql.db; SHOW DATABASES"


@dataclass(frozen=True)
class Pair:
    """A run in check mode, and then for real; with what was on the host before and after the first."""

    predicted: Played
    done: Played
    before: tuple[str, ...]
    after: tuple[str, ...]


@pytest.fixture(scope="module")
def pairs(host: Host, play: Player) -> dict[str, Pair]:
    found = {}
    for name, (playbook, variables) in RUNS.items():
        before = snapshot(host)
        predicted = play(playbook, check=True, **variables)
        after = snapshot(host)
        found[name] = Pair(predicted, play(playbook, **variables), before, after)
    return found


def snapshot(host: Host) -> tuple[str, ...]:
    """Tell all that is on the host: files with their modes, owners, sizes and times; units, users and accounts."""
    left_out = " ".join(f"-path {path} -prune -o" for path in RESTLESS)
    files = host.check_output(f"find / -xdev {left_out} -printf '%p %M %u:%g %s %T@ %l\\n'")
    units = host.check_output("systemctl list-units --all --plain --no-legend 'fungible-*'")
    accounts = host.check_output("mariadb --batch --execute=%s", ACCOUNTS)
    return (*files.splitlines(), *units.splitlines(), *accounts.splitlines())


@pytest.mark.parametrize("name", RUNS)
def test_the_steps_that_were_predicted_are_the_steps_that_were_done(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    assert pair.predicted.done
    assert pair.predicted.steps == pair.done.steps
    assert pair.predicted.changed == pair.done.changed
    assert _diffs(pair.predicted) == _diffs(pair.done)


@pytest.mark.parametrize("name", RUNS)
def test_check_mode_changed_nothing_on_the_host(pairs: dict[str, Pair], name: str) -> None:
    before, after = set(pairs[name].before), set(pairs[name].after)
    assert sorted(after - before) == []
    assert sorted(before - after) == []


def test_the_first_deploy_was_of_a_host_that_had_nothing(pairs: dict[str, Pair]) -> None:
    first = pairs["the first deploy"]
    assert [line for line in first.before if line.startswith(OURS)] == []
    verbs = {step.split()[0] for step in first.done.done}
    assert {"create", "grant", "fetch", "unpack", "compose", "migrate", "start", "configure", "switch"} <= verbs


def _diffs(played: Played) -> list[tuple[str, t.Any]]:
    return [(name, result.get("diff")) for name, result in played.tasks]
