# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which extension has which version where, and what is wrong with it? Rows, made of the facts of all hosts."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, replace

from .vulnerabilities import CORE, Known, Package, package_of

Facts = t.Mapping[str, t.Any]
Updates = t.Mapping[str, t.Mapping[str, str]]  # what a lock update would reach, by site and extension
APPLICATION: t.Final = "application"


@dataclass(frozen=True)
class Row:
    """Be one extension of one site on one host, or the site's application, or what could not be asked."""

    host: str
    site: str = ""
    name: str = ""
    kind: str = ""
    state: str = ""
    declared: str = ""
    on_disk: str = ""
    live: str = ""
    drift: tuple[str, ...] = ()
    vulnerabilities: tuple[t.Mapping[str, str], ...] = ()
    update: str = ""  # the newest version that a lock update would reach

    @property
    def package(self) -> Package:
        return CORE if self.kind == APPLICATION else package_of(self.kind, self.name)

    @property
    def versions(self) -> list[str]:
        """Tell each version of it that is somewhere, once."""
        return sorted({one for one in (self.live, self.on_disk or self.declared) if one})


def rows(hosts: t.Mapping[str, Facts], known: Known, updates: Updates) -> list[Row]:
    """Make the rows, in an order that is the same whatever order the hosts answered in."""
    found = [row for host in sorted(hosts) for row in _of_host(host, hosts[host])]
    elsewhere = _between_hosts(found)
    return [
        replace(
            row,
            drift=(*row.drift, *elsewhere.get((row.host, row.site, row.kind, row.name), ())),
            vulnerabilities=tuple(
                {**one, "version": version} for version in row.versions for one in known.of(row.package, version)
            ),
            update=_of_site_on(row, updates).get(row.name, "") if row.state in ("enabled", "disabled") else "",
        )
        for row in found
    ]


def _of_site_on(row: Row, updates: Updates) -> t.Mapping[str, str]:
    """Find what is told of a site; one that a host declares in another way than others do is told for that host."""
    return updates.get(f"{row.site} on {row.host}", updates.get(row.site, {}))


def packages(hosts: t.Mapping[str, Facts]) -> frozenset[Package]:
    """Tell what there is to ask of a feed."""
    return frozenset(row.package for host, facts in hosts.items() for row in _of_host(host, facts) if row.name)


def _of_host(host: str, facts: Facts) -> t.Iterator[Row]:
    if facts.get("error"):
        yield Row(host, drift=(f"could not be asked: {facts['error']}",))
        return
    sites = facts.get("sites") or {}
    for site in sorted(sites):
        yield from _of_site(host, site, sites[site])


def _of_site(host: str, site: str, facts: Facts) -> t.Iterator[Row]:
    if facts.get("error"):
        yield Row(host, site, drift=(f"could not be read: {facts['error']}",))
        return
    app = facts["app"]
    yield Row(
        host,
        site,
        app["kind"],
        APPLICATION,
        "enabled",
        app["version"],
        app["version"] if facts["staged"] else "",
        app["loaded"],
        tuple(_release_drift(facts)),
    )
    for one in facts["extensions"]:
        yield Row(
            host,
            site,
            one["name"],
            one["kind"],
            one["state"],
            one["version"],
            one["on_disk"],
            one.get("loaded", ""),
            tuple(_drift(one, facts)),
        )


def _release_drift(facts: Facts) -> t.Iterator[str]:
    if not facts["staged"]:
        yield "not staged"
    if facts["app"]["differing"]:
        yield f"{facts['app']['differing']} files differ"
    if not facts["live"]:
        yield "not live"
    elif facts["live"] != facts["release"]:
        yield f"live is {facts['live']}"


def _drift(one: Facts, facts: Facts) -> t.Iterator[str]:
    """Tell how an extension is not as declared; a release that is not there at all is told once, of the application."""
    if one["state"] == "undeclared":
        yield "nobody declared it"
    if one.get("differing"):
        yield f"{one['differing']} files differ"
    if not one["version"]:
        return
    if facts["staged"] and one["on_disk"] not in ("", one["version"]):
        yield f"declared {one['version']}, its files say {one['on_disk']}"
    loaded, loads = one.get("loaded", ""), one["state"] == "enabled" and one["kind"] in ("plugin", "mu-plugin")
    if facts["live"] and loads and loaded != (one["on_disk"] or one["version"]):
        yield f"live is {loaded}" if loaded else "not loaded"
    if facts["live"] and loaded and one["state"] != "enabled":
        yield f"{one['state']}, and loaded"


def _between_hosts(found: t.Sequence[Row]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Tell of each row which other versions the same extension of the same site has on other hosts."""
    where: dict[tuple[str, str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        if row.name:
            where[row.site, row.kind, row.name][row.live or row.on_disk].append(row.host)
    return {
        (host, *key): tuple(
            f"{other or 'nothing'} on {some(names)}" for other, names in sorted(versions.items()) if other != version
        )
        for key, versions in where.items()
        if len(versions) > 1
        for version, hosts in versions.items()
        for host in hosts
    }


def some(names: t.Sequence[str], most: int = 3) -> str:
    """Name a few, and say how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
