<?php
// SPDX-FileCopyrightText: 2026 The fungible authors
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Plugin Name: hangs
 * Version: 1
 * Description: Its activation waits for two programs of its own, one of them out of its hands, and neither ends.
 */
register_activation_hook(__FILE__, function () {
    echo 'it waits for 2 ';
    flush();
    shell_exec('setsid sleep 86399 & exec sleep 86399');
});
