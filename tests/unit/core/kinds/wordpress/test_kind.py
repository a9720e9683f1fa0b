# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WordPress release has its chain and its configuration as code, and no secret in it."""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import SECRET, Data, blog, context_of, extension, merged, site_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import sandbox
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Process, Tree, View
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress.kind import MARKS, WordPress
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import ExtensionKind

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.context import Context
    from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Site

KIND: t.Final = WordPress()
ID: t.Final = "6.4-aaaaaaaaaaaa.bbbbbbbb"
HEADED: t.Final = "<?php\n/*\n * Plugin Name: x\n */\n"
THEME: t.Final = {"style.css": "/*\nTheme Name: x\n*/\n"}
CONFIG: t.Final = """\
<?php
// Written by fungible. Part of the release and free of secrets: those come from the instance's environment.
$fungible = getenv('FUNGIBLE_SITE') === false
    ? json_decode((string) file_get_contents(dirname(__DIR__) . '/environment.json'), true)
    : array();
foreach (array('DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST', 'FUNGIBLE_SQLITE', 'AUTH_KEY', 'SECURE_AUTH_KEY', \
'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT') as $name) {
    define($name, $fungible[$name] ?? (string) getenv($name));
}
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_AUTO_UPDATE_CORE', false);
define('DISALLOW_FILE_MODS', true);
define('DISALLOW_FILE_EDIT', true);
define('WP_DEBUG', false);
define('WP_LANG', 'it\\'s');
$table_prefix = 'blog_';
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
"""


def trees(site: Site, **files: dict[str, str]) -> dict[str, Tree]:
    """Give each extension its unpacked files."""
    found = {}
    for one in site.plugins:
        mine = files.get(one.name, {f"{one.name}.php": HEADED})
        found[one.name] = Tree(list(mine), mine.__getitem__)
    return found


def generated(over: Data | None = None, **files: dict[str, str]) -> t.Mapping[str, str]:
    site = site_of(blog(over))
    return KIND.generated(site, trees(site, **files))


def ground(over: Data | None = None, **host: t.Any) -> tuple[Context, View]:
    machine = FakeHost(**host)
    ctx = context_of(blog(over), machine)
    return ctx, sandbox.view(machine, ctx, ID, "a")


def processes(over: Data | None = None, **host: t.Any) -> dict[str, Process]:
    ctx, view = ground(over, **host)
    return {one.name: one for one in KIND.processes(ctx.site, view, lambda path: "")}


# the release


def test_the_configuration_is_exact() -> None:
    app = {"constants": {"WP_DEBUG": False, "WP_LANG": "it's"}, "table_prefix": "blog_"}
    assert generated({"app": app})["wp-config.php"] == CONFIG


def test_an_unlocked_site_may_be_changed_from_the_browser() -> None:
    assert "DISALLOW_FILE" not in generated({"plugins": {"locked": False}})["wp-config.php"]


def test_a_declared_constant_goes_before_ours() -> None:
    text = generated({"app": {"constants": {"DISALLOW_FILE_EDIT": False}}})["wp-config.php"]
    assert text.count("DISALLOW_FILE_EDIT") == 1
    assert "define('DISALLOW_FILE_EDIT', false);" in text


def test_the_chain_has_what_is_enabled_in_its_order() -> None:
    use = [
        extension("z-last"),
        extension("off", state="disabled"),
        extension("a-first"),
        extension("must", kind="mu-plugin"),
    ]
    text = generated({"plugins": {"use": use}})["wp-content/mu-plugins/0-fungible.php"]
    assert "$active = array('z-last/z-last.php', 'a-first/a-first.php');" in text
    assert "foreach (array('must/must.php') as $file)" in text


def test_what_is_on_for_a_whole_network_is_told_by_the_manifest_or_by_its_header() -> None:
    use = [extension("own"), extension("asked", network=True), extension("says")]
    says = {"says.php": f"{HEADED[:-3]} * Network: true\n */"}
    text = generated({"plugins": {"use": use}}, says=says)["wp-content/mu-plugins/0-fungible.php"]
    assert "$network = array('asked/asked.php', 'says/says.php');" in text
    assert "$active = array('own/own.php', 'asked/asked.php', 'says/says.php');" in text


def test_a_chain_says_which_must_use_plugins_it_loads_and_whether_the_browser_may_change_anything() -> None:
    text = generated()["wp-content/mu-plugins/0-fungible.php"]
    assert "The must-use plugins that it loads, in their order: hello.\n" in text
    assert "} elseif (true) {" in text
    assert "} elseif (false) {" in generated({"plugins": {"locked": False}})["wp-content/mu-plugins/0-fungible.php"]


