# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What do a plugin and a theme say of themselves, in the comment at the head of their main file?

The fields are those of https://developer.wordpress.org/plugins/plugin-basics/header-requirements/ and
https://developer.wordpress.org/themes/basics/main-stylesheet-style-css/, read as WordPress's `get_file_data` does: the
first 8 KiB of the file, the first line of each name. The text is a stranger's, so each value is bounded.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ...wording import printable

BYTES: t.Final = 8192
VALUE: t.Final = 512
SLUG: t.Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TRUE: t.Final = "true"


@dataclass(frozen=True)
class Headers:
    """Be what an extension says of itself; what it does not say is empty."""

    name: str
    version: str = ""
    requires_wordpress: str = ""
    requires_php: str = ""
    requires_plugins: tuple[str, ...] = ()
    licence: str = ""
    template: str = ""  # a child theme's parent
    network: bool = False


def plugin(text: str) -> Headers | None:
    """Read the head of a PHP file; none if it is no plugin's main file."""
    return _headers(text, "Plugin Name")


def theme(text: str) -> Headers | None:
    """Read the head of a theme's style.css; none if it has no name."""
    return _headers(text, "Theme Name")


def main_file(paths: t.Iterable[str], read: t.Callable[[str], str]) -> tuple[str, Headers] | None:
    """Find the one PHP file in the top folder of a tree that has a plugin's header, as WordPress itself does."""
    for path in sorted(paths):
        if "/" not in path and path.endswith(".php"):
            found = plugin(read(path))
            if found:
                return path, found
    return None


def _headers(text: str, name: str) -> Headers | None:
    head = text[:BYTES].replace("\r", "\n")
    title = _value(head, name)
    if not title:
        return None
    return Headers(
        name=title,
        version=_value(head, "Version"),
        requires_wordpress=_value(head, "Requires at least"),
        requires_php=_value(head, "Requires PHP"),
        requires_plugins=_slugs(_value(head, "Requires Plugins")),
        licence=_value(head, "License"),
        template=_value(head, "Template"),
        network=_value(head, "Network").lower() == TRUE,
    )


def _value(head: str, name: str) -> str:
    """Tell the value after the first line that begins with a name, without the end of a comment."""
    match = re.search(rf"^(?:[ \t]*<\?php)?[ \t/*#@]*{re.escape(name)}:(.*)$", head, re.MULTILINE | re.IGNORECASE)
    text = re.sub(r"\s*(?:\*/|\?>).*", "", match[1]).strip() if match else ""
    return printable(text[:VALUE])


def _slugs(text: str) -> tuple[str, ...]:
    """Part a list of plugins; what is no slug is left out, as WordPress does."""
    names = (one.strip() for one in text.split(","))
    return tuple(dict.fromkeys(one for one in names if SLUG.fullmatch(one)))
