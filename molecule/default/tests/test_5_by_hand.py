# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the MariaDB of each Debian tell which plugins are on in a WordPress that people keep by hand, and no more."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_play import Player
    from fungible_dev.molecule_wordpress import WordPress

OF = {"one": "action_center", "network": "by_hand", "view": "a_view"}  # the folder of each, and its database
CONFIG = """<?php
define('DB_NAME', '{database}');
define('DB_PASSWORD', 'nobody asks with it');
define('DB_HOST', 'localhost');
{more}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""
MADE = """
CREATE DATABASE by_hand;
CREATE TABLE by_hand.wp_options LIKE action_center.wp_options;
INSERT INTO by_hand.wp_options SELECT * FROM action_center.wp_options;
CREATE TABLE by_hand.wp_sitemeta (
  meta_id bigint(20) NOT NULL AUTO_INCREMENT, site_id bigint(20) NOT NULL DEFAULT 0, meta_key varchar(255) DEFAULT NULL,
  meta_value longtext DEFAULT NULL, PRIMARY KEY (meta_id), KEY meta_key (meta_key(191)), KEY site_id (site_id)
);
INSERT INTO by_hand.wp_sitemeta VALUES
  (1, 1, 'active_sitewide', 'x'), (2, 1, 'active_sitewide_plugins', 'a:1:{s:13:"shared/it.php";i:1700000000;}');
CREATE DATABASE a_view;
CREATE VIEW a_view.wp_options AS SELECT * FROM action_center.wp_options;
"""


class Told(t.NamedTuple):
    """Be what was told of one folder: which of its plugins are on, and what people should hear of it."""

    on: dict[str, bool | str]
    notes: str


@pytest.fixture(scope="module")
def told(machine: Machine, play: Player, wordpress: WordPress) -> dict[str, Told]:
    """Make three WordPress by hand, of the plugins of the site that runs and two more, and have them described."""
    machine.run("mariadb", f"--execute={MADE}")
    for name, database in OF.items():
        root = f"/var/www/{name}"
        machine.run("install", "-d", root, f"{root}/wp-includes")
        machine.run("cp", "-r", f"{wordpress.tree()}/wp-content", f"{wordpress.tree()}/wp-settings.php", root)
        machine.run("cp", f"{wordpress.tree()}/wp-includes/version.php", f"{root}/wp-includes")
        for plugin in ("off", "shared"):
            machine.run("cp", "-r", f"{root}/wp-content/plugins/welcome", f"{root}/wp-content/plugins/{plugin}")
        more = "define('MULTISITE', true);" if name == "network" else ""
        machine.write(f"{root}/wp-config.php", CONFIG.format(database=database, more=more))
    [(_name, result)] = play("../shared/by_hand.yml", folders=[f"/var/www/{name}" for name in OF]).tasks
    return {name: _told(found) for name, found in zip(OF, result["results"], strict=True)}


def _told(found: dict[str, t.Any]) -> Told:
    plugins = {one["name"]: one["active"] for one in found["extensions"] if one["kind"] == "plugin"}
    names = ("akismet", "welcome", "off", "shared")
    return Told({name: plugins[name] for name in names}, " / ".join(found["notes"]))


def test_the_database_of_the_site_tells_which_are_on(told: dict[str, Told]) -> None:
    assert told["one"].on == {"akismet": True, "welcome": True, "off": False, "shared": False}


def test_in_a_network_its_own_list_counts_and_other_sites_may_have_others_on(told: dict[str, Told]) -> None:
    assert told["network"].on == {"akismet": True, "welcome": True, "off": "unknown", "shared": True}
    assert "other sites of its network may have them on" in told["network"].notes


def test_a_view_is_not_evaluated(told: dict[str, Told]) -> None:
    assert set(told["view"].on.values()) == {"unknown"}
    assert "is not of type 'BASE TABLE'" in told["view"].notes


def test_nothing_was_left_in_the_databases(host: Host, told: dict[str, Told]) -> None:
    """Nothing is open any more, or the database could not be dropped."""
    assert told
    host.check_output("timeout 10 mariadb --execute='DROP DATABASE by_hand; DROP DATABASE a_view'")
