# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""The PHP that a WordPress release gets: its configuration, its plugin chain as code, and its migration."""

from __future__ import annotations

import json
import typing as t

KEYS: t.Final = (
    "AUTH_KEY",
    "SECURE_AUTH_KEY",
    "LOGGED_IN_KEY",
    "NONCE_KEY",
    "AUTH_SALT",
    "SECURE_AUTH_SALT",
    "LOGGED_IN_SALT",
    "NONCE_SALT",
)

CONFIG: t.Final = """<?php
// Written by fungible. Part of the release and free of secrets: those come from the instance's environment.
$fungible = getenv('FUNGIBLE_SITE') === false
    ? json_decode((string) file_get_contents(dirname(__DIR__) . '/environment.json'), true)
    : array();
foreach (%(from_environment)s as $name) {
    define($name, $fungible[$name] ?? (string) getenv($name));
}
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
%(constants)s
$table_prefix = %(prefix)s;
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
"""

ABOUT: t.Final = "Answers from the release which plugins are on, in their order; the database has no say in it."
NOTICE: t.Final = (
    "This site's plugins, themes and WordPress itself are kept by fungible, in the site's manifest. "
    "Whoever manages the site changes them there; nothing can be installed, updated, switched on or off here."
)

CHAIN: t.Final = """<?php
/*
 * Plugin Name: fungible
 * Description: %(about)s
 */
(function () {
    $active = %(active)s;
    $network = %(network)s;
    if (getenv('FUNGIBLE_MIGRATING') !== false) {
        remove_action('init', 'wp_cron');
        $told = json_decode((string) getenv('FUNGIBLE_ACTIVE'));  // which of them were activated so far
        $active = $told === null ? $active : array_values(array_filter($active, function ($file) use ($told) {
            return in_array(strtok($file, '/'), $told, true);
        }));
        $GLOBALS['fungible_network'] = $network;
    } elseif (%(locked)s) {
        // Plugins put menus of their own below "Plugins", so whoever may see that screen still does.
        $kept = array('activate_plugin', 'deactivate_plugin', 'deactivate_plugins', 'delete_plugins', 'install_plugins',
            'update_plugins', 'upload_plugins', 'edit_plugins', 'delete_themes', 'install_themes', 'update_themes',
            'upload_themes', 'edit_themes', 'edit_files', 'update_core');
        add_filter('map_meta_cap', function ($caps, $cap) use ($kept) {
            return in_array($cap, $kept, true) ? array('do_not_allow') : $caps;
        }, 10, 2);
        add_filter('bulk_actions-plugins', '__return_empty_array');
        add_filter('bulk_actions-plugins-network', '__return_empty_array');
        $notice = function () {
            if (in_array($GLOBALS['pagenow'], array('plugins.php', 'themes.php', 'update-core.php'), true)) {
                echo '<div class="notice notice-info"><p>', esc_html(%(notice)s), '</p></div>';
            }
        };
        add_action('admin_notices', $notice);
        add_action('network_admin_notices', $notice);
    }
    if (is_multisite()) {
        $active = array_values(array_diff($active, $everywhere = array_values(array_intersect($active, $network))));
        $marked = array_fill_keys($everywhere, 1);
        add_filter('pre_site_option_active_sitewide_plugins', function () use ($marked) { return $marked; });
        add_filter('pre_update_site_option_active_sitewide_plugins', function ($new, $old) { return $old; }, 10, 2);
    }
    add_filter('pre_option_active_plugins', function () use ($active) { return $active; });
    add_filter('pre_update_option_active_plugins', function ($new, $old) { return $old; }, 10, 2);
    if (getenv('FUNGIBLE_MIGRATING') === false) {
        // An instance is only started once the migration of its release was verified, so that its own mark is true.
        $own = function () { return $GLOBALS['wp_db_version']; };
        add_filter('pre_option_db_version', $own);
        add_filter('pre_site_option_wpmu_upgrade_site', $own);
        if (basename($_SERVER['SCRIPT_NAME'] ?? '') === 'upgrade.php') {
            // It asks nobody who they are, and would bring the tables to what this release knows, an older one too.
            wp_die('The migration of each release is run before visitors get to it.', 'No Update Required', 403);
        }
    }
    foreach (%(must_use)s as $file) {
        wp_register_plugin_realpath(WPMU_PLUGIN_DIR . '/' . $file);
        include_once WPMU_PLUGIN_DIR . '/' . $file;
    }
})();
"""

SQLITE: t.Final = """<?php
// Written by fungible: the database is an SQLite file in a store, outside what the web server serves.
define('DB_DIR', dirname(FUNGIBLE_SQLITE) . '/');
define('DB_FILE', basename(FUNGIBLE_SQLITE));
define('FQDBDIR', DB_DIR);
define('FQDB', FUNGIBLE_SQLITE);
define('DB_ENGINE', 'sqlite');
define('DATABASE_TYPE', 'sqlite');
require_once __DIR__ . '/plugins/%(plugin)s/wp-includes/sqlite/db.php';
"""

