# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is in a WordPress that people kept by hand, and which catalogue and manifest describe it? Read, never run.

The folder is its site's, so nothing in it is trusted: no link is followed, and only text files of a fair size are read.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from posixpath import dirname, join

from ..errors import HostError
from ..kinds.protocol import Folder
from ..kinds.wordpress import contents as wordpress_contents
from ..kinds.wordpress import published as wordpress_published
from ..manifest.manifest import FOLDER, SLUG, VERSION
from ..manifest.model import ExtensionKind
from . import active
from .active import Active
from .whereabouts import require_paths, require_told

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..kinds.protocol import Found
    from .whereabouts import Whereabouts

Facts = dict[str, t.Any]
MARK: t.Final = "wp-includes/version.php"
MOST: t.Final = 4 << 20  # bytes of a file that is read
PLACES: t.Final = (
    wordpress_contents.CONTENT,
    wordpress_contents.PLUGINS,
    wordpress_contents.MUST_USE,
    wordpress_contents.THEMES,
)
OWN: t.Final = ("wp-admin", "wp-includes")
DIRECTORY: t.Final = {"directory": "wordpress.org"}
WHY: t.Final = {
    "same": "",
    "differs": "differs from what wordpress.org published",
    "none": "nothing is published of it to compare it with",
    "unknown": "could not be compared with what wordpress.org published",
}
SUPPLY: t.Final = "the manifest still needs app.source, app.secret, its stores and its routes"


@dataclass(frozen=True)
class Seen:
    """Be what was found in the folder, and how it differs from what was published."""

    path: str
    version: str
    extensions: tuple[Found, ...]
    links: t.Mapping[str, str] = field(default_factory=dict)
    checkouts: tuple[str, ...] = ()
    published: Facts = field(default_factory=dict)
    active: Active = field(default_factory=Active)


def facts(host: Host, where: Whereabouts, *, published: bool = False, published_url: str = "") -> Facts:
    """Tell what is there, and the catalogue and manifest that describe it."""
    seen = observe(host, where, published, published_url)
    catalogue, manifest, notes = described(seen)
    return {
        "path": seen.path,
        "version": seen.version,
        "extensions": [_told(one, seen) for one in seen.extensions],
        "links": dict(seen.links),
        "checkouts": list(seen.checkouts),
        "application": seen.published.get("application", {"state": "unknown"}),
        "catalogue": catalogue,
        "manifest": manifest,
        "notes": notes,
    }


def version_of(host: Host, where: Whereabouts) -> str:
    """Tell which WordPress is there, and insist that there is one, which loads what we look at."""
    require_paths(where)
    version = wordpress_published.release_of(_text(host, where.at(MARK)))[0]
    if not version:
        raise HostError(
            f"{where.path}: is no WordPress: {MARK} tells no version: give the folder that wp-settings.php is in"
        )
    require_told(host, where)
    return version


def contents_of(host: Host, where: Whereabouts) -> tuple[Found, ...]:
    """Tell its extensions, by the headers of their files."""
    folder = Folder(
        lambda at: _names_at(host, where, at),
        lambda at: _text(host, where.at(at)) if _is_own(host, where, at) else "",
    )
    return wordpress_contents.contents(folder).extensions


def observe(host: Host, where: Whereabouts, published: bool, base: str) -> Seen:
    """Look into the folder."""
    version, found = version_of(host, where), contents_of(host, where)
    inside = [f"{place}/{name}" for place in PLACES for name in _names_at(host, where, place)]
    links = {at: _link(host, where.at(at)) for at in (*PLACES, *inside)}
    plugins = {one.path: one.version for one in found if one.kind == "plugin"}
    folders = [place for place in plugins if not place.endswith(".php")]
    return Seen(
        where.path,
        version,
        found,
        {_utf8(at): _utf8(target) for at, target in links.items() if target},
        tuple(one.path for one in found if host.stat(join(where.at(one.path), ".git"))),
        wordpress_published.facts(host, where.at, _files(host, where, folders), plugins, base) if published else {},
        active.observe(host, where.path),
    )


def _is_own(host: Host, where: Whereabouts, at: str) -> bool:
    """Tell whether no folder around it is a link."""
    above = dirname(at)
    seen = host.stat(where.at(above)) if above else None
    return not above or (seen is not None and seen.kind == "d" and _is_own(host, where, above))


def _names_at(host: Host, where: Whereabouts, at: str) -> list[str]:
    return _names(host, where.at(at)) if _is_own(host, where, at) else []


def _names(host: Host, path: str) -> list[str]:
    """List a folder, unless it is a link; a name that is no UTF-8 is no extension's."""
    seen = host.stat(path)
    names = host.children(path) if seen and seen.kind == "d" else []
    return [name for name in names if name == _utf8(name)]


