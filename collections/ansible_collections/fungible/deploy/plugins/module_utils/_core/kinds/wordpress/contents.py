# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which extensions are in a WordPress's folder, and which of them would it load? Read, never run.

WordPress loads of itself each PHP file in the top of mu-plugins, in the order of their names, and drop-ins by their
names: https://developer.wordpress.org/reference/functions/wp_get_mu_plugins/ and .../_get_dropins/.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from ..protocol import Contents, Found
from . import headers

if t.TYPE_CHECKING:
    from ..protocol import Folder

CONTENT: t.Final = "wp-content"
PLUGINS: t.Final = f"{CONTENT}/plugins"
MUST_USE: t.Final = f"{CONTENT}/mu-plugins"
THEMES: t.Final = f"{CONTENT}/themes"
CHAIN: t.Final = f"{MUST_USE}/0-fungible.php"
OURS: t.Final = "// Written by fungible"
DROP_INS: t.Final = (
    "advanced-cache.php",
    "blog-deleted.php",
    "blog-inactive.php",
    "blog-suspended.php",
    "db-error.php",
    "db.php",
    "fatal-error-handler.php",
    "install.php",
    "maintenance.php",
    "object-cache.php",
    "php-error.php",
    "sunrise.php",
)
_FILE: t.Final = re.compile(r"'((?:[^'\\]|\\.)*)'")
_LIST: t.Final = r"array\(((?:\s*'(?:[^'\\]|\\.)*'\s*,?)*)\)"
_ACTIVE: t.Final = re.compile(rf"\$active = {_LIST}")
_INCLUDED: t.Final = re.compile(rf"foreach \({_LIST} as \$file\)")

_plugin: t.Final = lru_cache(maxsize=4096)(headers.plugin)  # sites share most of their files
_theme: t.Final = lru_cache(maxsize=4096)(headers.theme)


def contents(tree: Folder) -> Contents:
    """Tell the extensions of a tree, and what the chain in it and WordPress itself load."""
    must_use = [*_in_folders(tree, MUST_USE, "mu-plugin"), *_files(tree, MUST_USE, "mu-plugin")]
    plugins = [*_in_folders(tree, PLUGINS, "plugin"), *_files(tree, PLUGINS, "plugin", needs_header=True)]
    drop_ins = [
        Found(name, "drop-in", f"{CONTENT}/{name}", _version(_plugin, tree.read(f"{CONTENT}/{name}")))
        for name in tree.children(CONTENT)
        if name in DROP_INS and not tree.read(f"{CONTENT}/{name}").startswith(f"<?php\n{OURS}")
    ]
    themes = [
        Found(name, "theme", f"{THEMES}/{name}", _version(_theme, text))
        for name in tree.children(THEMES)
        if (text := tree.read(f"{THEMES}/{name}/style.css"))
    ]
    chain = tree.read(CHAIN)
    loaded = [
        *drop_ins,
        *_named(MUST_USE, _listed(_INCLUDED, chain), must_use),
        *(one for one in must_use if one.path.endswith(".php")),
        *_named(PLUGINS, _listed(_ACTIVE, chain), plugins),
    ]
    return Contents((*plugins, *must_use, *themes, *drop_ins), tuple(loaded))


def _in_folders(tree: Folder, place: str, kind: str) -> t.Iterator[Found]:
    for name in tree.children(place):
        paths = [] if name.endswith(".php") else tree.children(f"{place}/{name}")
        for path in paths:
            if path.endswith(".php") and (head := _plugin(tree.read(f"{place}/{name}/{path}")[: headers.BYTES])):
                yield Found(name, kind, f"{place}/{name}", head.version)
                break


def _files(tree: Folder, place: str, kind: str, *, needs_header: bool = False) -> t.Iterator[Found]:
    """Tell what is a single file; a must-use one is loaded even without a header."""
    for name in tree.children(place):
        path = f"{place}/{name}"
        if name.endswith(".php") and path != CHAIN:
            head = _plugin(tree.read(path)[: headers.BYTES])
            if head or not needs_header:
                yield Found(name[: -len(".php")], kind, path, head.version if head else "")


def _version(read: t.Callable[[str], t.Any], text: str) -> str:
    head = read(text[: headers.BYTES])
    return str(head.version) if head else ""


def _listed(pattern: re.Pattern[str], chain: str) -> list[str]:
    found = pattern.search(chain)
    return [re.sub(r"\\(.)", r"\1", one) for one in _FILE.findall(found[1])] if found else []


def _named(place: str, files: t.Iterable[str], known: t.Iterable[Found]) -> t.Iterator[Found]:
    """Tell the extensions of the chain's files; one whose files are gone cannot be loaded."""
    by_path = {one.path: one for one in known}
    for file in files:
        one = by_path.get(f"{place}/{file.partition('/')[0]}")
        if one:
            yield one
