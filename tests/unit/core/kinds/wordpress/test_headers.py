# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins and themes are asked what they are, and never believed more than a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import headers

PLUGIN = """<?php
/**
 * Plugin Name: Donor Forms
 * Version:     3.2
 * Requires at least: 6.2
 * Requires PHP: 7.4
 * Requires Plugins: akismet, Not A Slug, audit-log ,akismet
 * License: GPL-2.0-or-later */
// Network: true
"""


def test_a_plugins_header_is_read() -> None:
    assert headers.plugin(PLUGIN) == headers.Headers(
        name="Donor Forms",
        version="3.2",
        requires_wordpress="6.2",
        requires_php="7.4",
        requires_plugins=("akismet", "audit-log"),
        licence="GPL-2.0-or-later",
        network=True,
    )


def test_a_themes_parent_is_read() -> None:
    found = headers.theme("/*\nTheme Name: Child\nTemplate: twentytwentyfour\nVersion: 1\n*/")
    assert found == headers.Headers(name="Child", version="1", template="twentytwentyfour")


@pytest.mark.parametrize("text", ["", "<?php echo 1;", "<?php // Plugin Name:", "Theme Name: x", "say Plugin Name: x"])
def test_what_has_no_plugins_header_is_no_plugin(text: str) -> None:
    assert headers.plugin(text) is None


@pytest.mark.parametrize(
    "text",
    ["<?php /* Plugin Name: A */", "<?php // PLUGIN NAME: A\r// Version: 1", "\tPlugin Name:A", "#@ Plugin Name: A"],
)
def test_a_header_is_found_wherever_wordpress_finds_it(text: str) -> None:
    found = headers.plugin(text)
    assert found is not None
    assert found.name == "A"


def test_a_header_below_the_first_8_kilobytes_is_not_one() -> None:
    assert headers.plugin("\n" * 8192 + PLUGIN) is None


def test_a_value_of_megabytes_is_cut() -> None:
    found = headers.plugin(f"Plugin Name: {'a' * 3_000_000}")
    assert found is not None
    assert len(found.name) == 512


@given(st.text())
def test_no_text_breaks_it_and_no_value_breaks_a_line(text: str) -> None:
    found = headers.plugin(f"Plugin Name: a\n Version: {text}")
    assert found is not None
    assert found.version.isprintable() or "\ufffd" in found.version
    assert "\n" not in found.version


def test_bytes_that_are_no_utf8_are_shown_as_unknown() -> None:
    found = headers.plugin(b"Plugin Name: Caf\xe9".decode("utf-8", "surrogateescape"))
    assert found is not None
    assert found.name == "Caf\ufffd"


def test_the_main_file_is_the_one_in_the_top_folder_that_has_a_header() -> None:
    files = {"a.php": "<?php", "inc/b.php": "<?php // Plugin Name: B", "c.php": "<?php // Plugin Name: C"}
    found = headers.main_file(files, files.__getitem__)
    assert found == ("c.php", headers.Headers("C"))
    assert headers.main_file({"a.php": ""}, files.__getitem__) is None
