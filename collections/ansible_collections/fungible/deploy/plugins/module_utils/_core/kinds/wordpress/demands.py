# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Do the extensions of a WordPress get what their own headers ask for: a WordPress, a PHP, plugins, a parent theme?"""

from __future__ import annotations

import re
import typing as t

from ... import versions
from ...errors import ArtifactError
from ...manifest.model import ExtensionKind
from . import headers

if t.TYPE_CHECKING:
    from ...manifest.model import Extension, Site
    from ..protocol import Tree, Trees
    from .headers import Headers

THEMES: t.Final = "wp-content/themes"
STYLE: t.Final = "style.css"
HEADED: t.Final = (ExtensionKind.PLUGIN, ExtensionKind.MU_PLUGIN, ExtensionKind.THEME)


def main(extension: Extension, tree: Tree) -> tuple[str, Headers]:
    """Find an extension's main file, and tell its path among all extensions and what it says of itself."""
    if extension.kind is ExtensionKind.THEME:
        head = headers.theme(tree.read(STYLE)) if STYLE in tree.paths else None
        found = (STYLE, head) if head else None
        asked = f"no style.css in the top folder of {extension.source.name} has a `Theme Name:` header: is it a theme?"
    else:
        found = headers.main_file(tree.paths, tree.read)
        asked = f"no PHP file in the top folder of {extension.source.name} has a `Plugin Name:` header: is it a plugin?"
    if not found:
        raise ArtifactError(f"{_who(extension)}: {asked}")
    return f"{extension.name}/{found[0]}", found[1]


def require(site: Site, shipped: t.Container[str], trees: Trees) -> None:
    """Insist that extensions get what their headers ask for; `shipped` are the paths of the application's own files."""
    heads = _heads(site, trees)
    enabled = {one.name for one in site.plugins if one.enabled and one.kind is ExtensionKind.PLUGIN}
    for extension, head in heads.values():
        who = f"{site.name}: {_who(extension)}"
        _require_wordpress(site, who, head)
        for one in head.requires_plugins:
            if one not in enabled:
                raise ArtifactError(
                    f"{who} requires the plugin {one} by its header, which is not on in the site's chain: add it, or "
                    f"take {extension.name} out"
                )
        if extension.kind is ExtensionKind.THEME and head.template:
            _require_parent(site, who, extension, head.template, heads, shipped)


def php(site: Site, trees: Trees) -> dict[str, str]:
    """Tell which versions of PHP extensions require by their headers, and who does."""
    return {
        f"{_who(extension)} requires PHP {head.requires_php} by its header": f">={head.requires_php}"
        for extension, head in _heads(site, trees).values()
        if versions.is_number(head.requires_php)
    }


def _heads(site: Site, trees: Trees) -> dict[str, tuple[Extension, Headers]]:
    on = (one for one in site.plugins if one.enabled and one.kind in HEADED)
    return {one.name: (one, main(one, trees[one.name])[1]) for one in on}


def _require_wordpress(site: Site, who: str, head: Headers) -> None:
    asked = head.requires_wordpress
    if re.fullmatch(versions.NUMBER, asked) and versions.fits(site.app.version, f">={asked}") is False:
        raise ArtifactError(
            f"{who} requires WordPress {asked} by its header, and app.version is {site.app.version}: use another "
            "version of one of them"
        )


def _require_parent(
    site: Site,
    who: str,
    child: Extension,
    parent: str,
    heads: t.Mapping[str, tuple[Extension, Headers]],
    shipped: t.Container[str],
) -> None:
    """Insist that a child theme's parent is there, and is no child itself: WordPress shows neither then."""
    who = f"{who} is a child of the theme {parent} by its header"
    found, head = heads.get(parent, (None, None))
    if parent == child.name:
        raise ArtifactError(f"{who}, which is itself: mend the header, or take it out")
    if head and found and found.kind is ExtensionKind.THEME:
        if head.template:
            raise ArtifactError(f"{who}, which is a child of {head.template}: make {child.name} one of that too")
    elif f"{THEMES}/{parent}/{STYLE}" not in shipped:
        raise ArtifactError(
            f"{who}, which is neither in the site's chain nor shipped with WordPress {site.app.version}: add it, or "
            f"take {child.name} out"
        )


def _who(extension: Extension) -> str:
    return f"{'theme' if extension.kind is ExtensionKind.THEME else 'plugin'} {extension.name}"
