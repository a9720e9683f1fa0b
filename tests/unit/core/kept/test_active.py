# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plugins are on is told where the site says plainly whom to ask, and is not guessed anywhere else."""

from __future__ import annotations

import sqlite3
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost
from tests.unit import hand_kept

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError, HostError, StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import active, adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept.whereabouts import Whereabouts
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Found
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import active as wordpress_active
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import config as wordpress_config

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_host.mariadb import MariaDB

SITE: t.Final = "/var/www/html"
NAME: t.Final = "define('DB_NAME', 'blog');"
HOST: t.Final = "define( \"DB_HOST\", 'localhost' );"
SECRET: t.Final = "define('DB_PASSWORD', 'a \\'Tr0ub4dor\\' // of the site');"
PREFIX: t.Final = "$table_prefix = 'wp_';"
LOAD: t.Final = """if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';"""
CONFIG: t.Final = (
    f"<?php\n/** The base configuration's comment */\n{NAME}\n{SECRET}\n{HOST}\n# a\n{PREFIX} // b\n{LOAD}\n"
)
ON: t.Final = 'a:2:{i:0;s:19:"akismet/akismet.php";i:2;s:9:"hello.php";}'
EVERYWHERE: t.Final = 'a:1:{s:15:"forms/forms.php";i:1700000000;}'
KINDS: t.Final = {
    "plugins/akismet": "plugin",
    "plugins/hello.php": "plugin",
    "plugins/forms": "plugin",
    "plugins/off": "plugin",
    "mu-plugins/rules.php": "mu-plugin",
    "mu-plugins/folder": "mu-plugin",
    "db.php": "drop-in",
    "themes/akismet": "theme",
}


def put(host: FakeHost, path: str, text: str) -> None:
    host.disk.put(path, Node("f", text))


def machine(config: str = CONFIG) -> FakeHost:
    host = FakeHost()
    put(host, f"{SITE}/wp-config.php", config)
    host.mariadb.rows["`blog`.`wp_options`"] = [["7", "active_plugins", ON, "yes"], ["8", "Active_plugins", "x", "yes"]]
    host.mariadb.rows["`blog`.`wp_sitemeta`"] = [["1", "1", "active_sitewide_plugins", EVERYWHERE]]
    return host


def told(host: t.Any, path: str = SITE) -> dict[str, bool | str]:
    seen = active.observe(host, path)
    return {at: seen.of(Found("x", kind, f"wp-content/{at}", "")) for at, kind in KINDS.items()}


def test_the_database_that_the_site_names_is_asked_which_plugins_are_on() -> None:
    host = machine()
    assert told(host) == {
        "plugins/akismet": True,
        "plugins/hello.php": True,
        "plugins/forms": False,
        "plugins/off": False,
        "mu-plugins/rules.php": True,
        "mu-plugins/folder": "unknown",
        "db.php": True,
        "themes/akismet": "unknown",
    }
    assert host.changes == []


def test_in_a_network_another_site_may_have_on_what_the_first_has_not() -> None:
    seen = told(machine(CONFIG.replace(NAME, f"{NAME} define('MULTISITE', true);")))
    assert [seen[f"plugins/{one}"] for one in ("akismet", "forms", "off")] == [True, True, "unknown"]
    assert told(machine(CONFIG.replace(NAME, f"{NAME} define('MULTISITE', FALSE);")))["plugins/off"] is False


def test_the_configuration_may_be_one_folder_above_unless_that_is_another_wordpress() -> None:
    host = machine()
    put(host, "/var/www/wp-config.php", CONFIG)
    host.disk.remove(f"{SITE}/wp-config.php")
    assert told(host)["plugins/akismet"] is True
    put(host, "/var/www/wp-settings.php", "<?php")
    assert told(host)["plugins/akismet"] == "unknown"


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:3307", "127.0.0.1", "127.0.0.1:3306", "localhost:/run/mysqld/mysqld.sock"]
)
def test_the_host_s_own_server_is_asked(host: str) -> None:
    assert told(machine(CONFIG.replace("localhost", host)))["plugins/off"] is False


