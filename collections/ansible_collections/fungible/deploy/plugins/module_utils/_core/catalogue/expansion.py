# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which extensions does a site get, by the catalogue's chains and its own list, in which order? As a plain manifest.

Faces call this before anything else. What hosts get says the version and source of each extension, and no more; where
a catalogue leaves that open, it is the lock that says it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import partial

from ..errors import ManifestError
from ..lock import wanted
from ..lock.wanted import Want
from ..manifest import schema as s
from ..manifest.manifest import EXTENSION, GONE, require_sense, require_unique
from ..manifest.model import Notes
from . import catalogue, demands
from .catalogue import Catalogue, Entry
from .demands import Link, Links, Said

if t.TYPE_CHECKING:
    from ..lock.file import Lock

    Find = t.Callable[[], t.Optional[Lock]]

Data = t.Mapping[str, t.Any]
Listed = dict[str, t.Callable[[], str]]  # each name, and why it is in the chain
NONE: t.Final = Catalogue({}, {}, refuses_unknown=False)
SAID: t.Final[Data] = {"version": "", "source": None, "kind": "plugin", "requires": None, "before": (), "after": ()}


@dataclass(frozen=True)
class Expanded:
    """Be a manifest that needs no catalogue, and what people should hear of how it came to be."""

    manifest: t.Any = field(repr=False)
    warnings: tuple[str, ...] = ()
    notes: Notes = field(default_factory=Notes)


def expand(site: str, manifest: t.Any, shared: t.Any = None, lock: Find = lambda: None) -> Expanded:
    """Turn a site's manifest, with the catalogue that sites share and the lock, into a plain one.

    `lock` finds the lock; it is called only where the chain leaves something open.
    """
    plugins = manifest.get("plugins") if isinstance(manifest, t.Mapping) else None
    if plugins is None:
        return Expanded(manifest)
    links, warnings = _chain(site, plugins, catalogue.parse(shared))
    found = lock() if any(one.want for one in links.values()) else None
    links = {name: _locked(site, one, found) for name, one in links.items()}
    demands.require_what_is_required(site, links, _application(manifest))
    chain = [one.plain for one in demands.in_order(site, links)]
    rest = {key: value for key, value in plugins.items() if key not in ("chains", "remove")}
    whole = {**manifest, "plugins": {**rest, "use": chain} if chain else rest}
    notes = Notes(demands.php(links), tuple(name for name, one in links.items() if one.want))
    return Expanded(whole, warnings, notes)


def wanted_of_sites(sites: Data, known: Catalogue | None) -> t.Iterator[Want]:
    """Tell what sites want that has to be resolved."""
    for site, manifest in sites.items():
        plugins = manifest.get("plugins") if isinstance(manifest, t.Mapping) else None
        if plugins is not None:
            links, _warnings = _chain(site, plugins, known)
            yield from (one.want for one in links.values() if one.want)


def wanted_of_catalogue(known: Catalogue | None) -> t.Iterator[Want]:
    """Tell what a catalogue lists that has to be resolved, whether a site uses it or not."""
    for name, one in (known or NONE).extensions.items():
        if not one.read["source"].is_exact:
            yield Want(name, one.read["kind"], one.read["version"], one.read["source"])


def _chain(site: str, plugins: Data, known: Catalogue | None) -> tuple[Links, tuple[str, ...]]:
    """Make the links of a site's chain, as they are declared, and tell what people should hear of them."""
    where = f"{site}.plugins"
    declared = catalogue.DECLARED.parse(plugins, where)
    own = _own(where, plugins, declared)
    listed = _listed(where, declared, own, known or NONE)
    warnings = () if known is None else _unlisted(own, known)
    return _links(listed, own, known or NONE), warnings


def _locked(site: str, link: Link, lock: Lock | None) -> Link:
    """Give a link the version and bytes that it was resolved to, and what its headers demand."""
    if link.want is None:
        return link
    found = lock.by_want.get(link.want) if lock else None
    if not lock or not found:
        what = "is not in the lock" if lock else "has to be locked, and there is no lock"
        raise ManifestError(f"{site}.plugins: {link} {what}: {link.want}: make the lock first, then run this again")
    plain = {**link.plain, "version": found.version, "source": found.source(lock.artifacts)}
    says = Said(found.requires, f"the headers of {link.name} {found.version}")
    return replace(link, plain=plain, requires=(*link.requires, says))


def _own(where: str, plugins: Data, declared: Data) -> dict[str, Entry]:
    """Tell the site's own entries by their names."""
    names = [one["name"] for one in declared["use"]]
    require_unique(f"{where}.use", names, "plugin")
    both = zip(plugins.get("use") or (), declared["use"])
    return {read["name"]: Entry(f"{where}.use[{index}]", raw, read) for index, (raw, read) in enumerate(both)}


