# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Are two minions the same, of which one has another Salt, another Python and another way to the extension."""

from __future__ import annotations

import configparser
import typing as t

import pytest

from fungible_dev.places import CHECKOUT

if t.TYPE_CHECKING:
    from fungible_dev.molecule_salt import Master
    from fungible_dev.molecule_wordpress import WordPress

SERIES = {"web1": ("3007", "3.11"), "web2": ("3008", "3.13")}
SYNCED = "/var/cache/salt/minion/extmods"
OURS = {"persistent_store", "stateless_app", "migration", "cutover"}


def test_two_releases_of_salt_are_in_the_fleet(master: Master) -> None:
    found = {
        minion: (grains["saltversion"].partition(".")[0], "{}.{}".format(*grains["pythonversion"]))
        for minion, grains in master.ask("grains.item", "saltversion", "pythonversion").items()
    }
    assert found == SERIES
    assert master.machine.run("salt-run", "--version").stdout.split()[1].startswith("3008.")


def test_one_minion_has_the_extension_from_the_master_and_the_other_from_its_wheel(webs: dict[str, WordPress]) -> None:
    def there(web: str, path: str) -> bool:
        return webs[web].machine.run("test", "-e", path, check=False).returncode == 0

    synced, installed = f"{SYNCED}/states/cutover.py", "/opt/fungible/saltext/fungible/states/cutover.py"
    assert {web: (there(web, synced), there(web, installed)) for web in webs} == {
        "web1": (True, False),
        "web2": (False, True),
    }


def test_both_say_the_same_version_of_the_extension(master: Master) -> None:
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    assert master.ask("fungible.version") == dict.fromkeys(SERIES, config["metadata"]["version"])


def test_the_highstate_is_the_site_and_no_packages(master: Master) -> None:
    told = master.ask("state.show_lowstate")
    assert {web: {one["state"] for one in states} for web, states in told.items()} == dict.fromkeys(SERIES, OURS)


def test_the_release_is_the_same_on_both_to_the_byte(webs: dict[str, WordPress]) -> None:
    live = {web.live for web in webs.values()}
    assert len(live) == 1
    [release] = {instance.rpartition(".")[0] for instance in live}
    lists = {web.machine.read(f"/var/lib/fungible/actioncenter/releases/{release}") for web in webs.values()}
    assert len(lists) == 1


@pytest.mark.parametrize("web", SERIES)
def test_the_chain_is_on_in_its_order(webs: dict[str, WordPress], web: str) -> None:
    seen = webs[web].inside()
    assert seen["user"] == "fg-actioncenter"
    assert seen["active"] == ["welcome/welcome.php", "akismet/akismet.php"]