MIGRATION: t.Final = """<?php
// Bring the database up to this release: install where there is nothing yet, else WordPress's own upgrade.
$install = json_decode(getenv('FUNGIBLE_INSTALL'), true);
$_SERVER += array('SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REMOTE_ADDR' => '127.0.0.1');
$_SERVER['HTTP_HOST'] = getenv('FUNGIBLE_HOST');
$_SERVER['REQUEST_URI'] = '/';
define('WP_INSTALLING', true);
if ($install) {
    defined('WP_SITEURL') || define('WP_SITEURL', $install['url']);
}
function wp_new_blog_notification() {}

// PHP tells first what an exception says that nobody caught, and then which way it came; the last lines are shown.
register_shutdown_function(function () {
    $said = error_get_last()['message'] ?? '';
    if (strpos($said, 'Uncaught ') === 0) {
        file_put_contents('php://stderr', strtok($said, "\\n") . "\\n");
    }
});
require getenv('FUNGIBLE_ROOT') . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

function fungible_fail($why) {
    file_put_contents('php://stderr', $why . "\\n");
    exit(1);
}

// A drop-in or plugin may end the process before, or keep what is printed to itself.
function fungible_end() {
    file_put_contents('php://stdout', getenv('FUNGIBLE_END') . "\\n");
}

// WordPress answers with empty pages and status 200 while the theme that its database names is not there.
function fungible_require_theme($option) {
    $name = get_option($option);
    if (get_option($option . '_root') || file_exists(WP_CONTENT_DIR . "/themes/$name/style.css")) {
        return;  // a root of its own is one that a plugin brings
    }
    fungible_fail("the theme $name is the one that is shown, and is not in this release: keep it in the chain,"
        . ' or choose another one in WordPress first');
}

global $wpdb, $wp_db_version;
if (!is_blog_installed()) {
    if (!$install) {
        echo "the database is empty: WordPress will ask for its first administrator in the browser\\n";
        fungible_end();
        exit(0);
    }
    $password = wp_slash($install['password']);
    $made = wp_install($install['title'], $install['user'], $install['email'], true, '', $password);
    if (is_wp_error($made)) {
        fungible_fail($made->get_error_message());
    }
    update_option('home', $install['url']);
}
$sites = is_multisite() ? get_sites(array('fields' => 'ids', 'number' => 0)) : array(0);
foreach ($sites as $site) {
    $site && switch_to_blog($site);
    $before = (int) __get_option('db_version');
    $wpdb->last_error = '';
    wp_upgrade();
    $after = (int) $wpdb->get_var("SELECT option_value FROM $wpdb->options WHERE option_name = 'db_version'");
    if ($after !== (int) $wp_db_version) {
        fungible_fail("db_version is $after, not $wp_db_version" . ($wpdb->last_error ? ": $wpdb->last_error" : ''));
    }
    fungible_require_theme('template');
    fungible_require_theme('stylesheet');
    echo "db_version: $before -> $after\\n";
    $site && restore_current_blog();
}
if (is_multisite()) {
    update_site_option('wpmu_upgrade_site', $wp_db_version);
}
fungible_end();
"""


def literal(value: t.Any) -> str:
    """Write a value as PHP source."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"array({', '.join(literal(one) for one in value)})"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def config(constants: t.Mapping[str, t.Any], prefix: str, database: t.Sequence[str]) -> str:
    """Write wp-config.php."""
    lines = "\n".join(f"define({literal(name)}, {literal(value)});" for name, value in constants.items())
    names = literal([*database, *KEYS])
    return CONFIG % {"from_environment": names, "constants": lines, "prefix": literal(prefix)}


def chain(active: t.Sequence[str], must_use: t.Sequence[str], network: t.Sequence[str], *, locked: bool) -> str:
    """Write the must-use plugin that is the chain; it tells which must-use plugins it loads, as WordPress does not."""
    names = ", ".join(file.partition("/")[0] for file in must_use)
    values = {"active": active, "must_use": must_use, "network": network, "locked": locked, "notice": NOTICE}
    about = f"{ABOUT} The must-use plugins that it loads, in their order: {names}." if names else ABOUT
    return CHAIN % {**{name: literal(value) for name, value in values.items()}, "about": about}


def sqlite(plugin: str) -> str:
    """Write the drop-in that opens the SQLite store."""
    return SQLITE % {"plugin": plugin}


def install_values(values: t.Mapping[str, str]) -> str:
    """Write what the migration needs to install, for its environment."""
    return json.dumps(values, sort_keys=True)
