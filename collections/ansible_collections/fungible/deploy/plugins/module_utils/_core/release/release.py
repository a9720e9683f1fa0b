# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is the release on this host, whole, and if not, how does it get there? Fetch, unpack once, compose by link."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from functools import partial
from posixpath import basename, dirname, join, normpath, split

from .. import interpreter, journal
from ..errors import ArtifactError, HostError
from ..host.protocol import Layer
from ..identity import release_id
from ..kinds.protocol import Tree
from ..manifest.model import ExtensionKind
from ..plan import Plan, Step
from . import listing
from .listing import Damage

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..manifest.model import Extension, Source
    from ..places import Ground

CACHE_WAIT: t.Final = 600.0


@dataclass(frozen=True)
class Artifact:
    """Be one artifact of a release: what it is called, where it comes from, where its tree goes."""

    name: str
    source: Source
    at: str = ""
    file: str = ""  # the one file of it that is wanted


@dataclass(frozen=True)
class Cached:
    """Be what of some artifacts is in this host's caches, by their sha256."""

    unpacked: frozenset[str] = frozenset()
    fetched: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seen:
    """Be what of a release is on a host; the caches are looked into only where the release is not whole."""

    staged: bool
    damage: Damage = field(default_factory=Damage)
    cached: Cached = field(default_factory=Cached)
    leftovers: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.staged and not self.damage


def artifacts(ctx: Context) -> list[Artifact]:
    """Tell what a release is composed of: the application, then its plugin chain in order."""
    kind = ctx.site.app.kind
    chain = [_artifact(one, kind.place(one)) for one in ctx.site.plugins]
    return [Artifact(f"{ctx.site.name} {ctx.site.app.version}", ctx.site.app.source), *chain]


def _artifact(one: Extension, place: str) -> Artifact:
    folder, file = split(place) if one.kind is ExtensionKind.DROP_IN else (place, "")
    return Artifact(f"{one.name} {one.version}", one.source, folder, file)


def observe(host: Host, ctx: Context, thorough: bool = False) -> Seen:
    """Look for the release, compare it with its listing, and look for what it would be made of."""
    release = release_id(ctx.site)
    text = host.read(ctx.places.listing(release))
    left = leftovers(host, ctx)
    if text is None or host.stat(ctx.places.release(release)) is None:
        return Seen(False, cached=observe_artifacts(host, ctx, artifacts(ctx)), leftovers=left)
    damage = host.damage(ctx.places.release(release), text, thorough)
    return Seen(True, damage, observe_artifacts(host, ctx, artifacts(ctx)) if damage else Cached(), left)


def leftovers(host: Host, ctx: Context) -> tuple[str, ...]:
    """Find what runs that were cut off left: releases half built or half removed, and listings without a release."""
    there, listed = host.children(ctx.places.releases), host.children(dirname(ctx.places.listing("any")))
    half = [ctx.places.release(name) for name in there if name.startswith(".")]
    half += [tree for tree in (_generated_tree(ctx),) if host.stat(tree)]
    return (*half, *(ctx.places.listing(name) for name in listed if name.startswith(".") or name not in there))


def observe_artifacts(host: Host, ctx: Ground, wanted: t.Sequence[Artifact]) -> Cached:
    """Look for artifacts in the caches."""
    digests = {one.source.sha256 for one in wanted}
    unpacked = frozenset(sha256 for sha256 in digests if _tree_is_whole(host, ctx, sha256))
    return Cached(unpacked, frozenset(sha256 for sha256 in digests if host.stat(ctx.places.artifact(sha256))))


def _tree_is_whole(host: Host, ctx: Ground, sha256: str) -> bool:
    place = ctx.places.cached_tree(sha256)
    text = host.read(join(place, "listing"))
    return (
        text is not None and host.stat(join(place, "tree")) is not None and not host.damage(join(place, "tree"), text)
    )