@pytest.mark.parametrize(
    ("said", "other", "why"),
    [
        (NAME, "define('DB_NAME', getenv('DB'));", "does not plainly say DB_NAME"),
        (NAME, "define('DB_NAME', 'a' . 'b');", "does not plainly say DB_NAME"),
        (NAME, 'define("DB_NAME", "blog$x");', "does not plainly say DB_NAME"),
        (NAME, "define('DB_NAME', blog);", "does not plainly say DB_NAME"),
        (NAME, "define('DB_NAME', '`; DROP');", "does not plainly say DB_NAME"),
        (NAME, f"/* {NAME} */", "does not plainly say DB_NAME"),
        (NAME, f"// {NAME}", "does not plainly say DB_NAME"),
        (NAME, f'$said = "{NAME}";', "does not plainly say DB_NAME"),
        (NAME, f"{NAME} {NAME}", "defines DB_NAME twice, or only sometimes"),
        (NAME, f"if ($test) {{ {NAME} }}", "defines DB_NAME twice, or only sometimes"),
        (NAME, f"if ($test) {NAME}", "defines DB_NAME twice, or only sometimes"),
        (NAME, f"defined('DB_NAME') || {NAME}", "defines DB_NAME twice, or only sometimes"),
        (NAME, f"if ($test): $a = 1; {NAME} endif;", "loads other files, or is not plain"),
        (NAME, f"include 'secret.php'; {NAME}", "loads other files"),
        (NAME, f"require_once __DIR__ . '/local.php'; {NAME}", "loads other files"),
        (NAME, f"define($name, 'other'); {NAME}", "defines what has no plain name"),
        (NAME, f"define(\"DB\\x5fNAME\", 'other'); {NAME}", "defines what has no plain name"),
        (NAME, f"const DB_NAME = 'other'; {NAME}", "is not plain"),
        (NAME, f"{NAME} define('WP_CONTENT_DIR', '/srv');", "sets WP_CONTENT_DIR"),
        (NAME, f"{NAME} ?> text <?php", "is not plain PHP"),
        (NAME, f"$a = <<<END\n{NAME}\nEND;", "is not plain PHP"),
        (LOAD, f"{LOAD} '", "is not plain PHP"),
        (LOAD, f"{LOAD} /*", "is not plain PHP"),
        ("<?php", "", "is not plain PHP"),
        (PREFIX, "$table_prefix = getenv('PREFIX');", "does not plainly say $table_prefix"),
        (PREFIX, f"{PREFIX} $table_prefix = 'b_';", "does not plainly say $table_prefix"),
        (PREFIX, f"if ($test) {PREFIX}", "does not plainly say $table_prefix"),
        (PREFIX, "$table_prefix = '`; DROP';", "does not plainly say $table_prefix"),
        (PREFIX, f"{PREFIX} $$name = 'b_';", "is not plain"),
        ("localhost", "db.example", "on another host, or behind another socket (db.example)"),
        ("localhost", "localhost:/srv/evil.sock", "behind another socket (localhost:/srv/evil.sock)"),
        ("localhost", "127.0.0.1:3307", "is not what answers at 127.0.0.1:3307"),
        (PREFIX, "$table_prefix = 'gone_';", "ERROR 1146 (42S02) at line 3: no table"),
    ],
)
def test_what_is_not_plain_is_not_guessed(said: str, other: str, why: str) -> None:
    assert said in CONFIG
    seen = active.observe(machine(CONFIG.replace(said, other)), SITE)
    assert why in seen.why
    assert not seen.on


def _goes(server: MariaDB) -> None:
    server.up = False


def _has_no_list(server: MariaDB) -> None:
    server.rows["`blog`.`wp_options`"] = []


def _has_no_array(server: MariaDB) -> None:
    server.rows["`blog`.`wp_options`"] = [["7", "active_plugins", 'O:3:"abc":0:{}', "yes"]]


def _has_lines(server: MariaDB) -> None:
    server.rows["`blog`.`wp_options`"] = [["7", "active_plugins", 'a:1:{i:0;s:3:"a\nb";}', "yes"]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_goes, "the server does not answer on its socket"),
        (_has_no_list, "has no list of plugins"),
        (_has_no_array, "none that WordPress writes"),
        (_has_lines, "none that WordPress writes"),
    ],
)
def test_a_database_that_does_not_tell_is_the_reason(change: t.Callable[[MariaDB], None], why: str) -> None:
    host = machine()
    change(host.mariadb)
    assert why in active.observe(host, SITE).why


def test_a_drop_in_or_a_link_that_nobody_knows_is_not_followed(tmp_path: Path) -> None:
    host = machine()
    put(host, f"{SITE}/wp-content/db.php", "<?php // of a cluster")
    assert active.observe(host, SITE).why == "wp-content/db.php decides which database is asked"
    (tmp_path / "elsewhere.php").write_text(CONFIG)
    (tmp_path / "wp-config.php").symlink_to(tmp_path / "elsewhere.php")
    assert "no plain file" in active.observe(LocalHost(), str(tmp_path)).why


