# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does all that was live come back by itself after a power cut, before a cutover and after it."""

from __future__ import annotations

import typing as t

import pytest

from fungible_dev.load import Load

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_play import Player
    from fungible_dev.molecule_wordpress import WordPress

NEW = "6.5.5"
# Another password for the database: a new instance of the same release, beside the live one.
ROTATED = {"wordpress_version": NEW, "wordpress_changes": {"stores": {"db": {"password": "another password"}}}}


@pytest.fixture(scope="module")
def former(machine: Machine, play: Player, wordpress: WordPress) -> str:
    """Bring another instance up beside the live one, cut the power, and give the one that was live."""
    live = wordpress.live
    with Load.start(wordpress.visitors(rate=10)) as load:
        play("../shared/beside.yml", **ROTATED)
        assert load.stop().failed == 0, "the live instance must still get in with the password before"
    machine.reboot()
    wordpress.wait()
    return live


def test_before_the_cutover_the_old_instance_is_live_again(wordpress: WordPress, former: str) -> None:
    assert wordpress.live == former
    assert wordpress.browser().get("/").header("X-Fungible-Slot") == wordpress.slot_of(former)


def test_nothing_is_left_to_do_then_but_the_cutover(
    host: Host, play: Player, wordpress: WordPress, former: str
) -> None:
    assert host.check_output("systemctl is-system-running --wait") == "running"
    with Load.start(wordpress.visitors(rate=10)) as load:
        verbs = [step.split()[0] for step in play(**ROTATED).done]
        assert load.stop().failed == 0
    assert verbs == ["switch", "drain"]
    assert wordpress.live != former
    assert wordpress.live.rpartition(".")[0] == former.rpartition(".")[0]


def test_only_the_new_password_lets_in_after_it(host: Host, wordpress: WordPress, former: str) -> None:
    passwords = (wordpress.manifest["stores"]["db"]["password"], "another password")
    assert [host.run("mariadb --user=action_center --password=%s", one).rc == 0 for one in passwords] == [False, True]


def test_after_the_cutover_the_new_instance_is_live_again(
    host: Host, machine: Machine, play: Player, wordpress: WordPress, former: str
) -> None:
    live = wordpress.live
    machine.reboot()
    wordpress.wait()
    assert wordpress.browser().get("/").header("X-Fungible-Slot") == wordpress.slot_of(live)
    for process in ("php", "web"):
        assert host.service(wordpress.unit(process, live)).is_running
        assert not host.service(wordpress.unit(process, former)).is_running
    assert play(**ROTATED).done == []


def test_a_rollback_over_the_password_is_refused_and_the_live_instance_goes_on(
    play: Player, wordpress: WordPress, former: str
) -> None:
    live = wordpress.live
    refused = play.attempt("fungible.deploy.rollback", **ROTATED)
    assert f"instance {former}: /wp-login.php did not answer 200 within 20 s (status 500)" in refused.failure
    assert wordpress.live == live
    assert wordpress.browser().get("/").status == 200
    assert play(**ROTATED).done == []
