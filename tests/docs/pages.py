# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do the pages hold: fenced blocks with a role each, tables, links; and how are placeholders filled.

The words after a fence say what a block is, such as `yaml tasks`; see ROLES.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from fungible_dev.packages import COLLECTION
from fungible_dev.places import CHECKOUT

DOCS: t.Final = CHECKOUT / "docs"
SALT: t.Final = CHECKOUT / "salt/README.md"
PAGES: t.Final = (CHECKOUT / "README.md", *sorted(DOCS.glob("*.md")), CHECKOUT / COLLECTION / "README.md", SALT)

ROLES: t.Final = {
    "yaml vars",  # a vars file with fungible_sites
    "yaml part wordpress",  # goes over the tutorial's manifest
    "yaml catalogue",  # vars with fungible_catalogue and fungible_sites; these go over the tutorial's manifest
    "yaml catalogue pillar",  # the same in a pillar
    "yaml wanted",  # vars with a fungible_catalogue that has to be resolved
    "text chain",  # the extensions that come of it, each with its version and kind
    "yaml values",  # what those vars take from elsewhere
    "yaml inventory",
    "yaml playbook",
    "yaml tasks",
    "yaml pillar",  # a pillar with fungible:sites
    "yaml states",  # a state file
    "yaml minion",  # a minion's configuration, and a master's
    "yaml master",
    "python kind",  # a kind of application
    "haproxy tls.cfg",  # a file beside the router's own
    "console",  # commands
    "console run",  # commands that are run, in the page's order
    "text",
    "text steps",  # steps that a run reports
    "text file",  # a file that `console run` uses, as the next two
    "python file",
    "yaml vars file",
    "yaml inventory file",
}
FENCE: t.Final = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE: t.Final = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")
LINK: t.Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING: t.Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
DIGEST: t.Final = "ab" * 32
SITE: t.Final = "actioncenter"


@dataclass(frozen=True)
class Block:
    """Be a fenced block of a page."""

    page: Path
    line: int
    role: str
    file: str  # what it is to be saved as
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(CHECKOUT)}:{self.line}"


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """Return a page's text without its fenced blocks."""
    return FENCE.sub("", text_of(page))


def blocks(*roles: str, pages: t.Sequence[Path] = PAGES) -> list[Block]:
    """Return the blocks that have one of the roles, or all."""
    found = [_block(page, match) for page in pages for match in FENCE.finditer(text_of(page))]
    return [block for block in found if not roles or block.role in roles]


def _block(page: Path, match: re.Match[str]) -> Block:
    words, _, file = match[1].partition(" file=")
    role = f"{words} file" if file else words
    return Block(page, text_of(page).count("\n", 0, match.start()) + 1, role, file, match[2])


def commands(block: Block) -> list[str]:
    """Return the command lines of a console block; every line is one."""
    return [line.removeprefix("$ ") for line in block.text.splitlines()]


def tables(page: Path, header: str) -> list[str]:
    """Return the code in the first column of every table whose first column is so called."""
    found, wanted = [], False
    for line in prose_of(page).splitlines():
        if not line.startswith("|"):
            wanted = False
        elif line.startswith(f"| {header} |"):
            wanted = True
        elif wanted and (code := CODE.match(line.removeprefix("| "))):
            found.append(code[2])
    return found


def codes(page: Path) -> list[str]:
    """Return every piece of code in a page's prose."""
    return [match[2] for match in CODE.finditer(prose_of(page))]


def links(page: Path) -> list[str]:
    return LINK.findall(prose_of(page))


def anchors(page: Path) -> set[str]:
    """Return the names by which a page's headings can be linked to, as GitHub makes them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose_of(page)))
    return {heading.replace(" ", "-") for heading in plain}


def filled(text: str) -> t.Any:
    """Read YAML with its placeholders filled: digests, vaulted values and where the inventory is."""
    text = re.sub(r'"<[^">]*>"', f'"{DIGEST}"', text)
    text = re.sub(r"\{\{ *inventory_dir *\}\}", "/inventory", text)
    text = re.sub(r"\{\{ *vault_(\w+) *\}\}", lambda match: f"{match[1]}-0123456789abcdef", text)
    return yaml.safe_load(text)


def example_manifest() -> dict[str, t.Any]:
    """Return the manifest that the examples mean by `fungible_sites.actioncenter`: the tutorial's."""
    [block] = blocks("yaml vars", pages=[DOCS / "tutorial.md"])
    manifest: dict[str, t.Any] = filled(block.text)["fungible_sites"][SITE]
    return manifest


def merged(below: t.Any, above: t.Any) -> t.Any:
    """Lay one mapping over another."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return above
