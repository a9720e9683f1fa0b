# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What may a catalogue say, and a site's `plugins` that take from it? Their tables of keys, and what contradicts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .. import versions
from ..errors import ManifestError
from ..kinds.registry import KINDS
from ..lock import wanted
from ..manifest import schema as s
from ..manifest.manifest import DEACTIVATION, EXTENSION, PLUGINS, PURGE, SLUG, STATE, site_schema
from .order import LineUp, line_up

if t.TYPE_CHECKING:
    from ..kinds.protocol import Kind

WHERE: t.Final = "catalogue"
RANGE: t.Final = s.Text(versions.RANGE, "must be comparisons such as >=5.8 or >=5.8,<7")
REQUIREMENT: t.Final = s.Text(
    rf"{SLUG.pattern}(?:{versions.RANGE})?", "must be a name, or a name and its versions such as audit-log>=1.2"
)
NAMES: t.Final = s.ListOf(SLUG)


@dataclass(frozen=True)
class Requires:
    """Be what an extension needs to work."""

    wordpress: str = ""
    php: str = ""
    extensions: tuple[str, ...] = ()

    def of_application(self, kind: str) -> str:
        """Tell the versions of an application that will do; all where it says nothing of that kind."""
        return self.wordpress if kind == "wordpress" else ""


REQUIRES: t.Final = s.Record(
    {
        "wordpress": s.Field(RANGE, "versions of WordPress, compared with app.version", ""),
        "php": s.Field(RANGE, "versions of PHP, compared with those that a host runs the application on", ""),
        "extensions": s.Field(
            s.ListOf(REQUIREMENT), "extensions that must be in the chain and enabled; they come before it", ()
        ),
    },
    lambda extensions, **values: Requires(extensions=tuple(extensions), **values),
)
DEMANDS: t.Final = {
    "requires": s.Field(REQUIRES, "what it needs to work", None),
    "before": s.Field(NAMES, "what it comes before, where the chain has that", None),
    "after": s.Field(NAMES, "what it comes after, where the chain has that", None),
}
OF_EXTENSION: t.Final = {
    **{key: one for key, one in EXTENSION.fields.items() if key != "name"},
    "version": s.Field(
        wanted.VERSIONS, "its version, in quotes, or those that the lock may choose from, such as >=5.3,<6", ""
    ),
    "source": s.Field(wanted.SOURCES, EXTENSION.fields["source"].help),
}
ENTRY: t.Final = s.Record(
    {
        **OF_EXTENSION,
        "approved_by": s.Field(s.Text(), "who approved it, and when; a note for people", ""),
        **DEMANDS,
    }
)
CHAIN: t.Final = s.Record(
    {
        "include": s.Field(NAMES, "chains whose extensions come first", ()),
        "use": s.Field(NAMES, "extensions of the catalogue, in their order", ()),
    }
)
CATALOGUE: t.Final = s.Record(
    {
        "extensions": s.Field(s.MapOf(SLUG, ENTRY), "every extension that a site may use, by name", {}),
        "chains": s.Field(s.MapOf(SLUG, CHAIN), "lists of them that sites share, by name", {}),
        "unknown": s.Field(
            s.Choice(("error", "warn")), "what it is when a site uses an extension that is not listed", "error"
        ),
    }
)


def _from_catalogue(one: s.Field) -> s.Field:
    """Make a key that takes its default from the catalogue."""
    otherwise = f", or {one.default}" if isinstance(one.default, str) and one.default else ""
    return replace(one, help=f"{one.help}; default: the catalogue's{otherwise}", default=None)


USE: t.Final = s.Record(
    {
        "name": EXTENSION.fields["name"],
        **{key: _from_catalogue(one) for key, one in {**OF_EXTENSION, "state": STATE, **DEMANDS}.items()},
        "purge": PURGE,
        "deactivation": DEACTIVATION,
    }
)
DECLARED: t.Final = s.Record(
    {
        "chains": s.Field(NAMES, "chains of the catalogue, in their order", ()),
        "use": s.Field(s.ListOf(USE), "the site's own extensions, after its chains; or what it changes of theirs", ()),
        "remove": s.Field(NAMES, "extensions of its chains that the site does not have", ()),
        "locked": PLUGINS.fields["locked"],
    }
)


@dataclass(frozen=True)
class Entry:
    """Be what is said of one extension in one place: as it stands there, and as it was read."""

    where: str
    raw: t.Mapping[str, t.Any] = field(repr=False)
    read: t.Mapping[str, t.Any] = field(repr=False)


@dataclass(frozen=True)
class Catalogue:
    """Be what the sites of a fleet may use."""

    extensions: t.Mapping[str, Entry]
    chains: t.Mapping[str, t.Mapping[str, t.Sequence[str]]]
    refuses_unknown: bool

    def includes(self, chains: t.Iterable[str]) -> LineUp:
        """Line up chains, what they include first."""
        return line_up(chains, {name: one["include"] for name, one in self.chains.items()})


def declared_schema(kinds: t.Mapping[str, Kind] = KINDS) -> s.Record:
    """Tell the shape of a manifest as people write it, before it is expanded by a catalogue."""
    return site_schema(kinds, DECLARED)


def parse(data: t.Any) -> Catalogue | None:
    """Make a catalogue of what was written; nothing, or an empty mapping, is none, and a catalogue is one."""
    if isinstance(data, Catalogue):
        return data
    if data is None or data == {}:
        return None
    known = CATALOGUE.parse(data, WHERE)
    raw = data.get("extensions") or {}
    extensions = {name: Entry(_at(name), raw[name], read) for name, read in known["extensions"].items()}
    found = Catalogue(extensions, known["chains"], known["unknown"] == "error")
    for one in extensions.values():
        wanted.check(one.where, one.read["version"], one.read["source"])
        for key in ("before", "after"):
            require_known(f"{one.where}.{key}", one.read[key] or (), extensions, "is not in catalogue.extensions")
    _check_chains(found)
    return found


def _at(name: str) -> str:
    return f"{WHERE}.extensions.{name}"


def _check_chains(found: Catalogue) -> None:
    for name, one in found.chains.items():
        where = f"{WHERE}.chains.{name}"
        require_known(f"{where}.include", one["include"], found.chains, "is not in catalogue.chains")
        require_known(f"{where}.use", one["use"], found.extensions, "is not in catalogue.extensions")
    cycle = found.includes(found.chains).cycle
    if cycle:
        said = ", ".join(f"{name} includes {cycle[(at + 1) % len(cycle)]}" for at, name in enumerate(cycle))
        raise ManifestError(f"{WHERE}.chains: {said}: take one of these out")


def require_known(where: str, names: t.Iterable[str], known: t.Collection[str], lacks: str) -> None:
    """Insist that each name of a list is known."""
    for index, name in enumerate(names):
        if name not in known:
            raise ManifestError(
                f"{where}[{index}]: {name} {lacks}{s.nearest(name, known) or ': add it or take it out'}"
            )
