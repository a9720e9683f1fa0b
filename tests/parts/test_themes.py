# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A child theme is shown with its parent, and refused without; which theme is shown is the database's word."""

from __future__ import annotations

import typing as t

import pytest
from tests.parts.support import wordpress

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, StoreError
from fungible_dev.archives import sha256_of, write_zip

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Machine, Manifest

pytestmark = pytest.mark.parts

SHIPPED: t.Final = "twentytwentyfour"
PAGE: t.Final = b"<?php echo '<h1>', get_template(), ' and ', get_stylesheet(), '</h1>';"


def theme(folder: Path, name: str, head: str = "", **files: bytes) -> dict[str, t.Any]:
    style = f"/*\nTheme Name: {name}\nVersion: 1.0\n{head}*/\n".encode()
    path = folder / f"{name}.zip"
    write_zip(path, {"style.css": style, **{f"{what}.php": text for what, text in files.items()}}, top=name)
    return {"name": name, "version": "1.0", "kind": "theme", "source": {"path": str(path), "sha256": sha256_of(path)}}


def manifest(site: Machine, *themes: dict[str, t.Any]) -> Manifest:
    base = wordpress.manifest(site, "6.5.5")
    return {**base, "plugins": {"use": [*base["plugins"]["use"], *themes]}}


def test_a_child_theme_needs_its_parent_and_both_stay_while_they_are_shown(machine: Machine, tmp_path: Path) -> None:
    machine.site = wordpress.SITE
    child, parent = theme(tmp_path, "child", "Template: parent\n"), theme(tmp_path, "parent", index=PAGE)
    with pytest.raises(
        ArtifactError, match="theme child is a child of the theme parent by its header, which is neither"
    ):
        machine.start(manifest(machine, child))
    machine.deploy(manifest(machine, child, parent))
    wordpress.choose(machine, "parent", "child")
    assert "<h1>parent and child</h1>" in machine.get("/").body
    with pytest.raises(
        StoreError, match="the theme parent is the one that is shown, and is not in this release: keep it"
    ):
        machine.deploy(manifest(machine))
    assert "<h1>parent and child</h1>" in machine.get("/").body
    wordpress.choose(machine, SHIPPED, SHIPPED)
    machine.deploy(manifest(machine))
    assert "</html>" in machine.get("/").body


def test_a_child_of_a_theme_that_wordpress_ships_needs_no_other(machine: Machine, tmp_path: Path) -> None:
    machine.site = wordpress.SITE
    says = b"<?php add_action('wp_footer', function () { echo get_template(), ' and ', get_stylesheet(); });"
    machine.deploy(manifest(machine, theme(tmp_path, "child", f"Template: {SHIPPED}\n", functions=says)))
    wordpress.choose(machine, SHIPPED, "child")
    assert f"{SHIPPED} and child" in machine.get("/").body
