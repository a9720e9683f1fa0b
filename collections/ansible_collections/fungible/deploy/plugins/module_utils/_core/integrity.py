# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What of a site's extensions is on disk, what would its live instance load, and which files are not as staged?

The application is not loaded for it: a release's files are compared with its listing, and headers are read as text.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field
from posixpath import join

from . import journal
from .identity import release_id, release_of
from .kinds.protocol import Contents, Folder, Found
from .release.listing import Damage

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Hashed, Host

Facts = dict[str, t.Any]


@dataclass(frozen=True)
class Sight:
    """Be a release as it is found on the host."""

    release: str
    staged: bool = False
    damage: Damage = field(default_factory=Damage)
    contents: Contents = field(default_factory=Contents)
    listing: str = field(default="", repr=False)


@dataclass(frozen=True)
class Seen:
    """Be the manifest's release, and the one that the live instance runs from, if there is one."""

    declared: Sight
    live: Sight | None


def observe(host: Host, ctx: Context, thorough: bool = False, hashed: Hashed | None = None) -> Seen:
    """Look at both releases; often they are one and the same."""
    instance = journal.read(host, ctx.places).live
    declared = _look(host, ctx, release_id(ctx.site), thorough, hashed)
    if not instance:
        return Seen(declared, None)
    live = release_of(instance)
    return Seen(declared, declared if live == declared.release else _look(host, ctx, live, thorough, hashed))


def _look(host: Host, ctx: Context, release: str, thorough: bool, hashed: Hashed | None) -> Sight:
    tree, text = ctx.places.release(release), host.read(ctx.places.listing(release))
    if text is None or host.stat(tree) is None:
        return Sight(release)
    folder = Folder(lambda path: host.children(join(tree, path)), lambda path: host.read(join(tree, path)) or "")
    damage = host.damage(tree, text, thorough, hashed)
    return Sight(release, True, damage, ctx.site.app.kind.contents(folder), text)


def extensions(ctx: Context, seen: Seen) -> list[Facts]:
    """Tell each extension of the chain: declared, on disk and loaded, and its files that differ."""
    on_disk = {one.path: one for one in seen.declared.contents.extensions}
    loaded = {one.path: one for one in (seen.live.contents.loaded if seen.live else ())}
    found = []
    for one in ctx.site.plugins:
        place = ctx.site.app.kind.place(one)
        found.append(
            {
                "name": one.name,
                "version": one.version,
                "kind": one.kind.value,
                "state": "enabled" if one.enabled else "disabled",
                "sha256": one.source.sha256,
                "locked": one.name in ctx.site.notes.locked,
                "on_disk": on_disk[place].version if place in on_disk else "",
                "loaded": _loaded(loaded.get(place)),
                **told(seen.declared.damage, _paths(place), below=True),
            }
        )
    return found


def undeclared(ctx: Context, seen: Seen) -> list[Facts]:
    """Tell what is on disk that the chain does not have; `shipped`: it came with the application."""
    places = {ctx.site.app.kind.place(one) for one in ctx.site.plugins}
    added = seen.declared.damage.added
    return [
        {**asdict(one), "shipped": not any(path == one.path or path.startswith(f"{one.path}/") for path in added)}
        for one in seen.declared.contents.extensions
        if one.path not in places
    ]


def live(seen: Seen) -> Facts:
    """Tell the live instance's release: what it would load, in its order, and its files that differ."""
    if seen.live is None:
        return {"release": "", "loaded": [], **asdict(Damage())}
    loaded = [asdict(one) for one in seen.live.contents.loaded]
    return {"release": seen.live.release, "loaded": loaded, **told(seen.live.damage)}


def elsewhere(ctx: Context, seen: Seen) -> dict[str, list[str]]:
    """Tell the damage of the application's own files, and of what belongs to no extension of the chain."""
    places = tuple(path for one in ctx.site.plugins for path in _paths(ctx.site.app.kind.place(one)))
    return told(seen.declared.damage, places, below=False)


def _paths(place: str) -> tuple[str, ...]:
    """Tell how the paths of an extension begin: that of a drop-in is one file."""
    return (place,) if place.endswith(".php") else (f"{place}/",)


def told(damage: Damage, places: tuple[str, ...] = (), *, below: bool = False) -> dict[str, list[str]]:
    """Tell the part of a damage that is below some folders, or the part that is not."""
    return {
        what: [path for path in paths if path.startswith(places) is below] for what, paths in asdict(damage).items()
    }


def files(seen: Sight) -> list[str]:
    """Tell the files of a release that are on disk now."""
    listed = {line.split("\t", 4)[3] for line in seen.listing.splitlines() if line[0] in "fx"}
    return sorted((listed - set(seen.damage.missing)) | set(seen.damage.added))


def _loaded(one: Found | None) -> str:
    """Tell the version that is loaded, or that it is loaded without saying its version."""
    return "" if one is None else one.version or "?"