def plan(ctx: Context, seen: Seen) -> Plan:
    """Decide what brings the release onto the host, or makes it whole again."""
    tidy = plan_leftovers(seen.leftovers)
    if seen.whole:
        return tidy
    release = release_id(ctx.site)
    key, before = f"release {release}", plan_artifacts(ctx, seen.cached, artifacts(ctx)).steps
    if seen.staged:
        repair = Step("repair", f"release {release}: {seen.damage}", partial(_repair, ctx, release, seen.damage))
        return tidy + Plan((*before, repair), {key: str(seen.damage)}, {key: "whole"})
    compose = Step("compose", f"release {release}", partial(_compose, ctx, release))
    return tidy + Plan((*before, compose), {key: "absent"}, {key: "staged"})


def plan_leftovers(paths: t.Sequence[str]) -> Plan:
    """Decide what becomes of what runs that were cut off left."""
    key = "left by a run that was cut off"
    steps = [Step("remove", f"{path}, {key}", partial(_remove, path)) for path in paths]
    return Plan(tuple(steps), {key: ", ".join(paths)}, {key: "nothing"}) if steps else Plan()


def _remove(path: str, host: Host) -> None:
    host.remove(path)


def plan_artifacts(ctx: Ground, cached: Cached, wanted: t.Sequence[Artifact]) -> Plan:
    """Decide what brings artifacts into the caches, each once."""
    steps, before, after = [], {}, {}
    for one in {one.source.sha256: one for one in wanted if one.source.sha256 not in cached.unpacked}.values():
        if one.source.sha256 not in cached.fetched:
            steps.append(Step("fetch", f"{one.name} ({one.source.name})", partial(_fetch, ctx, one)))
        steps.append(Step("unpack", one.name, partial(_unpack, ctx, one)))
        before[f"artifact {one.name}"], after[f"artifact {one.name}"] = "absent", "unpacked"
    return Plan(tuple(steps), before, after)


def wanted_files(cached: Cached, wanted: t.Sequence[Artifact]) -> list[Source]:
    """Tell which files must travel from the controller before artifacts can be unpacked."""
    here = cached.unpacked | cached.fetched
    sources = (one.source for one in wanted if one.source.sha256 not in here)
    return [source for source in sources if source.file and not source.path]


def _fetch(ctx: Ground, one: Artifact, host: Host) -> None:
    location = one.source.url or one.source.path
    if not location:
        raise ArtifactError(f"{one.source.file}: did not travel to this host: put it there and give its path instead")
    with host.lock(join(ctx.places.cache, "lock"), CACHE_WAIT):
        host.obtain(location, ctx.places.artifact(one.source.sha256), one.source.sha256, one.source.redirects)


def _sweep(ctx: Ground, host: Host) -> None:
    """Remove what is half done in the caches; the caller holds their lock, so nobody is at work on it."""
    for folder in (dirname(ctx.places.cached_tree("any")), dirname(ctx.places.artifact("any"))):
        for name in host.children(folder):
            if name.endswith(".new"):
                host.remove(join(folder, name))


def _unpack(ctx: Ground, one: Artifact, host: Host) -> None:
    """Unpack into the cache; a tree is there whole, with its listing, or not at all."""
    sha256 = one.source.sha256
    place = ctx.places.cached_tree(sha256)
    fresh = f"{place}.new"
    with host.lock(join(ctx.places.cache, "lock"), CACHE_WAIT):
        _sweep(ctx, host)
        host.remove(place)
        _require_bytes(ctx, one, host)
        try:
            if one.source.name.endswith(".php"):
                text = host.copy_file(ctx.places.artifact(sha256), join(fresh, "tree"), one.source.name)
            else:
                text = host.unpack(ctx.places.artifact(sha256), one.source.name, join(fresh, "tree"))
            _require_tree(one, text)
        except (ArtifactError, HostError):
            host.remove(fresh)
            raise
        host.write(join(fresh, "listing"), text)
        host.rename(fresh, place)


