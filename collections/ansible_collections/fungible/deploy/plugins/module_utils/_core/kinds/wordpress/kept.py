# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""The PHP that a WordPress gets which is kept where it is: in which order plugins load, and which do not.

Which of them are on is in its database, and stays there: to be switched on, a plugin needs its activation routine.
"""

from __future__ import annotations

import typing as t

from .contents import OURS
from .php import literal

ORDER: t.Final = """<?php
%(ours)s; it is written anew when the site's chain changes.
/*
 * Plugin Name: fungible
 * Description: Loads the plugins of the site's chain first, in its order, and none that is disabled there.
 */
add_filter('option_active_plugins', function ($on) {
    if (!is_array($on)) {
        return $on;
    }
    $first = array();
    foreach (%(first)s as $name) {
        foreach ($on as $file) {
            if (strtok((string) $file, '/') === $name) {
                $first[] = $file;
            }
        }
    }
    return array_values(array_filter(array_merge($first, array_diff($on, $first)), function ($file) {
        return !in_array(strtok((string) $file, '/'), %(off)s, true);
    }));
});
"""


def order(first: t.Sequence[str], off: t.Sequence[str]) -> str:
    """Write the must-use plugin; plugins are named by their folders or files."""
    return ORDER % {"ours": OURS, "first": literal(first), "off": literal(off)}


def is_ours(text: str) -> bool:
    """Tell whether such a file was written by us."""
    return text.startswith(f"<?php\n{OURS}")