def _listed(where: str, declared: Data, own: t.Mapping[str, Entry], known: Catalogue) -> Listed:
    """List the names: those of the chains, what chains include before them, then the site's own."""
    catalogue.require_known(f"{where}.chains", declared["chains"], known.chains, "is not in catalogue.chains")
    chains = known.includes(declared["chains"])
    found: Listed = {}
    for chain in chains.order:
        for name in known.chains[chain]["use"]:
            found.setdefault(name, partial(_through, chain, chains.pulled_by))
    catalogue.require_known(f"{where}.remove", declared["remove"], found, "is in none of the site's chains")
    for index, name in enumerate(declared["remove"]):
        if name in own:
            raise ManifestError(f"{where}.remove[{index}]: {name} is {own[name].where} too: take one of these out")
        found.pop(name, None)
    for name, one in own.items():
        found.setdefault(name, partial(str, one.where))
    return found


def _through(chain: str, pulled_by: t.Mapping[str, str]) -> str:
    """Tell through which chains an extension came."""
    said = [f"chain {chain}"]
    while chain in pulled_by:
        chain = pulled_by[chain]
        said.append(f"included by {chain}")
    return ", ".join(said)


def _unlisted(own: t.Mapping[str, Entry], known: Catalogue) -> tuple[str, ...]:
    """Tell what the site uses that the catalogue does not have, unless that is an error."""
    found = []
    for name, one in own.items():
        if name not in known.extensions and one.read["state"] not in GONE:
            line = f"{one.where}: {name} is not in the catalogue"
            if known.refuses_unknown or not _is_whole(one):
                raise ManifestError(f"{line}{s.nearest(name, known.extensions) or ': add it there'}")
            found.append(line)
    return tuple(found)


def _is_whole(one: Entry) -> bool:
    """Tell whether an entry could do without the catalogue."""
    return bool(one.read["source"] and (one.read["version"] or not one.read["source"].is_exact))


def _links(listed: Listed, own: t.Mapping[str, Entry], known: Catalogue) -> Links:
    names = {*listed, *known.extensions}
    for one in own.values():
        _check(one, known.extensions.get(one.read["name"]), names)
    return {
        name: _link(name, came, [one for one in (own.get(name), known.extensions.get(name)) if one])
        for name, came in listed.items()
    }


def _check(own: Entry, shared: Entry | None, names: t.Collection[str]) -> None:
    """Insist that a site's own entry makes sense, for itself and over that of the catalogue."""
    require_sense(own.read, own.where)
    if own.read["state"] in GONE:
        return
    source = own.read["source"]
    if not shared:
        for key in ("version", "source"):
            if not own.read[key] and (key == "source" or not source or source.is_exact):
                raise ManifestError(f"{own.where}.{key}: is missing: {EXTENSION.fields[key].help}")
    if source:
        version = own.read["version"]
        wanted.check(own.where, shared.read["version"] if shared and version is None else version or "", source)
    elif shared and own.read["version"] not in (None, shared.read["version"]) and shared.read["source"].is_exact:
        raise ManifestError(
            f"{own.where}.source: is missing: the catalogue's is that of version {shared.read['version']}, "
            f"not of {own.read['version']}"
        )
    for key in ("before", "after"):
        lacks = "is neither in the site's chain nor in the catalogue"
        catalogue.require_known(f"{own.where}.{key}", own.read[key] or (), names, lacks)


def _link(name: str, came: t.Callable[[], str], entries: t.Sequence[Entry]) -> Link:
    """Make one link of what is said of it, the site's own word before the catalogue's, key by key."""
    plain: dict[str, t.Any] = {"name": name}
    if entries[0].read["state"] in GONE:  # it demands nothing, and needs no version
        said = {**entries[0].read, "kind": next((one.read["kind"] for one in entries if one.read["kind"]), None)}
        keys = ("name", "kind", "state", "purge", "deactivation")
        return Link(name, {key: said[key] for key in keys if said[key]}, came)
    for one in entries:
        plain = {**{key: value for key, value in one.raw.items() if key in EXTENSION.fields}, **_without_none(plain)}
    said = {key: one for one in reversed(entries) for key in SAID if one.read[key] is not None}
    read = {key: said[key].read[key] if key in said else value for key, value in SAID.items()}
    requires = (Said(read["requires"], f"{said['requires'].where}.requires"),) if "requires" in said else ()
    return Link(
        name,
        plain,
        came,
        requires=requires,
        before=tuple(read["before"]),
        after=tuple(read["after"]),
        said={key: f"{one.where}.{key}" for key, one in said.items()},
        want=None if read["source"].is_exact else Want(name, read["kind"], read["version"], read["source"]),
    )


def _without_none(data: Data) -> Data:
    return {key: value for key, value in data.items() if value is not None}


def _application(manifest: Data) -> dict[str, str]:
    """Tell the application's version by its kind, as far as the manifest says so."""
    app = manifest.get("app")
    kind, version = (app.get("kind"), app.get("version")) if isinstance(app, t.Mapping) else (None, None)
    return {kind: version} if isinstance(kind, str) and isinstance(version, str) else {}
