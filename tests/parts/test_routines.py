# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins are told when they come, change and go, one by one, before the new release gets a visitor."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from tests.parts.support import wordpress
from tests.parts.support.plugins import Plugins

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError, StoreError
from fungible_dev.archives import sha256_of, write_zip

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Machine, Manifest

pytestmark = pytest.mark.parts

TABLE: t.Final = "$GLOBALS['wpdb']->query('CREATE TABLE wp_gifts (id int)') || wp_die('no table');"
DROP: t.Final = "$GLOBALS['wpdb']->query('DROP TABLE wp_gifts');"


@pytest.fixture
def site(machine: Machine) -> Machine:
    machine.site = wordpress.SITE
    return machine


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    return Plugins(tmp_path)


def manifest(site: Machine, *entries: dict[str, t.Any], **over: t.Any) -> Manifest:
    """Write the manifest of a WordPress with these plugins after the one that its database needs."""
    base = wordpress.manifest(site, "6.5.5")
    return {**base, "plugins": {"use": [base["plugins"]["use"][0], *entries]}, **over}


def routines(steps: list[str]) -> list[str]:
    verbs = ("activate", "upgrade", "deactivate", "uninstall", "migrate", "back")
    return [step.partition(" to release")[0] for step in steps if step.partition(" ")[0] in verbs]


def rows(site: Machine, sql: str) -> list[t.Any]:
    path = site.root / "srv/fungible/wp/stores/db/database.sqlite"
    return [value for (value,) in site.host.query(str(path), sql)]


def told(site: Machine, name: str) -> list[str]:
    """Tell what a plugin was told, in its order."""
    found = rows(site, f"SELECT option_value FROM wp_options WHERE option_name = '{name}_told'")
    return found[0].split() if found else []


def tables(site: Machine) -> list[str]:
    return rows(site, "SELECT name FROM sqlite_master WHERE name = 'wp_gifts'")


def test_a_plugin_is_told_when_it_comes_changes_and_goes(site: Machine, plugins: Plugins) -> None:
    first = plugins.entry("donor-forms", activate=TABLE, uninstall=DROP)
    second = plugins.entry("donor-forms", "1.1", uninstall=DROP)
    other = plugins.entry("other", loaded="$GLOBALS['wpdb']->query('SELECT * FROM wp_gifts') === false && exit;")
    absent = {"name": "donor-forms", "state": "absent"}
    purged = {"name": "donor-forms", "state": "purged", "purge": "donor-forms"}
    steps = site.deploy(manifest(site, first, other))
    assert routines(steps) == ["back up store db", "migrate wp", "activate donor-forms 1.0", "activate other 1.0"]
    assert (told(site, "donor-forms"), told(site, "other")) == (["activate:1.0"], ["activate:1.0"])
    assert site.deploy(manifest(site, first, other)) == []
    steps = site.deploy(manifest(site, second))
    assert routines(steps) == [
        "back up store db",
        "deactivate other 1.0",
        "migrate wp",
        "upgrade donor-forms 1.0 to 1.1",
    ]
    assert told(site, "donor-forms") == ["activate:1.0", "upgrade:1.1"]
    assert told(site, "other") == ["activate:1.0", "deactivate:1.0"]
    with pytest.raises(CoreError, match="deploy it with state: absent first, then purge it"):
        site.deploy(manifest(site, purged))
    assert routines(site.deploy(manifest(site, absent)))[1] == "deactivate donor-forms 1.1"
    assert tables(site) == ["wp_gifts"]
    assert routines(site.deploy(manifest(site, purged))) == ["back up store db", "uninstall donor-forms 1.1"]
    assert tables(site) == []
    assert site.deploy(manifest(site, purged)) == []


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("echo 'half a table'; throw new Exception('no such gift');", "half a table / .*no such gift.* line"),
        ("echo 'on my way'; exit;", "on my way / it ended the process while its activation ran"),
        ("wp_die('<b>No licence.</b>');", "No licence."),
        ("while (true) { echo ''; }", r"it did not end within 2 s \(migration.within\)"),
    ],
    ids=["throws", "exits", "dies", "hangs"],
)
def test_a_plugin_that_fails_stops_the_chain_and_the_old_release_goes_on(
    site: Machine, plugins: Plugins, does: str, why: str
) -> None:
    good, last = plugins.entry("good"), plugins.entry("last")
    bad, mended = plugins.entry("bad", activate=does), plugins.entry("bad")
    limit = {"migration": {"within": "2s" if "while" in does else "1m"}}
    site.deploy(manifest(site))
    before = site.journal(manifest(site)).live
    with pytest.raises(StoreError, match=f"^wp: activate bad 1.0 failed: {why}.*: mend it and run again"):
        site.deploy(manifest(site, good, bad, last, **limit))
    assert wordpress.served(site) == "6.5.5"
    assert site.journal(manifest(site)).live == before
    assert told(site, "last") == []
    steps = site.deploy(manifest(site, good, mended, last))
    assert routines(steps) == ["back up store db", "migrate wp", "activate bad 1.0", "activate last 1.0"]
    assert told(site, "good") == ["activate:1.0"]


