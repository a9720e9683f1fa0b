# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is at the places of a chain, in a WordPress that is kept where it is, and whose is it? Read, never run."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from posixpath import basename, join, relpath

from ..errors import HostError, ManifestError
from ..kinds.wordpress.contents import CHAIN, CONTENT, MUST_USE
from ..kinds.wordpress.kind import FOLDERS
from ..release import artifacts
from . import adoption
from .kept import HIDDEN, artifact, is_known, layer, listings, place, places
from .whereabouts import require_own

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..manifest.model import Extension, Removed
    from ..places import Places
    from ..release.listing import Damage
    from .kept import Kept
    from .whereabouts import Whereabouts


@dataclass(frozen=True)
class Sight:
    """Be what is at the place of one extension; the damage is none where its listing is not here yet."""

    place: str
    there: bool = False
    version: str = ""
    recorded: bool = False
    damage: Damage | None = None
    is_known: bool = False  # each file of it is one that we put there
    checkout: bool = False

    @property
    def whole(self) -> bool:
        """Tell whether it is what was declared; what was added to it, as by the plugin itself, stays."""
        return self.there and self.damage is not None and not (self.damage.missing or self.damage.changed)


@dataclass(frozen=True)
class Seen:
    """Be what is at all places of a chain."""

    declared: tuple[Sight, ...] = ()
    gone: tuple[tuple[Removed, Sight], ...] = ()
    leftovers: tuple[str, ...] = ()
    order: str = ""  # the file that says in which order plugins load
    cached: artifacts.Cached = field(default_factory=artifacts.Cached)


def observe(host: Host, kept: Kept) -> Seen:
    """Look at all places, and for what is to be put there into the caches; what is whole is looked at once."""
    adoption.version_of(host, kept.where)
    require_own(host, kept.where)
    _require_own_folders(host, kept)
    seen = [_declared(host, kept, one) for one in kept.plugins]
    wanted = [artifact(one) for one, sight in zip(kept.plugins, seen) if not (sight.recorded and sight.whole)]
    cached = artifacts.observe(host, kept, wanted)
    compared = [
        _compared(host, kept, *pair) if pair[0].source.sha256 in cached.unpacked else pair[1]
        for pair in zip(kept.plugins, seen)
    ]
    gone = [(one, Sight(at, True)) for one in kept.removed for at in places(one) if host.stat(kept.at(at))]
    replaced = any(sight.there and not sight.whole for sight in compared) or gone
    versions = {one.path: one.version for one in adoption.contents_of(host, kept.where)} if replaced else {}
    return Seen(
        tuple(_somebodys(host, kept, sight, versions) for sight in compared),
        tuple((one, _somebodys(host, kept, sight, versions)) for one, sight in gone),
        tuple(_leftovers(host, kept)),
        host.read(kept.at(CHAIN)) or "",
        cached,
    )


def _require_own_folders(host: Host, kept: Kept) -> None:
    """Insist on real folders: behind a link there may be what other sites use, too."""
    if host.children(kept.places.releases):
        raise ManifestError(
            f"{kept.name}: has releases in {kept.places.releases}, whose chain is part of them: leave the path out"
        )
    inside = [place(one) for one in kept.plugins] + [at for one in kept.removed for at in places(one)]
    for at in (CONTENT, *FOLDERS.values(), CHAIN, *inside):
        seen = host.stat(kept.at(at))
        if seen and seen.kind not in "df":
            what = f"a link to {seen.target}" if seen.kind == "l" else "neither a folder nor a file"
            mend = "remove it, or take it out of the chain" if at in inside else "put what it should be in its place"
            raise HostError(f"{kept.at(at)}: is {what}, and is not replaced: {mend}")
        if not seen and at in (CONTENT, *FOLDERS.values()) and at != MUST_USE:
            raise HostError(f"{kept.at(at)}: is not there, and WordPress needs it: is it another folder's WordPress?")


def _declared(host: Host, kept: Kept, one: Extension) -> Sight:
    """Look at an extension's place, and compare it with its listing if it was put there before."""
    at = place(one)
    text = host.read(join(kept.record(at), one.source.sha256))
    if not host.stat(kept.at(at)):
        return Sight(at, recorded=text is not None)
    return Sight(at, True, recorded=text is not None, damage=None if text is None else host.differs(kept.at(at), text))


def _compared(host: Host, kept: Kept, one: Extension, seen: Sight) -> Sight:
    """Compare what is there with what was unpacked, and was never put there."""
    if seen.damage is not None or not seen.there:
        return seen
    return replace(seen, damage=host.differs(kept.at(seen.place), layer(host, kept, one).listing))


def _somebodys(host: Host, kept: Kept, seen: Sight, versions: t.Mapping[str, str]) -> Sight:
    """Find out whose it is that has to give way."""
    if seen.whole or not seen.there:
        return seen
    path = kept.at(seen.place)
    known, checkout = is_known(host, path, kept.record(seen.place)), host.stat(join(path, ".git")) is not None
    return replace(seen, version=versions.get(seen.place, ""), is_known=known, checkout=checkout)


def _leftovers(host: Host, kept: Kept) -> t.Iterator[str]:
    """Find what runs that were cut off left beside extensions, and where things are set aside."""
    for folder in (CONTENT, *FOLDERS.values()):
        for name in host.children(kept.at(folder)):
            if HIDDEN.fullmatch(name):
                yield kept.at(join(folder, name))
    for folder in (kept.places.replaced, *(join(kept.places.replaced, basename(one)) for one in FOLDERS.values())):
        yield from (join(folder, name) for name in host.children(folder) if name.startswith("."))


def told(host: Host, known: Places, where: Whereabouts, places: t.Iterable[str]) -> dict[str, dict[str, t.Any]]:
    """Tell of each place whether what is there is kept, and how it differs from what was put there."""
    return {at: _told(host, where.at(at), known.kept(relpath(at, CONTENT))) for at in places}


def _told(host: Host, path: str, record: str) -> dict[str, t.Any]:
    found = [host.differs(path, text) for text in listings(host, record)]
    if not found:
        return {"state": "no"}
    least = min(found, key=lambda one: len(one.missing) + len(one.changed))
    return {"state": "differs" if least else "whole", **vars(least)}
