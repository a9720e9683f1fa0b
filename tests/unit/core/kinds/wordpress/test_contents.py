# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a WordPress's folder is found, and what it would load of it, whoever put it there."""

from __future__ import annotations

import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Folder
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import php as wordpress_php
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress.contents import contents


def head(name: str, version: str = "1.0", what: str = "Plugin") -> str:
    return f"<?php\n/*\n{what} Name: {name}\nVersion: {version}\n*/\n"


FILES: t.Final[dict[str, str]] = {
    "wp-content/plugins/index.php": "<?php // Silence is golden.",
    "wp-content/plugins/hello.php": head("Hello Dolly", "1.7"),
    "wp-content/plugins/akismet/akismet.php": head("Akismet", "5.3"),
    "wp-content/plugins/akismet/class.php": "<?php",
    "wp-content/plugins/it's odd/main.php": head("Odd"),
    "wp-content/plugins/empty/readme.txt": "nothing",
    "wp-content/mu-plugins/0-fungible.php": wordpress_php.chain(
        ["akismet/akismet.php", "it's odd/main.php", "gone/gone.php"], ["audit/audit.php"], [], locked=True
    ),
    "wp-content/mu-plugins/audit/audit.php": head("Audit", "2"),
    "wp-content/mu-plugins/host.php": "<?php // a hoster's",
    "wp-content/mu-plugins/notes.txt": "no code",
    "wp-content/db.php": wordpress_php.sqlite("sqlite-database-integration"),
    "wp-content/object-cache.php": head("Cache", "3"),
    "wp-content/other.php": head("No drop-in"),
    "wp-content/themes/plain/style.css": head("Plain", "1.1", "Theme"),
    "wp-content/themes/index.php": "<?php",
}


def folder(files: t.Mapping[str, str]) -> Folder:
    def children(place: str) -> list[str]:
        inside = [path[len(place) + 1 :] for path in files if path.startswith(f"{place}/")]
        return sorted({path.partition("/")[0] for path in inside})

    return Folder(children, lambda path: files.get(path, ""))


def test_every_extension_is_found_with_its_version() -> None:
    found = {
        (one.kind, one.name, one.path.rpartition("wp-content/")[2], one.version)
        for one in contents(folder(FILES)).extensions
    }
    assert found == {
        ("plugin", "hello", "plugins/hello.php", "1.7"),
        ("plugin", "akismet", "plugins/akismet", "5.3"),
        ("plugin", "it's odd", "plugins/it's odd", "1.0"),
        ("mu-plugin", "audit", "mu-plugins/audit", "2"),
        ("mu-plugin", "host", "mu-plugins/host.php", ""),
        ("theme", "plain", "themes/plain", "1.1"),
        ("drop-in", "object-cache.php", "object-cache.php", "3"),
    }


def test_what_is_loaded_is_told_in_the_order_of_loading() -> None:
    loaded = [(one.kind, one.name) for one in contents(folder(FILES)).loaded]
    assert loaded == [
        ("drop-in", "object-cache.php"),
        ("mu-plugin", "audit"),
        ("mu-plugin", "host"),
        ("plugin", "akismet"),
        ("plugin", "it's odd"),
    ]


def test_an_empty_folder_has_nothing() -> None:
    assert contents(folder({})).extensions == contents(folder({})).loaded == ()