def _require_tree(one: Artifact, text: str) -> None:
    """Verify that the artifact unpacks to what it unpacked to where it was locked."""
    found = listing.digest(text)
    if one.source.tree and found != one.source.tree:
        raise ArtifactError(
            f"{one.name}: {one.source.name} unpacks to a tree of digest {found}, but {one.source.tree} was locked: "
            "find out which is right, and lock it again"
        )


def _require_bytes(ctx: Ground, one: Artifact, host: Host) -> None:
    """Verify the fetched bytes once more: they may have lain there since long ago, or since before a crash."""
    path = ctx.places.artifact(one.source.sha256)
    if host.digest(path) != one.source.sha256:
        host.remove(path)
        raise ArtifactError(f"{one.source.name}: its bytes in {path} were damaged, and are removed now: run again")


def _layers(ctx: Context, host: Host) -> list[Layer]:
    """Lay the artifacts over one another, later over earlier, and what fungible writes over all."""
    wanted = artifacts(ctx)
    found = [layer_of(host, ctx, one) for one in wanted]
    trees = {one.name: _tree(host, layer) for one, layer in zip(ctx.site.plugins, found[1:])}
    kind = ctx.site.app.kind
    kind.check_trees(ctx.site, set(_paths(found[0].listing)), trees)
    asked = kind.php(ctx.site, trees)
    if asked:
        interpreter.require(ctx.site.name, asked, interpreter.observe(host, ctx))
    found.append(_generated(ctx, host, trees))
    mounts = tuple(f"{store.mount}/" for store in ctx.site.stores if store.mount)
    covers = [_covers(layer, whole=not one.file) for layer, one in zip(found, wanted)] + [
        _covers(found[-1], whole=True)
    ]
    above = [covers[index + 1 :] for index in range(len(found))]
    whole = [
        _without(layer, [prefix for group in groups for prefix in group], mounts) for layer, groups in zip(found, above)
    ]
    empty = "".join(f"{listing.Entry(mount[:-1], 'd')}\n" for mount in mounts)
    return [*whole, Layer("", empty)]


def layer_of(host: Host, ctx: Ground, one: Artifact) -> Layer:
    """Tell what of an unpacked artifact is wanted."""
    place = ctx.places.cached_tree(one.source.sha256)
    text = host.read(join(place, "listing"))
    if text is None:
        raise ArtifactError(f"{one.name}: its tree vanished from {ctx.places.cache}: run again")
    layer = _topped(Layer(join(place, "tree"), text, one.at))
    return _only(layer, one) if one.file else layer


def _covers(layer: Layer, *, whole: bool) -> tuple[str, ...]:
    """Tell what a layer hides of those below it: the folder of a plugin whole, of the root only its own files."""
    return (f"{layer.at}/",) if layer.at and whole else tuple(join(layer.at, path) for path in _paths(layer.listing))


def _only(layer: Layer, one: Artifact) -> Layer:
    """Take the one file out of a tree that is wanted of it, wherever in it that is."""
    lines = [line.split("\t") for line in layer.listing.splitlines()]
    found = [line for line in lines if line[0] != "d" and basename(line[3]) == one.file]
    least = min((line[3].count("/") for line in found), default=0)
    nearest = [line for line in found if line[3].count("/") == least]
    if len(nearest) != 1 or nearest[0][0] == "l":
        raise ArtifactError(
            f"{one.name}: {one.source.name} holds {len(nearest)} files named {one.file}, of which one is wanted: "
            "is it the right archive?"
        )
    folder, name = split(nearest[0][3])
    text = "\t".join([*nearest[0][:3], name, *nearest[0][4:]]) + "\n"
    return Layer(join(layer.tree, folder), text, layer.at)


