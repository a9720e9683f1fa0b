# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a multisite upgraded whole by its migration, and never by a release that an administrator happens to visit."""

from __future__ import annotations

import re
import typing as t

import pytest

from fungible_dev.molecule_wordpress import WordPress

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_play import Player

testinfra_groups = ["trixie"]

OLD, NEW = "6.4.5", "6.5.5"
HOSTS = ("network.example", "second.network.example")
ALLOWED = {"WP_ALLOW_MULTISITE": True}
MULTISITE = {
    "MULTISITE": True,
    "SUBDOMAIN_INSTALL": True,
    "DOMAIN_CURRENT_SITE": HOSTS[0],
    "PATH_CURRENT_SITE": "/",
    "SITE_ID_CURRENT_SITE": 1,
    "BLOG_ID_CURRENT_SITE": 1,
}


def declared(version: str, constants: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the variables that declare a network, made of the scenario's own site."""
    changes = {
        "app": {"constants": constants},
        "stores": {"db": {"database": "network", "user": "network"}},
        "plugins": {"use": []},
        "routes": [{"host": host, "drain": "5s"} for host in HOSTS],
    }
    return {
        "wordpress_version": version,
        "network_changes": changes,
        "fungible_sites": {"network": "{{ wordpress_manifest | combine(network_changes, recursive=true) }}"},
    }


@pytest.fixture(scope="module")
def network(machine: Machine, play: Player, wordpress: WordPress) -> WordPress:
    """Make a site, then a network of it as WordPress asks for it, then a second site in the network."""
    site = WordPress(machine, "network", {**wordpress.manifest, "routes": [{"host": HOSTS[0]}]})
    machine.run("sh", "-c", f"echo 127.0.0.1 {' '.join(HOSTS)} >>/etc/hosts")
    play(**declared(OLD, ALLOWED))
    director = site.director()
    words = {"sitename": "Network", "email": "director@network.example", "subdomain_install": "1", "submit": "Install"}
    director.post("/wp-admin/network.php", {**words, "_wpnonce": nonce(director.get("/wp-admin/network.php").text)})
    play(**declared(OLD, MULTISITE))
    director = site.director()
    page = director.get("/wp-admin/network/site-new.php").text
    words = {"blog[domain]": "second", "blog[title]": "Second", "blog[email]": "second@network.example"}
    words["_wpnonce_add-blog"] = nonce(page, "_wpnonce_add-blog")
    assert director.post("/wp-admin/network/site-new.php?action=add-site", words).status == 302
    return site


def nonce(page: str, name: str = "_wpnonce") -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def stored(host: Host) -> list[str]:
    ask = "SELECT option_value FROM {} WHERE option_name = 'db_version'"
    tables = ("wp_options", "wp_2_options")
    sql = " UNION ALL ".join(ask.format(table) for table in tables)
    return host.check_output("mariadb --batch --skip-column-names network --execute=%s", sql).split()


def visit(network: WordPress) -> None:
    """Visit the pages from which a multisite upgrades itself unasked, on both of its sites."""
    for name in HOSTS:
        director = network.director()
        director.site = name
        director.log_in("director", network.manifest["app"]["install"]["password"])
        for page in ("/wp-admin/", "/wp-admin/network/", "/wp-admin/network/upgrade.php?action=upgrade&n=0"):
            seen = director.get(page)
            assert "upgrade" not in seen.goes_to, (name, page)
            assert "upgrade.php" not in re.sub(r"(?s)<ul id=.adminmenu.*?</ul>\s*</div>", "", seen.text), (name, page)


def test_every_site_of_a_network_is_migrated(host: Host, play: Player, network: WordPress) -> None:
    assert stored(host) == ["56657", "56657"]
    play(**declared(NEW, MULTISITE))
    assert stored(host) == ["57155", "57155"]
    visit(network)
    assert stored(host) == ["57155", "57155"]


def test_the_former_release_leaves_a_migrated_network_as_it_is(host: Host, play: Player, network: WordPress) -> None:
    play("fungible.deploy.rollback", **declared(NEW, MULTISITE))
    assert network.live.startswith(OLD)
    visit(network)
    assert stored(host) == ["57155", "57155"]
