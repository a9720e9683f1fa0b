# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An extension gets what its own header asks for, or the site is refused with both names."""

from __future__ import annotations

import re
import typing as t

import pytest
from tests.unit.core.examples import Data, blog, extension, site_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Tree
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import demands

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Site

SHIPPED: t.Final = {"wp-content/themes/twentytwentyfour/style.css", "wp-content/themes/half/index.php"}
USE: t.Final[list[Data]] = [
    extension("one"),
    extension("other"),
    extension("must", kind="mu-plugin"),
    extension("shop", state="disabled"),
    extension("look", kind="theme"),
    extension("parent", kind="theme"),
]


def site(use: list[Data] = USE) -> Site:
    return site_of(blog({"plugins": {"use": use}}))


def trees(**said: str) -> dict[str, Tree]:
    """Give each extension a main file with one more line in its header; one that says nothing has none."""
    found = {}
    for one in USE:
        theme = one.get("kind") == "theme"
        line = said.get(one["name"], " ")
        text = f"{'' if theme else '<?php'}\n/*\n{'Theme' if theme else 'Plugin'} Name: x\n{line}\n*/\n"
        files = {"style.css" if theme else "main.php": text} if line else {"readme.txt": text}
        found[one["name"]] = Tree(list(files), files.__getitem__)
    return found


NEITHER: t.Final = "which is neither in the site's chain nor shipped with WordPress 6.4: add it, or take look out"


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("one", "Requires at least: 6.5", "plugin one requires WordPress 6.5 by its header, and app.version is 6.4"),
        ("must", "Requires at least: 6.5", "plugin must requires WordPress 6.5 by its header, and app.version"),
        ("look", "Requires at least: 6.5", "theme look requires WordPress 6.5 by its header, and app.version is 6.4"),
        ("one", "Requires Plugins: shop", "plugin one requires the plugin shop by its header, which is not on in"),
        ("one", "Requires Plugins: must", "plugin one requires the plugin must by its header, which is not on in"),
        ("look", "Template: missing", f"theme look is a child of the theme missing by its header, {NEITHER}"),
        ("look", "Template: one", f"theme look is a child of the theme one by its header, {NEITHER}"),
        ("look", "Template: half", f"theme look is a child of the theme half by its header, {NEITHER}"),
        ("look", "Template: ../parent", f"theme look is a child of the theme ../parent by its header, {NEITHER}"),
        ("look", "Template: look", "theme look is a child of the theme look by its header, which is itself"),
    ],
)
def test_what_a_header_asks_for_and_is_not_there_is_told(name: str, line: str, why: str) -> None:
    with pytest.raises(ArtifactError, match=f"^{re.escape(f'blog: {why}')}"):
        demands.require(site(), SHIPPED, trees(**{name: line}))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("one", "Requires at least: 6.4"),
        ("one", "Requires at least: the moon"),
        ("one", "Requires Plugins: other"),
        ("one", "Template: missing"),
        ("shop", "Requires at least: 99"),
        ("look", "Template: parent"),
        ("look", "Template: twentytwentyfour"),
    ],
)
def test_what_is_there_is_fine_and_what_is_off_asks_for_nothing(name: str, line: str) -> None:
    demands.require(site(), SHIPPED, trees(**{name: line}))


def test_a_child_of_a_child_is_refused_since_wordpress_shows_none() -> None:
    with pytest.raises(ArtifactError, match=r"which is a child of twentytwentyfour: make look one of that too$"):
        demands.require(site(), SHIPPED, trees(look="Template: parent", parent="Template: twentytwentyfour"))


def test_a_theme_says_what_it_is_in_its_style_css() -> None:
    line = "theme look: no style.css in the top folder of look.zip has a `Theme Name:` header: is it a theme?"
    with pytest.raises(ArtifactError, match=f"^{re.escape(line)}$"):
        demands.require(site(), SHIPPED, trees(look=""))
    nameless = {**trees(), "look": Tree(["style.css"], lambda path: "body {}")}
    with pytest.raises(ArtifactError, match=f"^{re.escape(line)}$"):
        demands.require(site(), SHIPPED, nameless)


def test_who_requires_which_php_is_told() -> None:
    said = trees(one="Requires PHP: 8.1", look="Requires PHP: 7.4", other="Requires PHP: any", shop="Requires PHP: 99")
    assert demands.php(site(), said) == {
        "plugin one requires PHP 8.1 by its header": ">=8.1",
        "theme look requires PHP 7.4 by its header": ">=7.4",
    }
