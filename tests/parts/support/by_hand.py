# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is a real WordPress that people keep by hand installed on SQLite, and served?"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import typing as t
import zipfile

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import php as wordpress_php
from fungible_dev import artifacts

from .machine import ask, free_ports

if t.TYPE_CHECKING:
    from pathlib import Path

    from .machine import Answer

SQLITE: t.Final = "sqlite-database-integration"
ON: t.Final = ("akismet/akismet.php", "hello.php")
DATABASE: t.Final = """<?php
define('FUNGIBLE_SQLITE', __DIR__ . '/../database.sqlite');
define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', 'x'); define('DB_HOST', 'x');
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_HOME', 'http://' . ($_SERVER['HTTP_HOST'] ?? 'localhost')); define('WP_SITEURL', WP_HOME);
$table_prefix = 'wp_';
"""
CONFIG: t.Final = f"""{DATABASE}
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
update_option('active_plugins', array_slice($argv, 1));
"""
SAYS: t.Final = """<?php
add_action('wp_footer', function () {
    echo 'akismet ' . (defined('AKISMET_VERSION') ? 'is on' : 'is off');
    echo ', on: ', implode(' ', get_option('active_plugins'));
    echo ', hello ', function_exists('hello_dolly') ? 'is' : 'is not', ' loaded';
});
"""


def install(site: Path, drop_in: str, content: Path | None = None, on: t.Sequence[str] = ON) -> None:
    """Install the site on SQLite, with plugins switched on; one whose wp-content is elsewhere has a wp-config.php."""
    if not content:
        content = site / "wp-content"
        (site / "wp-config.php").write_text(CONFIG)
    with zipfile.ZipFile(artifacts.sqlite_integration().path) as archive:
        archive.extractall(content / "plugins")
    (content / "db.php").write_text(drop_in)
    (content / "mu-plugins").mkdir()
    (content / "mu-plugins/says.php").write_text(SAYS)
    subprocess.run(["php", "-r", INSTALL, *on], cwd=site, check=True, capture_output=True)


@contextlib.contextmanager
def served(site: Path, content: Path | None = None, on: t.Sequence[str] = ON) -> t.Iterator[int]:
    """Install the site, and serve it by PHP itself."""
    install(site, wordpress_php.sqlite(SQLITE), content, on)
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
