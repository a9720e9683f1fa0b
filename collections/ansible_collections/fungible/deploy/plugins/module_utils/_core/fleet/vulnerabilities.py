# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is a version known to be vulnerable? What feeds say of extensions, whichever format they said it in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .php_versions import compare

CORE: t.Final = ("core", "wordpress")

Package = tuple[str, str]  # plugin, theme or core, and its slug


@dataclass(frozen=True)
class Range:
    """Be the versions between two; an empty one is no bound."""

    low: str = ""
    high: str = ""
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, version: str) -> bool:
        above = compare(version, self.low) if self.low else 1
        below = compare(self.high, version) if self.high else 1
        return (above > 0 or (above == 0 and self.with_low)) and (below > 0 or (below == 0 and self.with_high))

    def __str__(self) -> str:
        low = f">{'=' * self.with_low}{self.low}" if self.low else ""
        high = f"<{'=' * self.with_high}{self.high}" if self.high else ""
        return ",".join(part for part in (low, high) if part) or "all"


@dataclass(frozen=True)
class Vulnerability:
    """Be what a feed says of one package: which versions are vulnerable, and which are no longer."""

    package: Package
    id: str
    title: str
    severity: str = ""
    link: str = ""
    ranges: tuple[Range, ...] = ()
    versions: frozenset[str] = frozenset()
    fixed: tuple[str, ...] = ()

    def affected(self, version: str) -> str | None:
        """Tell the range that a version is vulnerable by; nothing if it is not."""
        if version in self.versions:
            return f"={version}"
        return next((str(one) for one in self.ranges if version in one), None)


@dataclass(frozen=True)
class Known:
    """Be what feeds know of the packages that were asked about."""

    by_package: t.Mapping[Package, t.Sequence[Vulnerability]] = field(default_factory=dict)

    def of(self, package: Package, version: str) -> list[dict[str, str]]:
        """Tell the vulnerabilities of a version, as facts."""
        found = {}
        for one in self.by_package.get(package, ()) if version else ():
            affected = one.affected(version)
            if affected is not None:
                found[one.id] = _told(one, affected)
        return [found[key] for key in sorted(found)]


def package_of(kind: str, name: str) -> Package:
    """Tell what feeds call an extension of a kind."""
    return ("theme" if kind == "theme" else "plugin", name.lower())


def _told(one: Vulnerability, affected: str) -> dict[str, str]:
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "affected": affected,
        "fixed": ", ".join(one.fixed),
        "link": one.link,
    }