def test_a_drop_in_is_one_file_and_wordpress_is_told_to_load_it() -> None:
    site = site_of(blog({"plugins": {"use": [extension("advanced-cache", kind="drop-in")]}}))
    assert KIND.place(site.plugins[0]) == "wp-content/advanced-cache.php"
    assert "define('WP_CACHE', true);" in KIND.generated(site, trees(site))["wp-config.php"]


@pytest.mark.parametrize(
    ("name", "over", "why"),
    [
        ("object-cash", {}, "WordPress knows none of that name: did you mean object-cache?"),
        ("object-cache", {"state": "disabled"}, "is loaded where it is there"),
        ("db", {}, "an sqlite store has one of its own"),
    ],
)
def test_a_drop_in_that_cannot_be_is_refused(name: str, over: Data, why: str) -> None:
    use = [extension(name, kind="drop-in", **over), extension("sqlite-database-integration", state="disabled")]
    stores = {"db": {"kind": "sqlite", "database": None, "user": None, "password": None}}
    with pytest.raises(ManifestError, match=re.escape(f"blog.plugins.use: drop-in {name}: {why}")):
        site_of(blog({"stores": stores, "plugins": {"use": use}}))


@pytest.mark.parametrize(
    ("mount", "hidden"),
    [
        ("wp-content/mu-plugins", "wp-content/mu-plugins/0-fungible.php"),
        ("wp-content/plugins", "wp-content/plugins/akismet"),
        ("wp-content/plugins/akismet", "wp-content/plugins/akismet"),
        ("wp-content/object-cache.php", "wp-content/object-cache.php"),
        ("wp-content/plugins/akismet/cache", ""),
        ("wp-content/plugins-of-others", ""),
    ],
)
def test_no_store_lies_over_what_the_chain_needs(mount: str, hidden: str) -> None:
    use = [extension("akismet"), extension("object-cache", kind="drop-in")]
    stores = {"cache": {"kind": "directory", "mount": mount}}
    if not hidden:
        assert site_of(blog({"stores": stores, "plugins": {"use": use}})).stores
        return
    with pytest.raises(ManifestError, match=f"blog.stores.cache.mount: {mount} would hide {hidden} of the release"):
        site_of(blog({"stores": stores, "plugins": {"use": use}}))


@pytest.mark.parametrize(
    ("files", "main"),
    [
        ({"b.php": HEADED, "a.php": "<?php"}, "b.php"),
        ({"z.php": HEADED, "sub/a.php": HEADED}, "z.php"),
        ({"a.txt": HEADED, "b.php": "<?php echo 1;"}, None),
        ({"a.php": "<?php echo 1;", "b.php": "<?php // Plugin Name: x"}, "b.php"),
        ({"b.php": "<?php\n# plugin name: shouted"}, "b.php"),
        ({"b.php": "<?php" + " " * 9000 + "\n/* Plugin Name: x */"}, None),
        ({}, None),
    ],
)
def test_the_main_file_of_a_plugin_is_the_one_with_a_header_near_its_beginning(
    files: dict[str, str], main: str | None
) -> None:
    over = {"plugins": {"use": [extension("one")]}}
    if main:
        assert f"array('one/{main}')" in generated(over, one=files)["wp-content/mu-plugins/0-fungible.php"]
        return
    with pytest.raises(
        ArtifactError, match=r"^plugin one: no PHP file in the top folder of one\.zip has a `Plugin Name:`"
    ):
        generated(over, one=files)


def test_an_sqlite_site_gets_the_drop_in_and_no_other_does() -> None:
    assert "wp-content/db.php" not in generated()
    over = {
        "stores": {"db": {"kind": "sqlite", "database": None, "user": None, "password": None}},
        "plugins": {"use": [extension("sqlite-database-integration", state="disabled")]},
    }
    text = generated(over)["wp-content/db.php"]
    assert "'/plugins/sqlite-database-integration/wp-includes/sqlite/db.php'" in text


def test_extensions_go_where_wordpress_looks_for_them() -> None:
    places = {one.kind: KIND.place(one) for one in site_of(blog()).plugins if one.enabled}
    assert places == {
        ExtensionKind.PLUGIN: "wp-content/plugins/akismet",
        ExtensionKind.MU_PLUGIN: "wp-content/mu-plugins/hello",
        ExtensionKind.THEME: "wp-content/themes/plain",
    }


@pytest.mark.parametrize("mark", MARKS)
def test_an_archive_without_what_every_wordpress_has_is_none(mark: str) -> None:
    site = site_of(blog())
    KIND.check_trees(site, set(MARKS), trees(site, plain=THEME))
    with pytest.raises(ArtifactError) as caught:
        KIND.check_trees(site, set(MARKS) - {mark}, trees(site))
    assert str(caught.value) == f"wordpress-6.4.zip: is no WordPress: {mark} is not in its top folder"


