# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real WordPress on SQLite: what its people made survives an upgrade, and its chain of plugins is code."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from tests.parts.support import wordpress
from tests.parts.support.wordpress import DATABASE_VERSIONS, Browser, manifest, served

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address
from fungible_dev.archives import sha256_of, write_zip

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Machine, Manifest

pytestmark = pytest.mark.parts

OLD, NEW = "6.4.5", "6.5.5"
PICTURE: t.Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
WIDTH: t.Final = 40


@pytest.fixture
def site(machine: Machine) -> Machine:
    """Give a machine whose WordPress is the old one, live."""
    machine.site = wordpress.SITE
    machine.deploy(manifest(machine, OLD))
    return machine


def database_version(site: Machine) -> str:
    path = site.root / "srv/fungible/wp/stores/db/database.sqlite"
    [(value,)] = site.host.query(str(path), "SELECT option_value FROM wp_options WHERE option_name = 'db_version'")
    return str(value)


def rest(browser: Browser, path: str, body: bytes | None = None, kind: str = "", **headers: str) -> t.Any:
    """Ask WordPress's REST interface as the logged-in administrator."""
    nonce = browser.ask("/wp-admin/admin-ajax.php?action=rest-nonce").body
    method = "GET" if body is None else "POST"
    answer = browser.send(method, f"/index.php?rest_route={path}", body, kind, **{"X-WP-Nonce": nonce, **headers})
    assert answer.status in (200, 201), answer
    return json.loads(answer.body)


def make_things(browser: Browser) -> str:
    """Write a post, register a user and upload a picture; tell the picture's path."""
    kind = "application/json"
    post = {"title": "Kept", "content": "Written before the upgrade.", "status": "publish"}
    user = {"username": "editor", "email": "e@b.example", "password": wordpress.PASSWORD, "roles": ["editor"]}
    rest(browser, "/wp/v2/posts", json.dumps(post).encode(), kind)
    rest(browser, "/wp/v2/users", json.dumps(user).encode(), kind)
    disposition = {"Content-Disposition": 'attachment; filename="picture.png"'}
    media = rest(browser, "/wp/v2/media", PICTURE, "image/png", **disposition)
    return str(media["source_url"]).partition("://")[2].partition("/")[2]


def require_things(site: Machine, browser: Browser, picture: str) -> None:
    """Insist that they are there, by their content."""
    [post] = [one for one in rest(browser, "/wp/v2/posts") if one["title"]["rendered"] == "Kept"]
    assert post["content"]["rendered"].strip() == "<p>Written before the upgrade.</p>"
    assert {one["slug"] for one in rest(browser, "/wp/v2/users&context=edit")} == {"admin", "editor"}
    assert (site.root / "srv/fungible/wp/stores/uploads" / picture.partition("uploads/")[2]).read_bytes() == PICTURE
    assert browser.ask(f"/{picture}").status == 200


def test_posts_users_and_uploads_survive_the_upgrade_and_the_way_back(site: Machine) -> None:
    browser = Browser(site)
    browser.log_in()
    picture = make_things(browser)
    assert database_version(site) == DATABASE_VERSIONS[OLD]
    site.deploy(manifest(site, NEW))
    assert served(site) == NEW
    assert database_version(site) == DATABASE_VERSIONS[NEW]
    require_things(site, browser, picture)
    site.roll_back(manifest(site, NEW))
    assert served(site) == OLD
    require_things(site, browser, picture)
    for release in (site.root / "srv/fungible/wp/releases").iterdir():
        assert list((release / "wp-content/uploads").iterdir()) == []


def test_no_administrator_is_sent_to_the_upgrade_page(site: Machine) -> None:
    new, browser = manifest(site, NEW), Browser(site)
    browser.log_in()
    browser.ask("/wp-admin/")  # Akismet, just activated, leads to its own page once
    for task in ("store", "staged", "migrate", "running"):
        site.do(task, new)
    assert database_version(site) == DATABASE_VERSIONS[NEW]
    require_dashboard(browser, OLD)
    ctx = site.context(new)
    page = site.host.get(Address(socket=ctx.addresses["b"].socket), "/wp-admin/", wordpress.url(site), 30)
    assert page.status == 302  # to the login, as for anybody who is not logged in; an upgrade would come first
    site.do("cutover", new)
    require_dashboard(browser, NEW)
    site.roll_back(new)
    require_dashboard(browser, OLD)
    assert database_version(site) == DATABASE_VERSIONS[NEW]


def require_dashboard(browser: Browser, version: str) -> None:
    answer = browser.ask("/wp-admin/")
    assert answer.status == 200, answer
    assert f"Version {version}" in answer.body or f"ver={version}" in answer.body
    assert "Database Update Required" not in answer.body
    assert "No Update Required" in browser.ask("/wp-admin/upgrade.php").body


