# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plugins are made for tests, where no real one shows the behaviour? Their routines do what a test writes."""

from __future__ import annotations

import typing as t

from fungible_dev.archives import sha256_of, write_zip

if t.TYPE_CHECKING:
    from pathlib import Path

NOTE: t.Final = "update_option('{name}_told', get_option('{name}_told', '') . '{what} ');"


class Plugins:
    """A folder of plugins: each notes in the database what it is told, and does what a test wants besides."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def entry(self, name: str, version: str = "1.0", head: str = "", **does: str) -> dict[str, t.Any]:
        """Make a plugin; `does` is PHP, by activate, deactivate, loaded and uninstall."""
        told = ("activate", "deactivate", "upgrade")
        note = {what: NOTE.format(name=name, what=f"{what}:{version}") for what in told}
        on, off = (f"{note[what]} {does.get(what, '')}" for what in told[:2])
        lines = [
            f"<?php\n/*\n * Plugin Name: {name}\n * Version: {version}\n{head} */",
            f"register_activation_hook(__FILE__, function () {{ {on} }});",
            f"register_deactivation_hook(__FILE__, function () {{ {off} }});",
            f"add_action('upgrader_process_complete', function () {{ {note['upgrade']} }});",
            does.get("loaded", ""),
        ]
        files = {f"{name}.php": "\n".join(lines).encode()}
        if "uninstall" in does:
            files["uninstall.php"] = f"<?php defined('WP_UNINSTALL_PLUGIN') || exit; {does['uninstall']}".encode()
        self._count += 1
        path = self._folder / f"{name}-{self._count}.zip"
        write_zip(path, files, top=name)
        return {"name": name, "version": version, "source": {"path": str(path), "sha256": sha256_of(path)}}
