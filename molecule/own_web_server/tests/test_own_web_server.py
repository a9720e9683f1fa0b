# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a user's own web server serve each release in its turn, and do neither it nor PHP get to change one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.molecule_play import Player
    from fungible_dev.molecule_wordpress import WordPress

NEW = "6.5.5"
SITE = "/srv/fungible/actioncenter"


@dataclass(frozen=True)
class Stage:
    """What was seen once a release was live."""

    steps: list[str]
    live: str
    link: str
    page: str
    inside: dict[str, t.Any]
    admin: tuple[int, str]


@pytest.fixture(scope="module")
def stages(host: Host, play: Player, wordpress: WordPress) -> list[Stage]:
    """Upgrade, roll back, and go forward again."""
    found = []
    for playbook in ("fungible.deploy.site", "fungible.deploy.rollback", "fungible.deploy.site"):
        steps = play(playbook, wordpress_version=NEW).done
        admin = wordpress.director().get("/wp-admin/")
        seen = wordpress.inside(write=[f"{SITE}/current/wp-content/x.php", f"{SITE}/current/wp-content/uploads/x"])
        page = wordpress.browser().get("/").text
        link = host.check_output(f"readlink {SITE}/current")
        found.append(Stage(steps, wordpress.live, link, page, seen, (admin.status, admin.goes_to)))
    return found


def test_each_release_is_served_in_its_turn(stages: list[Stage]) -> None:
    versions = [NEW, "6.4.5", NEW]
    assert [stage.live.partition("-")[0] for stage in stages] == versions
    assert all(f'content="WordPress {stage.live.partition("-")[0]}"' in stage.page for stage in stages)
    assert [stage.link for stage in stages] == [f"instances/{stage.live}/tree" for stage in stages]


def test_the_link_is_switched_and_the_web_server_reloaded(stages: list[Stage]) -> None:
    first, second = stages[0], stages[1]
    ends = [f"switch actioncenter to {first.live}", "reload your web server (systemctl reload php8.2-fpm.service)"]
    assert first.steps[-3:-1] == ends
    assert [step.split()[0] for step in second.steps] == ["switch", "reload"]


def test_the_database_was_migrated_and_nobody_is_sent_to_the_upgrade_page(stages: list[Stage]) -> None:
    assert {stage.inside["db_version"]["stored"] for stage in stages} == {57155}
    assert {stage.admin for stage in stages} == {(200, "")}


def test_php_can_write_to_the_store_and_not_to_the_release(stages: list[Stage]) -> None:
    for stage in stages:
        assert (stage.inside["user"], stage.inside["upgraded_by"]) == ("www-data", "www-data")
        assert list(stage.inside["write"].values()) == ["Permission denied", "written"]


def test_the_chain_is_the_releases_own(stages: list[Stage]) -> None:
    assert {tuple(stage.inside["active"]) for stage in stages} == {("welcome/welcome.php", "akismet/akismet.php")}
    assert all("<!-- house rules -->" in stage.page for stage in stages)


def test_secrets_are_for_the_web_servers_group_alone(host: Host, stages: list[Stage], wordpress: WordPress) -> None:
    for stage in stages:
        secrets = host.file(f"{SITE}/instances/{stage.live}/environment.json")
        assert (secrets.user, secrets.group, secrets.mode) == ("root", "www-data", 0o640)
    assert wordpress.browser().get("/../environment.json", "--path-as-is").status in (400, 404)


def test_a_second_run_changes_nothing(play: Player, stages: list[Stage]) -> None:
    assert play(wordpress_version=NEW).done == []
