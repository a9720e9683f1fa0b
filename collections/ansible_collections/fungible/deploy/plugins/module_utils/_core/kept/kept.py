# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is a WordPress that is kept where it is, and where in it does its chain belong?

What we put there is known by its listing, which stays on the host; all else is somebody's, who may want it back.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from posixpath import basename, dirname, join, relpath, split

from ..errors import ManifestError
from ..host.protocol import Layer
from ..kinds.wordpress import kept as wordpress_kept
from ..kinds.wordpress.contents import CONTENT, DROP_INS
from ..kinds.wordpress.kind import FOLDERS
from ..manifest import manifest, secrets
from ..manifest.manifest import SLUG
from ..manifest.model import Extension, ExtensionKind
from ..places import Places
from ..release import layers
from ..release.artifacts import Artifact

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..manifest.model import Removed
    from ..request import Request
    from .whereabouts import Whereabouts

PHP: t.Final = ".php"
NEW: t.Final = ".new"  # half a copy, which nobody misses
READY: t.Final = ".ready"  # whole: ours, or what was there before it
GONE: t.Final = ".gone"
HIDDEN: t.Final = re.compile(rf"\.fungible-({SLUG.pattern})(\.new|\.ready|\.ready\.old|\.gone)")


@dataclass(frozen=True)
class Kept:
    """Be a site whose WordPress stays where it is, and the chain that is to be in it."""

    name: str
    where: Whereabouts
    places: Places
    plugins: tuple[Extension, ...]
    removed: tuple[Removed, ...]

    def at(self, place: str) -> str:
        return self.where.at(place)

    def hidden(self, place: str, ending: str) -> str:
        """Tell the name beside a place that WordPress does not look at."""
        folder, name = split(self.at(place))
        return join(folder, f".fungible-{name}{ending}")

    def record(self, place: str) -> str:
        return self.places.kept(relpath(place, CONTENT))


def of(asked: Request, where: Whereabouts) -> Kept:
    """Read what a face handed over; of the manifest only the chain."""
    plugins, removed = manifest.parse_chain(asked.site, secrets.join(asked.manifest, asked.secrets))
    _check(f"{asked.site}.plugins", plugins, removed)
    return Kept(
        asked.site, where, Places(asked.root, asked.site), manifest.with_sources_at(plugins, asked.files), removed
    )


def _check(where: str, plugins: t.Sequence[Extension], removed: t.Sequence[Removed]) -> None:
    """Refuse what only a release can have."""
    for one in plugins:
        if not one.enabled and one.kind is not ExtensionKind.PLUGIN:
            raise ManifestError(
                f"{where}: {one.kind.value} {one.name} is disabled, and WordPress loads it where it is there: "
                "leave it out, or say state: absent"
            )
    for gone in removed:
        if gone.purge:
            raise ManifestError(
                f"{where}: {gone.name} is purged, which needs a release: delete it in the browser, or say state: absent"
            )
    for name, kind in [(one.name, one.kind) for one in plugins] + [(one.name, one.kind) for one in removed]:
        if kind is ExtensionKind.DROP_IN and f"{name}{PHP}" not in DROP_INS:
            raise ManifestError(f"{where}: drop-in {name}: WordPress knows none of that name: see its docs")


def place(one: Extension) -> str:
    """Tell where WordPress itself looks for an extension; that of a single PHP file has no folder."""
    if one.kind is ExtensionKind.DROP_IN:
        return f"{CONTENT}/{one.name}{PHP}"
    return f"{FOLDERS[one.kind]}/{one.name}{PHP if one.source.name.endswith(PHP) else ''}"


def places(one: Removed) -> tuple[str, ...]:
    """Tell where an extension may be that is to be gone."""
    if one.kind is ExtensionKind.DROP_IN:
        return (f"{CONTENT}/{one.name}{PHP}",)
    return (f"{FOLDERS[one.kind]}/{one.name}", f"{FOLDERS[one.kind]}/{one.name}{PHP}")


def order(kept: Kept) -> str:
    """Write in which order the chain's plugins load, and which do not; nothing where it has none."""
    plugins = [(basename(place(one)), one.enabled) for one in kept.plugins if one.kind is ExtensionKind.PLUGIN]
    first, off = [name for name, is_on in plugins if is_on], [name for name, is_on in plugins if not is_on]
    return wordpress_kept.order(first, off) if plugins else ""


def artifact(one: Extension) -> Artifact:
    """Tell what is wanted of an extension's artifact: all of it, or one file."""
    file = basename(place(one)) if one.kind is ExtensionKind.DROP_IN else one.source.name
    return Artifact(f"{one.name} {one.version}", one.source, file=file if file.endswith(PHP) else "")


def layer(host: Host, kept: Kept, one: Extension) -> Layer:
    """Tell what is to be copied; what is one file has no name of its own in its listing."""
    wanted = artifact(one)
    found = layers.of(host, kept, wanted)
    if not wanted.file:
        return found
    kind, sha256, size, name = found.listing.rstrip("\n").split("\t")[:4]
    return Layer(join(found.tree, name), f"{kind}\t{sha256}\t{size}\t\n")


def is_known(host: Host, path: str, record: str) -> bool:
    """Tell whether each file that is there is one that we put there, so that nothing is lost with it."""
    damages = (host.differs(path, text) for text in listings(host, record))
    return any(not (one.changed or one.added) for one in damages)


def listings(host: Host, record: str) -> list[str]:
    """Read the listings of what was put at a place, but for what was only half written."""
    return [host.read(join(record, name)) or "" for name in host.children(record) if not name.startswith(".")]


def record_of_leftover(kept: Kept, path: str) -> str:
    """Tell the records of the extension that something was left of; none of what is only half a copy."""
    folder, name = split(path)
    found = HIDDEN.fullmatch(name)
    if not found or found[2] == NEW:
        return ""
    return kept.record(join(CONTENT, relpath(join(folder, found[1]), kept.where.content)))


def free(host: Host, kept: Kept, at: str, stamp: t.Callable[[float], str]) -> str:
    """Name where something is set aside by its time; the next second has another name."""
    folder = join(kept.places.replaced, dirname(relpath(at, CONTENT)))
    taken, now = host.children(folder), host.now()
    while (name := f"{basename(at)}-{stamp(now)}") in taken:
        now += 1
    return join(folder, name)
