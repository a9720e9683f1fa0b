# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real WordPress that people kept by hand is described, and its chain is kept where it is, while it serves."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import typing as t
import zipfile

import pytest
from tests.parts.support.machine import ask, free_ports
from tests.parts.support.prober import Prober
from tests.parts.support.wordpress import link

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import php as wordpress_php
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request
from fungible_dev import artifacts
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Answer

pytestmark = pytest.mark.parts

SQLITE: t.Final = "sqlite-database-integration"
CONFIG: t.Final = """<?php
define('FUNGIBLE_SQLITE', __DIR__ . '/../database.sqlite');
define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', 'x'); define('DB_HOST', 'x');
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_HOME', 'http://' . ($_SERVER['HTTP_HOST'] ?? 'localhost')); define('WP_SITEURL', WP_HOME);
$table_prefix = 'wp_';
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL: t.Final = """
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Kept', 'admin', 'a@b.example', true, '', 'a password');
require_once ABSPATH . 'wp-admin/includes/plugin.php';
update_option('active_plugins', array('akismet/akismet.php', 'hello.php'));
"""
SAYS: t.Final = """<?php
add_action('wp_footer', function () {
    echo 'akismet ' . (defined('AKISMET_VERSION') ? 'is on' : 'is off');
    echo ', on: ', implode(' ', get_option('active_plugins'));
    echo ', hello ', function_exists('hello_dolly') ? 'is' : 'is not', ' loaded';
});
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    plugins = tmp_path / "wordpress/wp-content/plugins"
    for artifact, folder in ((artifacts.wordpress("6.4.5"), tmp_path), (artifacts.akismet(), plugins)):
        with zipfile.ZipFile(artifact.path) as archive:
            archive.extractall(folder)
    return tmp_path / "wordpress"


def described(site: Path) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    akismet, directory = artifacts.akismet(), Directory()
    directory.release("akismet", akismet.version, akismet.path.read_bytes())
    with serving(directory):
        found = adoption.facts(LocalHost(), str(site), published=True, published_url=directory.url)
    return found, next(one for one in found["extensions"] if one["name"] == "akismet")


def test_a_real_site_is_described_and_what_somebody_edited_is_named(site: Path) -> None:
    found, akismet = described(site)
    assert (found["version"], akismet["published"]["state"]) == ("6.4.5", "same")
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"directory": "wordpress.org"}
    main = site / "wp-content/plugins/akismet/akismet.php"
    main.write_text(main.read_text() + "\n// by hand\n")
    (site / "wp-content/plugins/akismet/notes.txt").touch()
    found, akismet = described(site)
    assert (akismet["published"]["changed"], akismet["published"]["added"]) == (("akismet.php",), ("notes.txt",))
    version = artifacts.akismet().version
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"file": f"akismet-{version}.zip"}


def install(site: Path, drop_in: str) -> None:
    """Install the site on SQLite, with Akismet and Hello Dolly switched on."""
    with zipfile.ZipFile(artifacts.sqlite_integration().path) as archive:
        archive.extractall(site / "wp-content/plugins")
    (site / "wp-content/db.php").write_text(drop_in)
    (site / "wp-content/mu-plugins").mkdir()
    (site / "wp-content/mu-plugins/says.php").write_text(SAYS)
    (site / "wp-config.php").write_text(CONFIG)
    subprocess.run(["php", "-r", INSTALL], cwd=site, check=True, capture_output=True)


def test_a_real_database_tells_which_plugins_are_on_and_is_left_alone(site: Path) -> None:
    with zipfile.ZipFile(artifacts.sqlite_integration().path) as archive:
        install(site, archive.read(f"{SQLITE}/db.copy").decode())
    before = {path: path.lstat().st_mtime_ns for path in site.rglob("*")}
    found = described(site)[0]
    plugins = {one["name"]: one["active"] for one in found["extensions"] if one["kind"] == "plugin"}
    assert plugins == {"akismet": True, "hello": True, SQLITE: False}, found["notes"]
    assert {"name": SQLITE, "state": "disabled"} in found["manifest"]["plugins"]["use"]
    assert {path: path.lstat().st_mtime_ns for path in site.rglob("*")} == before


@contextlib.contextmanager
def served(site: Path) -> t.Iterator[int]:
    """Serve the site by PHP itself."""
    install(site, wordpress_php.sqlite(SQLITE))
    port, env = free_ports(1), {**os.environ, "PHP_CLI_SERVER_WORKERS": "2"}
    command = ["php", "-q", "-S", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=site, env=env, start_new_session=True) as server:
        try:
            assert LocalHost().wait_until(lambda: is_whole(ask(port)), 30), ask(port)
            yield port
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # its workers would go on without it


def is_whole(answer: Answer) -> bool:
    return answer.status == 200 and "akismet is on" in answer.body and answer.body.rstrip().endswith("</html>")


def keep(site: Path, root: Path, *before: dict[str, t.Any]) -> list[str]:
    """Keep Akismet, and what comes before it."""
    plugins = {"use": [*before, {"name": "akismet", **link(artifacts.akismet())}]}
    asked = Request("kept", {"plugins": plugins}, root=str(root))
    done = chain.plugin_chain(LocalHost(), asked, check=False, path=str(site))
    return [step.verb for step in done.plan.steps]


def test_what_somebody_edited_in_a_real_plugin_is_replaced_while_it_serves_and_set_aside(
    site: Path, tmp_path: Path
) -> None:
    akismet = site / "wp-content/plugins/akismet"
    published = (akismet / "akismet.php").read_bytes()
    (akismet / "akismet.php").write_bytes(published + b"\n// by hand\n")
    with served(site) as port, Prober(port, is_whole) as prober:
        steps, bad = prober.during(lambda: [keep(site, tmp_path), keep(site, tmp_path)])
    assert bad == []
    assert steps == [["fetch", "unpack", "place", "write"], []]
    assert (akismet / "akismet.php").read_bytes() == published
    [aside] = (tmp_path / "var/lib/fungible/kept/replaced/plugins").iterdir()
    assert (aside / "akismet.php").read_bytes().endswith(b"// by hand\n")
    assert described(site)[1]["published"]["state"] == "same"


def test_plugins_load_in_the_order_of_the_chain_and_not_where_they_are_disabled(site: Path, tmp_path: Path) -> None:
    kept = tmp_path / "hello.php"
    kept.write_bytes((site / "wp-content/plugins/hello.php").read_bytes())
    source = {"path": str(kept), "sha256": LocalHost().digest(str(kept))}
    hello = {"name": "hello", "version": "1", "source": source}
    with served(site) as port:
        assert "on: akismet/akismet.php hello.php, hello is loaded" in ask(port).body
        keep(site, tmp_path, {**hello, "state": "disabled"})
        assert "on: akismet/akismet.php, hello is not loaded" in ask(port).body
        assert keep(site, tmp_path, hello) == ["write"]
        assert "on: hello.php akismet/akismet.php, hello is loaded" in ask(port).body