# the instance


def test_keys_are_made_from_the_sites_one_secret_and_all_differ() -> None:
    ctx, view = ground()
    found = KIND.environment(ctx.site, view)
    keys = [value for name, value in found.items() if name.endswith(("_KEY", "_SALT"))]
    assert (len(keys), len(set(keys))) == (8, 8)
    assert not [value for value in found.values() if SECRET in value]
    other, _ = ground({"app": {"secret": "another secret of the site"}})
    assert not set(keys) & set(KIND.environment(other.site, view).values())


def test_the_same_secret_gives_the_same_keys_everywhere() -> None:
    ctx, view = ground()
    key = hmac.new(SECRET.encode(), b"NONCE_SALT", hashlib.sha256).hexdigest()
    assert KIND.environment(ctx.site, view)["NONCE_SALT"] == key


def test_the_application_is_told_how_to_log_in() -> None:
    ctx, view = ground()
    found = KIND.environment(ctx.site, view)
    assert {name: found[name] for name in ("DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST")} == {
        "DB_NAME": "the_blog",
        "DB_USER": "blogger",
        "DB_PASSWORD": "pass word",
        "DB_HOST": "localhost:/run/mysqld/mysqld.sock",
    }


def test_php_and_its_web_server_are_stopped_gracefully_and_the_web_server_first() -> None:
    php, web = processes().values()
    assert (php.name, php.serves, php.writes_stores, php.stop_signal, php.notifies) == (
        "php",
        False,
        True,
        "QUIT",
        True,
    )
    assert (web.name, web.serves, web.writes_stores, web.stop_signal, web.network) == (
        "web",
        True,
        False,
        "QUIT",
        False,
    )
    assert php.argv[:2] == ("/usr/bin/php-fpm8.2", "-F")
    assert php.argv[-2:] == ("-y", f"/var/lib/fungible/blog/instances/{ID}/php-fpm.conf")


def test_no_secret_is_in_the_configuration_of_a_process() -> None:
    data = {"app": {"env": {"TOKEN": "a token"}}}
    text = repr(processes(data))
    assert not [secret for secret in (SECRET, "pass word", "a token") if secret in text]


def test_declared_settings_of_php_go_before_ours() -> None:
    argv = processes({"app": {"ini": {"memory_limit": "1G", "display_errors": True, "post_max_size": "9M"}}})[
        "php"
    ].argv
    settings = [argv[number + 1] for number, word in enumerate(argv) if word == "-d"]
    assert {"memory_limit=1G", "display_errors=1", "opcache.validate_timestamps=0"} <= set(settings)
    assert len({setting.partition("=")[0] for setting in settings}) == len(settings)


def test_what_visitors_may_send_is_what_php_takes() -> None:
    web = processes({"app": {"ini": {"post_max_size": "9M"}}})["web"]
    assert "client_max_body_size 9m;" in web.files["nginx.conf"]


def test_as_root_under_supervisord_php_is_told_that_it_may() -> None:
    found = processes(systemd=False)
    assert "-R" in found["php"].argv
    assert found["web"].files["nginx.conf"].startswith("user root;\n")
    assert "-R" not in processes(systemd=False, me="me")["php"].argv


def test_a_migration_is_told_what_to_install_and_by_which_name() -> None:
    install = {"title": "Blog", "user": "a", "email": "a@b.example", "password": "pw"}
    ctx, view = ground({"app": {"install": install}, "routes": [{"host": "blog.example", "listen": "*:8080"}]})
    todo = KIND.migration(ctx.site, view, lambda path: "")
    assert todo.env["FUNGIBLE_HOST"] == "blog.example:8080"
    assert todo.env["FUNGIBLE_MIGRATING"] == "1"
    assert '"url": "http://blog.example:8080"' in todo.env["FUNGIBLE_INSTALL"]
    assert "pw" not in repr(todo)
    assert "pw" not in " ".join(todo.argv)
    ctx, view = ground()
    assert KIND.migration(ctx.site, view, lambda path: "").env["FUNGIBLE_INSTALL"] == "{}"


def test_a_site_may_have_several_stores_at_mounts() -> None:
    over = merged({}, {"stores": {"more": {"kind": "directory", "mount": "wp-content/more"}}})
    text = processes(over)["web"].files["nginx.conf"]
    assert "location ^~ /wp-content/uploads/ {" in text
    assert "location ^~ /wp-content/more/ {" in text