def test_a_routine_that_is_killed_in_its_middle_is_run_once_more(site: Machine, plugins: Plugins) -> None:
    dies = "get_option('died') || (update_option('died', 1) && posix_kill(getmypid(), SIGKILL));"
    old = plugins.entry("forms")
    new = plugins.entry("forms", "1.1", loaded=f"add_action('upgrader_process_complete', function () {{ {dies} }});")
    site.deploy(manifest(site, old))
    with pytest.raises(StoreError, match=r"^wp: upgrade forms 1\.1 failed: exit status .*: mend it and run again"):
        site.deploy(manifest(site, new))
    assert "upgrade forms 1.0 to 1.1" in site.deploy(manifest(site, new))
    assert told(site, "forms") == ["activate:1.0", "upgrade:1.1", "upgrade:1.1"]


def test_a_plugin_whose_deactivation_fails_goes_without_it_and_comes_back_as_a_new_one(
    site: Machine, plugins: Plugins
) -> None:
    stuck, mended = plugins.entry("stuck", deactivate="throw new Exception('no');"), plugins.entry("stuck", "1.1")
    gone = {"name": "stuck", "state": "absent"}
    site.deploy(manifest(site, stuck))
    with pytest.raises(StoreError, match="or say `state: absent` with `deactivation: skip`; what served until now"):
        site.deploy(manifest(site, gone))
    steps = site.deploy(manifest(site, {**gone, "deactivation": "skip"}))
    assert "drop stuck 1.0 without its deactivation routine" in steps
    assert told(site, "stuck") == ["activate:1.0", "deactivate:1.0"], "the routine that failed, and not again"
    assert "activate stuck 1.1" in site.deploy(manifest(site, mended))
    assert told(site, "stuck")[2:] == ["activate:1.1"]


def test_what_a_routine_prints_and_where_it_sends_the_browser_is_no_failure(site: Machine, plugins: Plugins) -> None:
    prints = plugins.entry("prints", activate="echo 'Thank you for choosing us.';")
    sent = "add_action('activated_plugin', function () { wp_redirect('/hello'); exit; });"
    sends = plugins.entry("sends", loaded=f"{sent} add_action('admin_init', function () {{ {TABLE} }});")
    site.deploy(manifest(site, prints, sends))
    assert told(site, "prints") == told(site, "sends") == ["activate:1.0"]
    assert tables(site) == ["wp_gifts"], "the page that it sends the browser to is one of the administration"


def test_what_a_routine_puts_off_until_the_end_of_the_page_is_done(site: Machine, plugins: Plugins) -> None:
    later = plugins.entry("later", activate=f"add_action('shutdown', function () {{ {TABLE} }});")
    site.deploy(manifest(site, later))
    assert tables(site) == ["wp_gifts"]