def on_sqlite(site: Path, *statements: str) -> Path:
    """Give the site the drop-in and its database."""
    (site / "wp-config.php").write_text(CONFIG)
    (site / "wp-content/db.php").write_text("<?php define( 'SQLITE_DB_DROPIN_VERSION', '1.8.0' );")
    (site / "wp-content/database").mkdir()
    with sqlite3.connect(site / active.SQLITE) as opened:
        for one in statements:
            opened.execute(one)
    opened.close()
    return site


TABLE: t.Final = "CREATE TABLE wp_options (option_name TEXT, option_value TEXT)"
ROW: t.Final = f"INSERT INTO wp_options VALUES ('active_plugins', '{ON.replace('akismet', 'premium')}')"


def test_plugins_that_are_off_are_disabled_in_the_manifest_and_the_note_is_gone(tmp_path: Path) -> None:
    site = on_sqlite(hand_kept.site(tmp_path / "html"), TABLE, ROW)
    before = sorted((path, path.lstat().st_mtime_ns) for path in site.rglob("*"))
    found = adoption.facts(LocalHost(), Whereabouts(str(site)))
    off = [one["name"] for one in found["manifest"]["plugins"]["use"] if one.get("state") == "disabled"]
    assert off == ["edited", "forms", "no-version"]
    assert {one["active"] for one in found["extensions"] if one["name"] in ("premium", "hello", "rules")} == {True}
    assert "which plugins are on" not in "\n".join(found["notes"])
    assert sorted((path, path.lstat().st_mtime_ns) for path in site.rglob("*")) == before


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "cannot be read without writing"),
        (("CREATE TABLE a (b)",), "has no table wp_options"),
        ((TABLE,), "has no list of plugins"),
        (("PRAGMA journal_mode = WAL", TABLE, ROW), "cannot be read without writing beside it"),
        (("CREATE VIEW wp_options AS SELECT 'active_plugins' AS option_name",), "has no table wp_options"),
    ],
)
def test_an_sqlite_file_is_asked_for_its_table_and_for_nothing_else(
    tmp_path: Path, statements: tuple[str, ...], why: str
) -> None:
    site = on_sqlite(hand_kept.site(tmp_path / "html"), *statements)
    assert why in active.observe(LocalHost(), str(site)).why
    assert [path.name for path in (site / "wp-content/database").iterdir()] == [".ht.sqlite"]


def test_no_password_is_told(tmp_path: Path) -> None:
    site = on_sqlite(hand_kept.site(tmp_path / "html"), TABLE, ROW)
    assert "Tr0ub4dor" not in str(adoption.facts(LocalHost(), Whereabouts(str(site))))


def serialized(plugins: list[str], *, as_keys: bool = False) -> str:
    said = [f's:{len(one.encode())}:"{one}";' for one in plugins]
    pairs = [f"{one}i:1;" if as_keys else f"i:{place};{one}" for place, one in enumerate(said)]
    return f"a:{len(said)}:{{{''.join(pairs)}}}"


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.booleans())
def test_each_list_that_php_writes_is_read(plugins: list[str], as_keys: bool) -> None:
    assert wordpress_active.files(serialized(plugins, as_keys=as_keys), are_keys=as_keys) == plugins


@given(
    st.text() | st.lists(st.sampled_from(["a:1:{", "i:0;", 's:1:"', "x", '";', "}", "s:9:", "a:99999:{"])).map("".join)
)
def test_whatever_a_database_holds_is_read_or_refused_in_one_way(text: str) -> None:
    try:
        wordpress_active.files(text)
    except StoreError as exc:
        assert "none that WordPress writes" in str(exc)  # noqa: PT017 - most of them are refused


@pytest.mark.parametrize("text", ["", 'a:1:{i:0;s:5:"a.php";}x', 'a:1:{i:0;s:4:"a.php";}', 'a:2:{i:0;s:5:"a.php";}'])
def test_a_list_whose_lengths_are_wrong_is_refused(text: str) -> None:
    with pytest.raises(StoreError):
        wordpress_active.files(text)


PIECES: t.Final = [
    NAME,
    HOST,
    PREFIX,
    LOAD,
    "'",
    '"',
    "/*",
    "*/",
    "//",
    "\n",
    "{",
    "}",
    "<?php ",
    "?>",
    "<<<",
    "define(",
    "\x00",
    " ",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_whatever_a_configuration_holds_is_read_or_refused(text: str) -> None:
    try:
        said = wordpress_config.config(f"<?php {text}")
    except CoreError as exc:
        assert isinstance(exc, HostError)  # noqa: PT017 - most of them are refused
    else:
        assert (said.database, said.host, said.prefix) == ("blog", "localhost", "wp_")
