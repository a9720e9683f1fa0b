# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old plugins that strangers wrote, as Debian has them in packages, go through a chain from the lock to their end."""

from __future__ import annotations

import shutil
import sqlite3
import typing as t

import pytest
from tests.parts.support import wordpress

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.catalogue import Requires
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.expansion import expand
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import parse
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.resolve import resolve
from fungible_dev import artifacts

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Machine, Manifest

    from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import Lock

pytestmark = pytest.mark.parts

PLUGINS: t.Final = ("xrds-simple", "shibboleth", "http-authentication")


@pytest.fixture
def site(machine: Machine) -> Machine:
    machine.site = wordpress.SITE
    return machine


def entry(name: str, **said: t.Any) -> dict[str, t.Any]:
    return {"name": name, **wordpress.link(artifacts.debian_extension(name)), **said}


def known(name: str) -> str:
    return f"{name} {artifacts.debian_extension(name).version}"


def manifest(site: Machine, *entries: dict[str, t.Any], **app: t.Any) -> Manifest:
    base = wordpress.manifest(site, "6.5.5", **app)
    return {**base, "plugins": {"use": [base["plugins"]["use"][0], *entries]}}


def options(site: Machine, prefix: str) -> dict[str, str]:
    sql = "SELECT option_name, option_value FROM wp_options WHERE option_name LIKE ?"
    with sqlite3.connect(wordpress.database(site)) as database:
        return dict(database.execute(sql, (f"{prefix}%",)).fetchall())


def told(steps: list[str]) -> list[str]:
    return [step for step in steps if step.startswith(("activate", "deactivate"))]


def locked(site: Machine, folder: Path, asked: Manifest) -> tuple[Lock, Manifest]:
    """Resolve the chain from a folder of zips, and give the manifest that hosts get by the lock."""
    (folder / "zips").mkdir()
    for name in PLUGINS:
        shutil.copy(artifacts.debian_extension(name).path, folder / "zips" / f"wordpress-{name}.zip")
    source = {"folder": str(folder / "zips")}
    shared = {"extensions": {name: {"source": source} for name in PLUGINS}, "unknown": "warn"}
    done = resolve({site.site: asked}, shared, None, desk=LocalDesk(str(folder / "cache"), str))
    plain = expand(site.site, asked, shared, lambda: parse(done.text, artifacts=str(folder / "cache"))).manifest
    for one in plain["plugins"]["use"]:
        if "file" in one["source"]:  # it needs not travel here
            one["source"]["path"] = one["source"].pop("file")
    return done.lock, plain


def test_plugins_of_a_folder_of_zips_are_locked_and_activated_in_the_order_of_the_chain(
    site: Machine, tmp_path: Path
) -> None:
    after = {"name": "shibboleth", "after": ["xrds-simple"]}
    lock, plain = locked(site, tmp_path, manifest(site, after, {"name": "xrds-simple"}))
    assert {f"{one.want.name} {one.version}": (one.licence, one.requires) for one in lock.entries} == {
        known("http-authentication"): ("", Requires()),
        known("shibboleth"): ("Apache 2 (http://www.apache.org/licenses/LICENSE-2.0.html)", Requires()),
        known("xrds-simple"): ("MIT license (http://www.opensource.org/licenses/mit-license.php)", Requires()),
    }
    assert told(site.deploy(plain)) == [f"activate {known('xrds-simple')}", f"activate {known('shibboleth')}"]
    assert options(site, "shibboleth_login_url") == {
        "shibboleth_login_url": f"{wordpress.url(site)}/Shibboleth.sso/Login"
    }
    answer = site.get("/?xrds")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xrds+xml")
    assert "action=shibboleth" in site.get("/wp-login.php").body
    assert site.deploy(plain) == []


def test_files_that_somebody_changed_in_a_release_are_told_plugin_by_plugin(site: Machine) -> None:
    asked = manifest(site, *map(entry, PLUGINS))
    site.do("staged", asked)
    plugins = site.release(asked) / "wp-content/plugins"
    (plugins / "shibboleth/localization/shibboleth.pot").unlink()
    changed, added = plugins / "xrds-simple/xrds-simple.php", plugins / "xrds-simple/extra.php"
    for path in (changed, added.parent):
        path.chmod(0o755)
    changed.unlink()
    for path in (changed, added):
        path.write_text("<?php // by hand")
    found = {one["name"]: one for one in chain.facts(site.host, site.request(asked))["plugins"]}
    damage = {name: tuple(found[name][what] for what in ("missing", "changed", "added")) for name in PLUGINS}
    at = "wp-content/plugins"
    assert damage == {
        "shibboleth": ([f"{at}/shibboleth/localization/shibboleth.pot"], [], []),
        "xrds-simple": ([], [f"{at}/xrds-simple/xrds-simple.php"], [f"{at}/xrds-simple/extra.php"]),
        "http-authentication": ([], [], []),
    }


def test_a_plugin_that_closes_the_login_page_gets_no_visitor_while_that_is_the_health_page(site: Machine) -> None:
    before = manifest(site, entry("http-authentication", state="disabled"))
    site.deploy(before)
    assert "Log In with" not in site.get("/wp-login.php").body
    after = manifest(site, entry("http-authentication"), health={"path": "/wp-login.php", "within": "3s"})
    with pytest.raises(CoreError, match=r"/wp-login.php did not answer 200 within 3 s \(status 500\)"):
        site.deploy(after)
    assert wordpress.served(site) == "6.5.5"
    assert site.get("/wp-login.php").status == 200
    with_it = manifest(site, entry("http-authentication"), health={"path": "/", "within": "30s"})
    site.deploy(with_it)
    assert "HTTP authentication" in options(site, "http_authentication")["http_authentication_options"]
    answer = site.get("/wp-login.php")
    assert (answer.status, "No user found in server variables" in answer.body) == (500, True)
    gone = manifest(site, {"name": "http-authentication", "state": "absent"})
    assert told(site.deploy(gone)) == [f"deactivate {known('http-authentication')}"]
    assert site.get("/wp-login.php").status == 200


def test_a_theme_and_plugins_come_and_go_and_their_data_stays(site: Machine) -> None:
    theme = entry("twentytwentythree", kind="theme")
    site.deploy(manifest(site, entry("shibboleth"), theme))
    wordpress.choose(site, "twentytwentythree", "twentytwentythree")
    assert "themes/twentytwentythree/" in site.get("/").body
    steps = site.deploy(manifest(site, theme, {"name": "shibboleth", "state": "absent"}))
    assert told(steps) == [f"deactivate {known('shibboleth')}"]
    assert "Shibboleth" not in site.get("/wp-login.php").body
    assert "shibboleth_headers" in options(site, "shibboleth")
    assert told(site.deploy(manifest(site, theme, entry("shibboleth")))) == [f"activate {known('shibboleth')}"]
