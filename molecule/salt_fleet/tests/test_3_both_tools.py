# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what Salt deployed unchanged for Ansible, and is what breaks repaired by either, in the same words."""

from __future__ import annotations

import typing as t

import pytest

from fungible_dev.molecule_play import Player
from fungible_dev.molecule_salt import steps_of

if t.TYPE_CHECKING:
    from fungible_dev.molecule_salt import Master
    from fungible_dev.molecule_wordpress import WordPress

SITE: t.Final[dict[str, t.Any]] = {
    "wordpress_version": "6.5.5",
    "fungible_sites": {"actioncenter": "{{ actioncenter }}"},
}
REVOKE: t.Final = r"REVOKE INSERT ON `action\_center`.* FROM 'action_center'@'localhost'"
BREAKS: t.Final[dict[str, tuple[str, ...]]] = {
    "a right of the database's user": ("mariadb", "--execute", REVOKE),
    "the mode of a store": ("chmod", "0777", "/srv/fungible/actioncenter/stores/uploads"),
    "a plugin's file": (
        "sh",
        "-c",
        "echo >> $(ls /srv/fungible/actioncenter/releases/6.5*/wp-content/plugins/akismet/akismet.php)",
    ),
    "the route": ("sh", "-c", "sed --in-place 's/weight 1/weight 0/' /etc/fungible/haproxy/site-actioncenter.cfg"),
}


def by_ansible(web: WordPress, *, check: bool) -> list[str]:
    return but_records(Player(web.machine.name)(check=check, **SITE).done)


def by_salt(master: Master, *, check: bool) -> list[str]:
    told = master.ask("state.apply", "fungible", f"test={check}", to="web1")["web1"]
    return but_records([step.removeprefix("would ") for step in steps_of(told)])


def but_records(steps: list[str]) -> list[str]:
    """Leave out that the manifest is recorded: each tool's names the artifacts' files as that tool finds them."""
    return [step for step in steps if step != "record the manifest of actioncenter"]


def test_ansible_has_nothing_to_do_on_either_minion(webs: dict[str, WordPress]) -> None:
    assert [by_ansible(web, check=True) for web in webs.values()] == [[], []]


@pytest.mark.parametrize(("what", "ansible_repairs"), [(what, number % 2 == 0) for number, what in enumerate(BREAKS)])
def test_what_breaks_both_predict_and_either_repairs(
    master: Master, webs: dict[str, WordPress], what: str, ansible_repairs: bool
) -> None:
    web = webs["web1"]
    web.machine.run(*BREAKS[what])
    would = by_ansible(web, check=True)
    assert would
    assert by_salt(master, check=True) == would
    if ansible_repairs:
        assert by_ansible(web, check=False) == would
        assert by_salt(master, check=True) == []
    else:
        assert by_salt(master, check=False) == would
        assert by_ansible(web, check=True) == []
