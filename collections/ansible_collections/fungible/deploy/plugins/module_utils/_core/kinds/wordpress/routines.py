# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""The PHP that runs one routine of one plugin, as WordPress's Plugins screen and its updater would, but watched."""

from __future__ import annotations

import typing as t

ROUTINE: t.Final = r"""<?php
// Many plugins send the browser to a page of theirs once they were told, and end the process: there is more to do.
final class FungibleSent extends Exception {
}

// Whatever ends this process before it says its mark is a failure: exit, wp_die, an error, a signal.
final class Fungible {
    // Beside what routines change: it is there where they came to their end, whoever else knows of that.
    const LAST = 'fungible_last_routine';
    public static $now = 'WordPress was loaded';
    public static $done = false;
    public static $why = '';
    public static $unwritten = array();

    public static function end() {
        $error = error_get_last();
        $fatal = $error && ($error['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR));
        if (self::$unwritten) {
            $path = self::$unwritten[0];
            self::$why .= " it cannot write $path, which is part of the release:"
                . " declare a store of kind directory with mount: " . dirname($path);
        } elseif ($fatal) {
            self::$why = strtok($error['message'], "\n") . ' in ' . $error['file'] . ' line ' . $error['line'];
        }
        if (self::$why === '' && self::$done) {
            update_site_option(self::LAST, self::what());
            file_put_contents('php://stdout', "\n" . getenv('FUNGIBLE_MARK') . "\n");
            return;  // what plugins put off until the end of a page comes after this, as on the Plugins screen
        }
        file_put_contents('php://stderr', trim(self::$why) ?: 'it ended the process while ' . self::$now);
        exit(1);
    }

    public static function until_sent($do, ...$args) {
        try {
            self::$do(...$args);
        } catch (FungibleSent $sent) {
            return;
        }
    }

    public static function what() {
        return getenv('FUNGIBLE_VERB') . ', ' . getenv('FUNGIBLE_MARK');
    }

    public static function error($type, $text) {
        if ((error_reporting() & $type) && preg_match('/Read-only file system|Permission denied/', $text)) {
            $frame = debug_backtrace()[1];
            $path = is_string($frame['args'][0] ?? null) ? $frame['args'][0] : '';
            $inside = strpos($path, '/wp-content/');
            if ($inside !== false) {
                self::$unwritten[] = substr($path, $inside + 1);
            }
        }
        return false;
    }

    public static function main($name) {
        foreach ((array) get_option('active_plugins') as $file) {
            if (strtok($file, '/') === $name) {
                return $file;
            }
        }
        $found = get_plugins("/$name");
        return $found ? "$name/" . key($found) : '';
    }

    // What the database itself says, which no instance asks for: there it tells who was activated.
    public static function stored($network) {
        foreach (array('option_', 'site_option_') as $kind) {
            foreach (array('active_plugins', 'active_sitewide_plugins') as $name) {
                remove_all_filters("pre_$kind$name");
                remove_all_filters("pre_update_$kind$name");
            }
        }
        return (array) ($network ? get_site_option('active_sitewide_plugins', array()) : get_option('active_plugins'));
    }

    public static function is_stored($file, $network) {
        $stored = self::stored($network);
        return $network ? isset($stored[$file]) : in_array($file, $stored, true);
    }

    public static function store($file, $network, $on) {
        $stored = self::stored($network);
        if ($network) {
            unset($stored[$file]);
            update_site_option('active_sitewide_plugins', $on ? $stored + array($file => time()) : $stored);
            return;
        }
        $others = array_values(array_diff($stored, array($file)));
        update_option('active_plugins', $on ? array_merge($others, array($file)) : $others);
    }

    public static function activate($file, $network) {
        if (self::is_stored($file, $network)) {  // before a run was cut off, or before fungible came
            return;
        }
        $fit = validate_plugin_requirements($file);
        if (is_wp_error($fit)) {
            self::$why = wp_strip_all_tags($fit->get_error_message());
            exit(1);
        }
        self::$now = 'its activation ran';
        plugin_sandbox_scrape($file);
        do_action('activate_plugin', $file, $network);
        do_action("activate_$file", $network);
        self::store($file, $network, true);
        self::$now = 'it was told';
        do_action('activated_plugin', $file, $network);
    }

    // The Plugins screen goes on to a page of the administration, where many plugins set themselves up.
    public static function next_page() {
        self::$now = 'it was told';
        foreach (array('_maybe_update_core', '_maybe_update_plugins', '_maybe_update_themes') as $asks_the_internet) {
            remove_action('admin_init', $asks_the_internet);
        }
        do_action('admin_init');
    }

    public static function deactivate($file, $network) {
        self::$now = 'its deactivation ran';
        do_action('deactivate_plugin', $file, $network);
        do_action("deactivate_$file", $network);
        self::store($file, $network, false);
        self::$now = 'it was told';
        do_action('deactivated_plugin', $file, $network);
    }

    public static function drop($file, $network) {
        self::store($file, $network, false);
    }

    public static function upgrade($file) {
        require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
        foreach (array('wp_version_check', 'wp_update_plugins', 'wp_update_themes') as $asks_the_internet) {
            remove_action('upgrader_process_complete', $asks_the_internet, 10);
        }
        remove_action('upgrader_process_complete', array('Language_Pack_Upgrader', 'async_upgrade'), 20);
        self::$now = 'its upgrade ran';
        $what = array('action' => 'update', 'type' => 'plugin', 'bulk' => true, 'plugins' => array($file));
        do_action('upgrader_process_complete', new Plugin_Upgrader(new Automatic_Upgrader_Skin()), $what);
        self::$now = 'it was told';
    }

    public static function uninstall($file) {
        self::$now = 'its uninstall routine ran';
        if (is_uninstallable_plugin($file)) {
            uninstall_plugin($file);
        }
    }
}
register_shutdown_function(array('Fungible', 'end'));
$_SERVER += array('SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REMOTE_ADDR' => '127.0.0.1');
$_SERVER['HTTP_HOST'] = getenv('FUNGIBLE_HOST');
$_SERVER['REQUEST_URI'] = $_SERVER['PHP_SELF'] = $_SERVER['SCRIPT_NAME'] = '/wp-admin/plugins.php';
define('WP_ADMIN', true);
// Sooner than WordPress knows hooks: what stands here already, it takes over.
$wp_filter = array('wp_die_handler' => array(10 => array(array('accepted_args' => 0, 'function' => function () {
    return function ($message) {
        Fungible::$why = is_wp_error($message) ? $message->get_error_message() : wp_strip_all_tags((string) $message);
        exit(1);
    };
}))), 'wp_redirect' => array(10 => array(array('accepted_args' => 1, 'function' => function ($to) {
    if (strpos($to, 'wp-admin/install.php') !== false) {
        file_put_contents('php://stdout', "\n" . getenv('FUNGIBLE_MARK') . " later: nobody has set WordPress up yet\n");
    }
    if (Fungible::$now === 'it was told') {
        throw new FungibleSent();
    }
    return $to;
}))));
require getenv('FUNGIBLE_ROOT') . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
set_error_handler(array('Fungible', 'error'));
add_filter('file_mod_allowed', '__return_true');
$who = is_multisite()
    ? get_user_by('login', get_super_admins()[0] ?? '')
    : (get_users(array('role' => 'administrator', 'number' => 1, 'orderby' => 'ID'))[0] ?? null);
$who && wp_set_current_user($who->ID);
$verb = getenv('FUNGIBLE_VERB');
$file = Fungible::main(getenv('FUNGIBLE_PLUGIN'));
$network = is_multisite() && in_array($file, $GLOBALS['fungible_network'] ?? array(), true);
if ($file === '') {
    Fungible::$why = 'WordPress does not find it in the release';
    exit(1);
}
if (get_site_option(Fungible::LAST) === Fungible::what()) {  // in a run that was cut off before it noted that
    Fungible::$done = true;
    exit(0);
}
$each = is_multisite() && !$network && in_array($verb, array('activate', 'deactivate', 'drop'), true);
foreach ($each ? get_sites(array('fields' => 'ids', 'number' => 0)) : array(0) as $site) {
    $site && switch_to_blog($site);
    Fungible::until_sent($verb, $file, $network);
    in_array($verb, array('activate', 'upgrade'), true) && Fungible::until_sent('next_page');
    $site && restore_current_blog();
}
Fungible::$done = true;
"""
