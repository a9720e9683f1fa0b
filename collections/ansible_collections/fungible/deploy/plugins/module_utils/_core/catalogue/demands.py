# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Does a chain have all that its extensions demand, of one another and of the application, and in which order?"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .. import versions
from ..errors import ManifestError
from ..manifest.manifest import SLUG
from .catalogue import Requires
from .order import line_up

if t.TYPE_CHECKING:
    from ..lock.wanted import Want

REQUIREMENT: t.Final = re.compile(f"({SLUG.pattern})(.*)")


@dataclass(frozen=True)
class Said:
    """Be what an extension requires, and who says so."""

    requires: Requires
    where: str


@dataclass(frozen=True)
class Link:
    """Be one extension of a site's chain, as the catalogue and the site together declare it."""

    name: str
    plain: t.Mapping[str, t.Any] = field(repr=False)  # what a manifest says of it that knows no catalogue
    came: t.Callable[[], str]  # why it is in the chain
    requires: tuple[Said, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    said: t.Mapping[str, str] = field(default_factory=dict)  # where each of these is said
    want: Want | None = None  # what has to be resolved, where its version and bytes are left open

    @property
    def enabled(self) -> bool:
        return self.plain.get("state") in (None, "enabled")

    def __str__(self) -> str:
        return f"{self.name} ({self.came()})"


@dataclass(frozen=True)
class Demand:
    """Be that one extension comes before another, and who says so."""

    first: str
    then: str
    said: str

    def __str__(self) -> str:
        return f"{self.first} before {self.then} ({self.said})"


Links = t.Mapping[str, Link]


def in_order(site: str, links: Links) -> list[Link]:
    """Order a chain: as it is listed, but for what must come earlier."""
    demands = {(one.then, one.first): one for one in _demands(links)}
    places = {name: index for index, name in enumerate(links)}
    needs: dict[str, list[str]] = {}
    for then, first in sorted(demands, key=lambda pair: places[pair[1]]):
        needs.setdefault(then, []).append(first)
    found = line_up(links, needs)
    if found.cycle:
        firsts = [*found.cycle[1:], found.cycle[0]]
        said = ", ".join(str(demands[pair]) for pair in reversed(list(zip(found.cycle, firsts))))
        raise ManifestError(f"{site}.plugins: no order has {said}: take one of these out")
    return [links[name] for name in found.order]


def _demands(links: Links) -> t.Iterator[Demand]:
    """Tell who must come before whom; what is not in the chain demands nothing."""
    for link in links.values():
        for where, first, then in (
            *(
                (said.where, _requirement(one)[0], link.name)
                for said in link.requires
                for one in said.requires.extensions
            ),
            *((link.said["before"], link.name, one) for one in link.before),
            *((link.said["after"], one, link.name) for one in link.after),
        ):
            if first in links and then in links:
                yield Demand(first, then, where)


def require_what_is_required(site: str, links: Links, application: t.Mapping[str, str]) -> None:
    """Insist that what enabled extensions require is there; `application`: the version of what it is, by its kind."""
    for link in links.values():
        for said in link.requires if link.enabled else ():
            for one in said.requires.extensions:
                _require_extension(site, link, one, said, links)
            for kind, version in application.items():
                _require_application(site, link, said, kind, version)


def php(links: Links) -> dict[str, str]:
    """Tell who requires which versions of PHP, and why: which of them runs, a host knows alone."""
    return {
        f"{link} requires php {said.requires.php} ({said.where}.php)": said.requires.php
        for link in links.values()
        for said in link.requires
        if link.enabled and said.requires.php
    }


def _require_extension(site: str, link: Link, requirement: str, said: Said, links: Links) -> None:
    name, asked = _requirement(requirement)
    who = f"{site}.plugins: {link} requires {requirement} ({said.where}.extensions)"
    if name not in links:
        raise ManifestError(f"{who}, which is not in the site's chain: add it, or take {link.name} out")
    found = links[name]
    if not found.enabled:
        raise ManifestError(f"{who}, and {found} is {found.plain['state']}: enable it, or disable {link.name} too")
    if asked and not versions.fits(found.plain["version"], asked):
        raise ManifestError(f"{who}, and {found} is {found.plain['version']}: use another version of one of them")


def _require_application(site: str, link: Link, said: Said, kind: str, version: str) -> None:
    asked = said.requires.of_application(kind)
    if asked and not versions.fits(version, asked):
        raise ManifestError(
            f"{site}.plugins: {link} requires {kind} {asked} ({said.where}.{kind}), "
            f"and app.version is {version}: use another version of one of them"
        )


def _requirement(text: str) -> tuple[str, str]:
    """Part a requirement into the name and the range that may follow it."""
    match = REQUIREMENT.fullmatch(text)
    return (match[1], match[2].strip()) if match else (text, "")
