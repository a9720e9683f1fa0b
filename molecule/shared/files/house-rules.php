<?php
/*
 * Plugin Name: House rules
 * Description: What a site's owner adds of their own; here it tells tests what the inside of an instance looks like.
 *
 * SPDX-FileCopyrightText: 2026 The fungible authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

add_action('wp_footer', function () {
    echo '<!-- house rules -->';
});

add_action('wp_upgrade', function () {
    update_option('house_upgraded_by', posix_getpwuid(posix_geteuid())['name']);
});

/** Try to make a file, and tell why not. */
function house_write($path) {
    $made = @file_put_contents($path, 'written');
    $why = error_get_last();
    $made !== false && @unlink($path);
    return $made !== false ? 'written' : preg_replace('/.*: /', '', $why['message']);
}

add_action('init', function () {
    if (!isset($_SERVER['HTTP_X_HOUSE'])) {
        return;
    }
    $asked = json_decode(wp_unslash($_SERVER['HTTP_X_HOUSE']), true);
    $told = array('user' => posix_getpwuid(posix_geteuid())['name'] ?? posix_geteuid(), 'root' => ABSPATH);
    foreach ($asked['write'] ?? array() as $path) {
        $told['write'][$path] = house_write($path);
    }
    foreach ($asked['list'] ?? array() as $path) {
        $told['list'][$path] = @scandir($path);
    }
    $told['visitor'] = array('from' => $_SERVER['REMOTE_ADDR'], 'https' => is_ssl());
    $told['upgraded_by'] = get_option('house_upgraded_by');
    $told['active'] = get_option('active_plugins');
    $told['must_use'] = array_map('basename', wp_get_mu_plugins());
    $told['loaded'] = array_values(preg_grep('#/(mu-)?plugins/#', get_included_files()));
    $told['db_version'] = array('answered' => (int) get_option('db_version'), 'stored' => (int) $GLOBALS['wpdb']->get_var(
        "SELECT option_value FROM {$GLOBALS['wpdb']->options} WHERE option_name = 'db_version'"
    ));
    wp_send_json($told);
});
