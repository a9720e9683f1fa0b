# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What may a manifest say? The one table of its keys, and how a mapping becomes a site."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from .. import redirects
from ..errors import ManifestError
from ..kinds.registry import KINDS
from ..stores.registry import STORES
from . import schema as s
from .model import App, Extension, ExtensionKind, Health, Removed, Route, RuntimeName, Site, Source

if t.TYPE_CHECKING:
    from ..kinds.protocol import Kind

NAME: t.Final = s.Text(r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?", "must be at most 24 lower-case letters, digits and -")
SLUG: t.Final = s.Text(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", "must be letters, digits, . _ and -")
FOLDER: t.Final = s.Text(rf"(?!.*\.php$){SLUG.pattern}", f"{SLUG.rule}, without .php at its end")
VERSION: t.Final = s.Text(r"[A-Za-z0-9](?:[A-Za-z0-9.+_-]{0,30}[A-Za-z0-9])?", "must be letters, digits, . + _ and -")
SHA256: t.Final = s.Text(r"[0-9a-f]{64}", "must be 64 lower-case hexadecimal digits")
URL_PATH: t.Final = s.Text(r"/[^\s]*", "must be a path that begins with /")
URL: t.Final = s.Url()
ORIGIN: t.Final = s.Text(r"https?://[^\s/]+", "must be a URL without a path")
ABSOLUTE: t.Final = s.Text(r"/[^\x00-\x1f\x7f]*", "must be an absolute path")
HOST: t.Final = s.Text(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", "must be a host name in lower case")
LISTEN: t.Final = s.Text(r"(?:\*|[0-9.]+|\[[0-9a-f:]+\]):[0-9]{1,5}", "must be address:port, such as *:80")
USER: t.Final = s.Text(r"[a-z_][a-z0-9_-]{0,30}", "must be a user's name")
SECRET: t.Final = s.Text(r"[^\x00-\x1f\x7f]{16,}", "must be at least 16 characters", secret=True)

SOURCE: t.Final = s.Record(
    {
        "sha256": s.Field(SHA256, "the digest of the artifact's bytes"),
        "url": s.Field(URL, "where each host fetches it from", ""),
        "path": s.Field(ABSOLUTE, "a file on the host", ""),
        "file": s.Field(s.Text(), "a file on the controller or master", ""),
        "tree": s.Field(SHA256, "the digest of what it unpacks to, verified when it is unpacked", ""),
        "redirects": s.Field(redirects.ALLOWED, "other hosts that a download from `url` may be redirected to", ()),
    },
    lambda redirects, **values: Source(redirects=tuple(redirects), **values),
)
HEALTH: t.Final = s.Record(
    {
        "path": s.Field(URL_PATH, "what is asked for", "/"),
        "status": s.Field(s.Number(100, 599), "the answer that means healthy", 200),
        "within": s.Field(s.Duration(), "how long it may take from the start", 30),
        "warm": s.Field(s.ListOf(URL_PATH), "paths asked for before it gets traffic, so that its caches are full", ()),
    },
    lambda **values: Health(**{**values, "warm": tuple(values["warm"])}),
)
EXTENSION: t.Final = s.Record(
    {
        "name": s.Field(FOLDER, "its name, and its folder's"),
        "version": s.Field(VERSION, "its version, in quotes"),
        "source": s.Field(SOURCE, "where its artifact comes from"),
        "kind": s.Field(s.Choice(tuple(kind.value for kind in ExtensionKind)), "what it is", "plugin"),
        "state": s.Field(s.Choice(("enabled", "disabled")), "disabled: its files are there, but not loaded", "enabled"),
        "network": s.Field(s.Flag(), "activate it for the whole network of a multisite", False),
    },
    lambda kind, state, **values: Extension(kind=ExtensionKind(kind), enabled=state == "enabled", **values),
)
GONE: t.Final = ("absent", "purged")
STATE: t.Final = s.Field(
    s.Choice(("enabled", "disabled", *GONE)),
    "disabled: its files are there, but not loaded; absent: its files are gone; purged: its data are too",
    "enabled",
)
PURGE: t.Final = s.Field(s.Text(), "its name once more, where its data are to be deleted", "")
DEACTIVATION: t.Final = s.Field(
    s.Choice(("skip",)), "skip: it goes without its deactivation routine, which fails; with `state: absent`", ""
)
REMOVED: t.Final = s.Record(
    {
        **EXTENSION.fields,
        "version": replace(EXTENSION.fields["version"], default=""),
        "source": replace(EXTENSION.fields["source"], default=None),
        "state": replace(STATE, type=s.Choice(GONE), default=s.REQUIRED),
        "purge": PURGE,
        "deactivation": DEACTIVATION,
    }
)


class Entry:
    """Be one entry of a chain: an extension that is there, or one that is to be gone."""

    def parse(self, value: t.Any, where: str) -> Extension | Removed:
        if not (isinstance(value, t.Mapping) and value.get("state") in GONE):
            found: Extension = EXTENSION.parse(value, where)
            return found
        known = REMOVED.parse(value, where)
        require_sense(known, where)
        kind, untold = ExtensionKind(known["kind"]), bool(known["deactivation"])
        return Removed(known["name"], known["state"] == "purged", kind, untold)

    def json_schema(self) -> dict[str, t.Any]:
        return {"anyOf": [EXTENSION.json_schema(), REMOVED.json_schema()]}


def require_sense(known: t.Mapping[str, t.Any], where: str) -> None:
    """Insist that whoever deletes data says so by name, and that only what goes is spared its routine."""
    name = known["name"]
    if known["deactivation"] and known["state"] != "absent":
        raise ManifestError(f"{where}.deactivation: goes with state: absent: say that too, or take it out")
    if known["state"] == "purged" and known["purge"] != name:
        raise ManifestError(f"{where}.purge: must be {name}, since purging deletes what {name} keeps in the database")


PLUGINS: t.Final = s.Record(
    {
        "use": s.Field(s.ListOf(Entry()), "the plugin chain, in its order", ()),
        "locked": s.Field(s.Flag(), "nobody changes plugins or core from the browser", True),
    }
)
ROUTE: t.Final = s.Record(
    {
        "host": s.Field(HOST, "the host name"),
        "router": s.Field(s.Choice(("haproxy",)), "what holds the route", "haproxy"),
        "listen": s.Field(LISTEN, "where the router listens for it", "*:80"),
        "url": s.Field(
            ORIGIN, "what visitors type, such as https://a.example; default: http, the host and the port", ""
        ),
        "drain": s.Field(s.Duration(), "how long requests in flight may take to finish after a cutover", 30),
    },
    lambda router, **values: Route(**values),
)
MIGRATION: t.Final = s.Record(
    {
        "backup": s.Field(s.Flag(), "back up databases before a migration", True),
        "within": s.Field(s.Duration(), "how long each routine of an extension may take", 300),
    }
)
APP: t.Final = {
    "kind": s.Field(s.Text(), "the kind of application"),
    "version": s.Field(VERSION, "the application's version, in quotes"),
    "source": s.Field(SOURCE, "where its artifact comes from"),
    "secret": s.Field(SECRET, "one secret a site, from a vault; keys and salts are derived from it"),
    "health": s.Field(HEALTH, "how an instance shows that it can serve", Health()),
    "runtime": s.Field(
        s.Choice(tuple(name.value for name in RuntimeName)), "what runs it; default: systemd where it is", None
    ),
    "user": s.Field(USER, "whom its processes run as; default: a system user of its own", ""),
    "keep": s.Field(s.Number(2, 100), "how many releases stay on the host, the live and the last good one included", 3),
    "reload": s.Field(s.ListOf(s.Text()), "runtime none: a command and its arguments, run after the cutover", ()),
}


def site_schema(kinds: t.Mapping[str, Kind] = KINDS, plugins: s.Record = PLUGINS) -> s.Record:
    """Tell the shape of one site's manifest, for the kinds of application that there are."""
    apps = {
        name: s.Record({**APP, "kind": s.Field(s.Choice((name,)), APP["kind"].help), **kind.fields})
        for name, kind in kinds.items()
    }
    stores = {kind: s.Record(store.fields) for kind, store in STORES.items()}
    slot = s.Text(r"[a-z][a-z0-9_]{0,30}", "must be lower-case letters, digits and _")
    return s.Record(
        {
            "app": s.Field(s.OneOf("kind", apps), "the application"),
            "stores": s.Field(s.MapOf(slot, s.OneOf("kind", stores)), "its persistent stores, by name", {}),
            "plugins": s.Field(plugins, "its plugin chain", {"use": (), "locked": True}),
            "routes": s.Field(s.ListOf(ROUTE), "the host names that it answers", ()),
            "migration": s.Field(MIGRATION, "how its stores are migrated", {"backup": True, "within": 300}),
        }
    )


def parse(name: str, data: t.Any, kinds: t.Mapping[str, Kind] = KINDS) -> Site:
    """Make a site from its manifest, or raise `ManifestError` naming the key, its path and the nearest valid one."""
    NAME.parse(name, "site name")
    known = site_schema(kinds).parse(data, name)
    chain = known["plugins"]["use"]
    site = Site(
        name=name,
        app=_app(name, known["app"], kinds),
        stores=tuple(_store(store, values) for store, values in known["stores"].items()),
        plugins=tuple(one for one in chain if isinstance(one, Extension)),
        removed=tuple(one for one in chain if isinstance(one, Removed)),
        locked=known["plugins"]["locked"],
        routes=tuple(known["routes"]),
        **known["migration"],
    )
    _check(site)
    site.app.kind.check(site)
    return site


def parse_chain(name: str, data: t.Any) -> tuple[tuple[Extension, ...], tuple[Removed, ...]]:
    """Read what is to be there and what is to be gone, and nothing else: of a site that is kept where it is."""
    NAME.parse(name, "site name")
    passed = site_schema().fields.keys() - {"plugins"}
    only = {key: one for key, one in data.items() if key not in passed} if isinstance(data, t.Mapping) else data
    chain = s.Record({"plugins": s.Field(PLUGINS, "its plugin chain")}).parse(only, name)["plugins"]["use"]
    plugins = tuple(one for one in chain if isinstance(one, Extension))
    removed = tuple(one for one in chain if isinstance(one, Removed))
    _check_chain(name, plugins, removed)
    return plugins, removed


def require_valid(name: str, data: t.Any, path: str = "") -> None:
    """Insist that a manifest is one; of a site that is kept where it is (its path), only the chain has to be."""
    if path:
        parse_chain(name, data)
    else:
        parse(name, data)


def _app(name: str, values: dict[str, t.Any], kinds: t.Mapping[str, Kind]) -> App:
    common = {key: value for key, value in values.items() if key in APP and key not in ("kind", "runtime", "reload")}
    return App(
        kind=kinds[values["kind"]],
        runtime=RuntimeName(values["runtime"]) if values["runtime"] else None,
        reload=tuple(values["reload"]),
        options={key: value for key, value in values.items() if key not in APP},
        **common,
    )


def _store(name: str, values: dict[str, t.Any]) -> t.Any:
    kind = STORES[values["kind"]]
    return kind(name=name, **{key: value for key, value in values.items() if key != "kind"})


def _check(site: Site) -> None:
    require_one_place(f"{site.name}.app.source", site.app.source)
    _check_chain(site.name, site.plugins, site.removed)
    require_unique(f"{site.name}.routes", [f"{route.host} on {route.listen}" for route in site.routes], "route")
    mounts = sorted(f"{store.mount}/" for store in site.stores if store.mount)
    for outer, inner in zip(mounts, mounts[1:]):
        if inner.startswith(outer):
            raise ManifestError(
                f"{site.name}.stores: the mount {inner[:-1]} lies in the mount {outer[:-1]}: give each its own place"
            )
    if site.app.runtime is RuntimeName.NONE and site.routes:
        raise ManifestError(f"{site.name}.routes: with runtime none your own web server holds the routes: remove them")


def _check_chain(site: str, plugins: t.Sequence[Extension], removed: t.Sequence[Removed]) -> None:
    for index, one in enumerate(plugins):
        require_one_place(f"{site}.plugins.use[{index}].source", one.source)
    names = [one.name for one in plugins] + [one.name for one in removed]
    require_unique(f"{site}.plugins.use", names, "plugin")


def require_one_place(where: str, source: Source) -> None:
    """Insist that a source says where it comes from, and does so once."""
    places = [place for place in ("url", "path", "file") if getattr(source, place)]
    if len(places) != 1:
        raise ManifestError(f"{where}: must have one of url, path and file, not {' and '.join(places) or 'none'}")


def require_unique(where: str, names: t.Iterable[str], what: str) -> None:
    """Insist that each name is there once."""
    for name, count in Counter(names).items():
        if count > 1:
            raise ManifestError(f"{where}: {what} {name} is there {count} times: keep one")


def with_source_at(site: Site, paths: t.Mapping[str, str]) -> Site:
    """Say where on the host the artifacts that travelled from the controller are, by their sha256."""
    plugins = with_sources_at(site.plugins, paths)
    return replace(site, app=replace(site.app, source=_moved(site.app.source, paths)), plugins=plugins)


def with_sources_at(plugins: t.Iterable[Extension], paths: t.Mapping[str, str]) -> tuple[Extension, ...]:
    """Say the same of a chain alone."""
    return tuple(replace(one, source=_moved(one.source, paths)) for one in plugins)


def _moved(source: Source, paths: t.Mapping[str, str]) -> Source:
    return replace(source, path=paths[source.sha256]) if source.sha256 in paths else source
