# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In a real multisite a plugin is on for the whole network or for each site, told so, and nobody switches it off."""

from __future__ import annotations

import re
import typing as t

import pytest
from tests.parts.support import wordpress
from tests.parts.support.plugins import Plugins

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Machine, Manifest

pytestmark = pytest.mark.parts

HOSTS: t.Final = (wordpress.HOST, f"second.{wordpress.HOST}")
ALLOWED: t.Final = {"WP_ALLOW_MULTISITE": True}
MULTISITE: t.Final = {
    "MULTISITE": True,
    "SUBDOMAIN_INSTALL": True,
    "DOMAIN_CURRENT_SITE": HOSTS[0],
    "PATH_CURRENT_SITE": "/",
    "SITE_ID_CURRENT_SITE": 1,
    "BLOG_ID_CURRENT_SITE": 1,
}
WIDE: t.Final = "update_site_option('{name}_wide', func_get_args());"
SEEN: t.Final = "headers_sent() || header('X-Plugin-{name}: loaded');"
SENDS: t.Final = "add_action('activated_plugin', function () { wp_redirect('/welcome'); exit; });"


def manifest(machine: Machine, constants: dict[str, t.Any], *entries: dict[str, t.Any]) -> Manifest:
    """Declare a network, at addresses without a port: WordPress makes no other."""
    base = wordpress.manifest(machine, "6.5.5", constants=constants)
    [route], database = base["routes"], base["plugins"]["use"][0]
    routes = [{**route, "host": host, "url": f"http://{host}"} for host in HOSTS]
    return {**base, "plugins": {"use": [database, *entries], "locked": False}, "routes": routes}


@pytest.fixture
def network(machine: Machine) -> Machine:
    """Make a site, then a network of it as WordPress asks for it, then a second site in the network."""
    machine.site = wordpress.SITE
    machine.deploy(manifest(machine, ALLOWED))
    director = wordpress.Browser(machine, HOSTS[0])
    director.log_in()
    words = {"sitename": "Network", "email": "a@b.example", "subdomain_install": "1", "submit": "Install"}
    nonce = director.nonce("/wp-admin/network.php", 'name="_wpnonce" value="([0-9a-f]+)"')
    assert "MULTISITE" in director.ask("/wp-admin/network.php", {**words, "_wpnonce": nonce}).body
    machine.deploy(manifest(machine, MULTISITE))
    director.log_in()
    words = {"blog[domain]": "second", "blog[title]": "Second", "blog[email]": "second@b.example"}
    page = "/wp-admin/network/site-new.php"
    words["_wpnonce_add-blog"] = director.nonce(page, 'name="_wpnonce_add-blog" value="([0-9a-f]+)"')
    assert director.ask(f"{page}?action=add-site", words).status == 302
    return machine


def entry(plugins: Plugins, name: str, head: str = "", loaded: str = "") -> dict[str, t.Any]:
    return plugins.entry(name, head=head, activate=WIDE.format(name=name), loaded=SEEN.format(name=name) + loaded)


def rows(site: Machine, sql: str) -> list[t.Any]:
    path = site.root / "srv/fungible/wp/stores/db/database.sqlite"
    return [value for (value,) in site.host.query(str(path), sql)]


def told(site: Machine, name: str) -> list[list[str]]:
    """Tell what a plugin was told in each of the sites, in its order."""
    sql = "SELECT option_value FROM {} WHERE option_name = '{}_told'"
    return [" ".join(rows(site, sql.format(table, name))).split() for table in ("wp_options", "wp_2_options")]


def loaded(site: Machine) -> list[list[str]]:
    """Tell which plugins each of the sites loads."""
    answers = [site.get("/wp-login.php", {"Host": host}) for host in HOSTS]
    assert [one.status for one in answers] == [200, 200]
    return [sorted(key.rpartition("-")[2] for key in one.headers if key.startswith("x-plugin-")) for one in answers]


def test_a_plugin_is_on_for_the_whole_network_or_for_each_site_and_is_told_so(network: Machine, tmp_path: Path) -> None:
    plugins = Plugins(tmp_path)
    entries = [
        {**entry(plugins, "declared"), "network": True},
        entry(plugins, "headed", " * Network: true\n"),
        entry(plugins, "each", loaded=SENDS),
    ]
    asked = manifest(network, MULTISITE, *entries)
    network.deploy(asked)
    assert loaded(network) == [["declared", "each", "headed"]] * 2
    assert told(network, "declared") == told(network, "headed") == [["activate:1.0"], []]
    assert told(network, "each") == [["activate:1.0"], ["activate:1.0"]]
    wide = "SELECT meta_value FROM wp_sitemeta WHERE meta_key = '{}_wide'"
    assert [rows(network, wide.format(one["name"])) for one in entries] == [["a:1:{i:0;b:1;}"]] * 2 + [
        ["a:1:{i:0;b:0;}"]
    ]
    director = wordpress.Browser(network, HOSTS[0])
    director.log_in()
    for screen, host in (("/wp-admin/network/plugins.php", HOSTS[0]), ("/wp-admin/plugins.php", HOSTS[1])):
        page = director.ask("/wp-admin/network/plugins.php").body
        [nonce] = re.findall(r"action=deactivate&amp;plugin=declared[^\"]*_wpnonce=([0-9a-f]+)", page)
        director.host = host
        answer = director.ask(f"{screen}?action=deactivate&plugin=declared%2Fdeclared.php&_wpnonce={nonce}")
        assert answer.status == 302, (screen, answer)
        director.host = HOSTS[0]
        assert loaded(network) == [["declared", "each", "headed"]] * 2
    assert network.deploy(asked) == []
    network.deploy(manifest(network, MULTISITE))
    assert loaded(network) == [[]] * 2
    assert told(network, "headed") == [["activate:1.0", "deactivate:1.0"], []]
    assert told(network, "each") == [["activate:1.0", "deactivate:1.0"]] * 2
