<?php
/*
 * Plugin Name: Welcome
 * Description: A plugin that is one file; it is loaded before those whose names come first.
 *
 * SPDX-FileCopyrightText: 2026 The fungible authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

add_action('wp_footer', function () {
    echo '<!-- welcome -->';
});