def _text(host: Host, path: str) -> str:
    seen = host.stat(path)
    return (host.read(path) or "") if seen and seen.kind == "f" and seen.size <= MOST else ""


def _link(host: Host, path: str) -> str:
    seen = host.stat(path)
    return seen.target if seen and seen.kind == "l" else ""


def _files(host: Host, where: Whereabouts, folders: t.Iterable[str]) -> list[str]:
    """List the files of WordPress itself and of plugins, without links and without what people uploaded."""
    below = [f"{at}/{name}" for at in (*OWN, *folders) for name in _below(host, where.at(at))]
    paths = [*_names(host, where.path), *below]
    return sorted(one for one in paths if (seen := host.stat(where.at(one))) and seen.kind == "f")


def _below(host: Host, folder: str) -> list[str]:
    """List everything in a folder: against an empty listing all of it was added."""
    seen = host.stat(folder)
    return [_utf8(one) for one in host.damage(folder, "").added] if seen and seen.kind == "d" else []


def _utf8(name: str) -> str:
    """Put a mark in the place of bytes that are no UTF-8, which no face could show."""
    return name.encode("utf-8", "replace").decode()


def _told(one: Found, seen: Seen) -> Facts:
    plain = {"name": one.name, "kind": one.kind, "path": one.path, "version": one.version}
    return {**plain, "active": seen.active.of(one), "published": _compared(one, seen)}


def _compared(one: Found, seen: Seen) -> Facts:
    """Tell how an extension differs from what was published; only plugins are."""
    known, name = seen.published.get("plugins", {}), one.path.rpartition("/")[2]
    if one.kind == "plugin" and name in known:
        return dict(known[name])
    return {"state": "none" if seen.published else "unknown", "why": ""}


def described(seen: Seen) -> tuple[Facts, Facts, list[str]]:
    """Describe what was seen as a catalogue and a manifest, and say what people must still do."""
    entries: dict[str, Facts] = {}
    uses: list[Facts] = []
    notes = []
    for one in seen.extensions:
        why = _left_out(one, entries)
        if why:
            notes.append(f"{one.path!r}: {why}, and is left out")
            continue
        state = _compared(one, seen)["state"]
        entries[_name(one)] = _entry(one, state)
        uses.append({"name": _name(one), **({} if seen.active.of(one) else {"state": "disabled"})})
        if WHY[state]:
            notes.append(f"{one.path}: {WHY[state]}: put it beside the catalogue as {_file(one)}, or name its source")
    notes += [f"{path!r}: is a link to {target!r}, and was not looked into" for path, target in seen.links.items()]
    notes += [f"{path!r}: is a checkout of git" for path in seen.checkouts]
    app = {"kind": "wordpress", **({"version": seen.version} if _is(VERSION.pattern, seen.version) else {})}
    manifest = {"app": app, "plugins": {"use": uses}}
    return {"extensions": entries}, manifest, [*notes, *_unknown(seen), SUPPLY]


def _unknown(seen: Seen) -> list[str]:
    """Say that people have to tell which plugins are off, where it is not known of any."""
    plugins = [one for one in seen.extensions if one.kind == ExtensionKind.PLUGIN.value]
    if active.UNKNOWN not in [seen.active.of(one) for one in plugins]:
        return []
    return [f"which plugins are on is not known ({seen.active.why}): give `state: disabled` to those that are off"]


def _left_out(one: Found, entries: t.Container[str]) -> str:
    if not (_is(FOLDER.pattern, _name(one)) and _is(SLUG.pattern, one.name)):
        return "has a name that no catalogue can have"
    return "has the name of another extension" if _name(one) in entries else ""


def _name(one: Found) -> str:
    """Tell the name that a catalogue has for it: a drop-in's is without its ending."""
    return one.name.partition(".")[0] if one.kind == ExtensionKind.DROP_IN.value else one.name


def _entry(one: Found, state: str) -> Facts:
    """Write an extension's entry; what is not known to be published is a file that somebody has to supply."""
    version = {"version": one.version} if _is(VERSION.pattern, one.version) else {}
    kind = {} if one.kind == ExtensionKind.PLUGIN.value else {"kind": one.kind}
    return {**version, **kind, "source": _directory(one) if state == "same" else {"file": _file(one)}}


def _directory(one: Found) -> Facts:
    """Name wordpress.org as the source, and the plugin's name there where it has another one."""
    slug = wordpress_published.slug_of(f"{one.name}.php") if one.path.endswith(".php") else one.name
    return {**DIRECTORY, **({"slug": slug} if slug != one.name else {})}


def _file(one: Found) -> str:
    if one.path.endswith(".php"):
        return f"{_name(one)}.php"
    return f"{one.name}-{one.version}.zip" if _is(VERSION.pattern, one.version) else f"{one.name}.zip"


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