def test_a_drop_in_is_loaded_and_nothing_else_of_its_artifact_or_of_wp_content_is_touched(
    site: Machine, tmp_path: Path
) -> None:
    files = {"readme.txt": b"", "includes/advanced-cache.php": b"<?php header('X-Cached-By: test');"}
    write_zip(tmp_path / "cache.zip", files, top="cache")
    source = {"path": str(tmp_path / "cache.zip"), "sha256": sha256_of(tmp_path / "cache.zip")}
    with_it = manifest(site, {"name": "advanced-cache", "version": "1", "kind": "drop-in", "source": source})
    site.deploy(with_it)
    assert site.get("/").headers["x-cached-by"] == "test"
    there = sorted(path.name for path in (site.release(with_it) / "wp-content").iterdir())
    assert there == ["advanced-cache.php", "db.php", "index.php", "mu-plugins", "plugins", "themes", "uploads"]
    without = manifest(site, {"name": "advanced-cache", "state": "absent"})
    site.deploy(without)
    assert "x-cached-by" not in site.get("/").headers


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("die('no cache');", "failed: no cache / its process was ended before it came to its end"),
        ("(fn() => (fn() => throw new Exception('no cache'))())();", r"failed: .*Uncaught Exception: no cache in /"),
    ],
)
def test_a_drop_in_that_ends_every_page_never_serves(site: Machine, tmp_path: Path, does: str, said: str) -> None:
    site.deploy(manifest(site))
    write_zip(tmp_path / "cache.zip", {"object-cache.php": f"<?php {does}".encode()}, top="cache")
    source = {"path": str(tmp_path / "cache.zip"), "sha256": sha256_of(tmp_path / "cache.zip")}
    with pytest.raises(StoreError, match=said):
        site.deploy(manifest(site, {"name": "object-cache", "version": "1", "kind": "drop-in", "source": source}))
    assert "no cache" not in site.get("/").body


def test_a_routine_that_writes_into_its_own_folder_is_told_to_declare_a_store(site: Machine, plugins: Plugins) -> None:
    """Be somebody who may not write to the release, as in a sandbox nobody may."""
    writes = plugins.entry("writes", activate="file_put_contents(__DIR__ . '/cache.html', 'x');")
    asked = manifest(site, writes)
    if os.geteuid() == 0:
        asked["app"]["user"] = "nobody"
        for folder in (site.root, site.root.parent):
            folder.chmod(0o755)
    remedy = "it cannot write wp-content/plugins/writes/cache.html.*mount: wp-content/plugins/writes: "
    with pytest.raises(StoreError, match=remedy):
        site.start(asked)


def test_a_plugin_writes_where_a_store_lies_in_its_folder(site: Machine, plugins: Plugins) -> None:
    writes = plugins.entry("writes", activate="file_put_contents(__DIR__ . '/cache/page.html', 'x') || wp_die('no');")
    asked = manifest(site, writes)
    asked["stores"]["cache"] = {"kind": "directory", "mount": "wp-content/plugins/writes/cache"}
    site.deploy(asked)
    assert (site.root / "srv/fungible/wp/stores/cache/page.html").read_text() == "x"
    assert site.get("/wp-content/plugins/writes/cache/page.html").body == "x"


def test_plugins_of_a_site_that_ran_before_routines_did_are_not_activated_again(
    site: Machine, plugins: Plugins
) -> None:
    one = plugins.entry("one")
    site.deploy(manifest(site, one))
    journal = site.root / "var/lib/fungible/wp/journal.json"
    known = json.loads(journal.read_text())
    del known["told"]
    journal.write_text(json.dumps(known))
    assert site.deploy(manifest(site, one)) == []
    assert routines(site.deploy(manifest(site)))[1] == "deactivate one 1.0"