def test_plugins_are_on_by_code_and_no_browser_can_change_that(site: Machine) -> None:
    browser = Browser(site)
    browser.log_in()
    assert plugins(browser) == {"akismet": True, "hello": False, "sqlite-database-integration": False}
    browser.ask("/wp-admin/")  # Akismet, just activated, leads to its own page once
    page = browser.ask("/wp-admin/plugins.php").body
    assert "This site&#039;s plugins, themes and WordPress itself are kept by fungible" in page
    assert not re.search(r"plugins\.php\?action=|name=\"action2?\"|plugin-install\.php|plugin-editor\.php", page)
    assert "href='plugins.php'" in page  # the menu, below which plugins put their own
    nonce = browser.nonce("/wp-admin/plugins.php", r'name="_wpnonce" value="([0-9a-f]+)"')
    form = {"action": "deactivate-selected", "checked[]": "akismet/akismet.php", "_wpnonce": nonce}
    assert "not allowed to deactivate plugins" in browser.ask("/wp-admin/plugins.php", form).body
    for verb in ("activate", "delete"):
        browser.ask("/wp-admin/plugins.php", {**form, "action": f"{verb}-selected", "checked[]": "hello.php"})
    for path in ("plugin-install.php", "plugin-editor.php", "theme-install.php", "theme-editor.php"):
        assert browser.ask(f"/wp-admin/{path}").status in (403, 500), path
    assert plugins(browser) == {"akismet": True, "hello": False, "sqlite-database-integration": False}
    without = with_plugins(site, manifest(site, OLD)["plugins"]["use"][:1])
    site.deploy(without)
    assert plugins(browser) == {"hello": False, "sqlite-database-integration": False}
    site.roll_back(without)
    assert plugins(browser)["akismet"]


def plugins(browser: Browser) -> dict[str, bool]:
    """Tell the plugins that the administrator sees, and which are on."""
    return {one["plugin"].partition("/")[0]: one["status"] == "active" for one in rest(browser, "/wp/v2/plugins")}


def with_plugins(site: Machine, use: list[t.Any]) -> Manifest:
    return {**manifest(site, OLD), "plugins": {"use": use}}


def probe(folder: Path, version: str) -> dict[str, t.Any]:
    """Make a plugin with a style sheet that is its version's own, but for its size, and one that never changes."""
    files = {
        "probe.php": f"<?php\n/*\n * Plugin Name: Probe\n * Version: {version}\n */\n",
        "own.css": f"/* {version} */".ljust(WIDTH, "\n"),
        "same.css": "/* the same */".ljust(WIDTH, "\n"),
    }
    path = folder / f"probe-{version}.zip"
    write_zip(path, {name: text.encode() for name, text in files.items()}, top="probe")
    return {"name": "probe", "version": version, "source": {"path": str(path), "sha256": sha256_of(path)}}


def test_conditional_requests_never_confuse_two_releases(site: Machine, tmp_path: Path) -> None:
    base = manifest(site, OLD)["plugins"]["use"]
    first, second = (with_plugins(site, [*base, probe(tmp_path, version)]) for version in ("1.0", "2.0"))
    own, same = "/wp-content/plugins/probe/own.css", "/wp-content/plugins/probe/same.css"
    site.deploy(first)
    seen = {path: site.get(path) for path in (own, same)}
    site.deploy(second)
    now = {path: site.get(path) for path in (own, same)}
    assert len(seen[own].body) == len(now[own].body)
    assert "1.0" in seen[own].body
    assert "2.0" in now[own].body
    for header in ("etag", "last-modified"):
        assert seen[own].headers[header] != now[own].headers[header]
        assert seen[same].headers[header] == now[same].headers[header]
    for given, header in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        assert site.get(own, {given: seen[own].headers[header]}).body == now[own].body
        assert site.get(own, {given: now[own].headers[header]}).status == 304
        assert site.get(same, {given: seen[same].headers[header]}).status == 304
    site.roll_back(second)
    assert site.get(own, {"If-None-Match": now[own].headers["etag"]}).body == seen[own].body
    assert site.get(own, {"If-None-Match": seen[own].headers["etag"]}).status == 304


def test_what_visitors_uploaded_is_served_but_never_run(site: Machine) -> None:
    uploads = site.root / "srv/fungible/wp/stores/uploads"
    (uploads / "shell.php").write_text("<?php echo 'run';")
    (uploads / "page.txt").write_text("text")
    assert site.get("/wp-content/uploads/shell.php").status == 403
    assert site.get("/wp-content/uploads/page.txt").body == "text"
    assert site.get("/wp-config.php").status == 404


def test_a_program_that_a_cut_off_stop_left_is_stopped_before_another_release_takes_its_slot(site: Machine) -> None:
    """Stop nginx alone, as a run does that dies in the middle of a stop, and deploy something else."""
    new = manifest(site, NEW)
    for task in ("store", "staged", "migrate", "running"):
        site.do(task, new)
    [web] = [name for name in site.live_pids(NEW) if name.endswith("-web")]
    site.rpc("stopProcess", web)
    site.rpc("removeProcessGroup", web)
    site.deploy({**new, "plugins": {"use": new["plugins"]["use"][:1]}})
    assert served(site) == NEW
    assert len(site.programs()) == 3
    assert site.enabled() == sorted(site.programs())