def _without(layer: Layer, hidden: list[str], mounts: tuple[str, ...]) -> Layer:
    """Leave out what higher layers hide, and note what would lie below a store's mount."""
    prefix = f"{layer.at}/" if layer.at else ""
    folders, files, lines = tuple(path for path in hidden if path.endswith("/")), set(hidden), []
    for line in layer.listing.splitlines():
        path = prefix + line.split("\t", 4)[3]
        if path in files or path.startswith(folders):
            continue
        lines.append(f"o{line[1:]}" if f"{path}/".startswith(mounts) else line)
    return Layer(layer.tree, "".join(f"{line}\n" for line in lines), layer.at)


def _topped(layer: Layer) -> Layer:
    """Step into the one top folder that most archives have."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in _paths(layer.listing)}
    if len(tops) != 1 or "" in tops:
        return layer
    top = f"{tops.pop()}/"
    _require_links_inside(layer, top)
    lines = (line.split("\t") for line in layer.listing.splitlines())
    text = "".join("\t".join([*line[:3], line[3][len(top) :], *line[4:]]) + "\n" for line in lines)
    return Layer(join(layer.tree, top[:-1]), text, layer.at)


def _require_links_inside(layer: Layer, top: str) -> None:
    """Judge links once more: the archive kept them inside itself, and here they must stay inside its top folder."""
    for entry in listing.load(layer.listing):
        if entry.kind == "l" and not f"{normpath(join(dirname(entry.path), entry.target))}/".startswith(top):
            raise ArtifactError(f"{entry.path}: is a link out of the folder {top}: rebuild the archive without it")


def _paths(text: str) -> list[str]:
    return [line.split("\t", 4)[3] for line in text.splitlines()]


def _tree(host: Host, layer: Layer) -> Tree:
    return Tree(_paths(layer.listing), lambda path: host.read(join(layer.tree, path)) or "")


def _generated_tree(ctx: Context) -> str:
    return ctx.places.cached_tree(f"{ctx.site.name}.new")


def _generated(ctx: Context, host: Host, trees: t.Mapping[str, Tree]) -> Layer:
    tree = _generated_tree(ctx)
    host.remove(tree)
    return Layer(tree, host.write_tree(ctx.site.app.kind.generated(ctx.site, trees), tree))


def _compose(ctx: Context, release: str, host: Host) -> None:
    """Build the release beside the others and give it its name last, so that a name means a whole release."""
    fresh, place = join(ctx.places.releases, f".{release}.new"), ctx.places.release(release)
    host.remove(fresh)
    with host.lock(join(ctx.places.cache, "lock"), CACHE_WAIT):
        layers = _layers(ctx, host)
        host.compose(layers, fresh)
        text = _whole(layers)
        journal.update(host, ctx.places, lambda known: known.with_staged(release, host.now()))
        host.write(ctx.places.listing(release), text)
        if host.stat(place) is None:
            host.rename(fresh, place)
        else:  # its listing was lost, while instances may run from it
            host.repair(layers, place, host.damage(place, text))
            host.remove(fresh)
        _sweep(ctx, host)


def _whole(layers: t.Sequence[Layer]) -> str:
    """Write the release's listing from its layers'."""
    lines = []
    for layer in layers:
        if not layer.at:
            lines.append(layer.listing)
            continue
        for line in layer.listing.splitlines():
            kind, sha256, size, path = line.split("\t", 3)
            lines.append(f"{kind}\t{sha256}\t{size}\t{layer.at}/{path}\n")
    return "".join(lines)


def _repair(ctx: Context, release: str, damage: Damage, host: Host) -> None:
    with host.lock(join(ctx.places.cache, "lock"), CACHE_WAIT):
        host.repair(_layers(ctx, host), ctx.places.release(release), damage)
        _sweep(ctx, host)
    still = host.damage(ctx.places.release(release), host.read(ctx.places.listing(release)) or "")
    if still:
        raise HostError(f"release {release}: could not be repaired: {still}: see to the disk")


def left_out(host: Host, ctx: Context, release: str) -> list[str]:
    """Name what the artifacts ship below the mount of a store, where the store hides it."""
    return [entry.path for entry in listing.load(host.read(ctx.places.listing(release)) or "") if entry.kind == "o"]
