# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is the release on this host, whole, and if not, how does it get there? Composed of its artifacts, by link."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from functools import partial
from posixpath import dirname, join, split

from .. import interpreter, journal
from ..errors import HostError
from ..host.protocol import Layer
from ..identity import release_id
from ..kinds.protocol import Tree
from ..manifest.model import ExtensionKind
from ..plan import Plan, Step
from . import artifacts, layers, listing
from .artifacts import Artifact, Cached
from .listing import Damage

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..manifest.model import Extension


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


def made_of(ctx: Context) -> list[Artifact]:
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
        return Seen(False, cached=artifacts.observe(host, ctx, made_of(ctx)), leftovers=left)
    damage = host.damage(ctx.places.release(release), text, thorough)
    return Seen(True, damage, artifacts.observe(host, ctx, made_of(ctx)) if damage else Cached(), left)


def leftovers(host: Host, ctx: Context) -> tuple[str, ...]:
    """Find what runs that were cut off left: releases half built or half removed, and listings without a release."""
    there, listed = host.children(ctx.places.releases), host.children(dirname(ctx.places.listing("any")))
    half = [ctx.places.release(name) for name in there if name.startswith(".")]
    half += [tree for tree in (_generated_tree(ctx),) if host.stat(tree)]
    return (*half, *(ctx.places.listing(name) for name in listed if name.startswith(".") or name not in there))


def plan(ctx: Context, seen: Seen) -> Plan:
    """Decide what brings the release onto the host, or makes it whole again."""
    tidy = plan_leftovers(seen.leftovers)
    if seen.whole:
        return tidy
    release = release_id(ctx.site)
    key, before = f"release {release}", artifacts.plan(ctx, seen.cached, made_of(ctx)).steps
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


def _layers(ctx: Context, host: Host) -> list[Layer]:
    """Lay the artifacts over one another, later over earlier, and what fungible writes over all."""
    wanted = made_of(ctx)
    found = [layers.of(host, ctx, one) for one in wanted]
    trees = {one.name: _tree(host, layer) for one, layer in zip(ctx.site.plugins, found[1:])}
    kind = ctx.site.app.kind
    kind.check_trees(ctx.site, set(layers.paths(found[0].listing)), trees)
    asked = kind.php(ctx.site, trees)
    if asked:
        interpreter.require(ctx.site.name, asked, interpreter.observe(host, ctx))
    found.append(_generated(ctx, host, trees))
    mounts = tuple(f"{store.mount}/" for store in ctx.site.stores if store.mount)
    empty = "".join(f"{listing.Entry(mount[:-1], 'd')}\n" for mount in mounts)
    return [*layers.stacked(found, wanted, mounts), Layer("", empty)]


def _tree(host: Host, layer: Layer) -> Tree:
    return Tree(layers.paths(layer.listing), lambda path: host.read(join(layer.tree, path)) or "")


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
    with host.lock(join(ctx.places.cache, "lock"), artifacts.WAIT):
        found = _layers(ctx, host)
        host.compose(found, fresh)
        text = layers.listed(found)
        journal.update(host, ctx.places, lambda known: known.with_staged(release, host.now()))
        host.write(ctx.places.listing(release), text)
        if host.stat(place) is None:
            host.rename(fresh, place)
        else:  # its listing was lost, while instances may run from it
            host.repair(found, place, host.damage(place, text))
            host.remove(fresh)
        artifacts.sweep(ctx, host)


def _repair(ctx: Context, release: str, damage: Damage, host: Host) -> None:
    with host.lock(join(ctx.places.cache, "lock"), artifacts.WAIT):
        host.repair(_layers(ctx, host), ctx.places.release(release), damage)
        artifacts.sweep(ctx, host)
    still = host.damage(ctx.places.release(release), host.read(ctx.places.listing(release)) or "")
    if still:
        raise HostError(f"release {release}: could not be repaired: {still}: see to the disk")


def left_out(host: Host, ctx: Context, release: str) -> list[str]:
    """Name what the artifacts ship below the mount of a store, where the store hides it."""
    return [entry.path for entry in listing.load(host.read(ctx.places.listing(release)) or "") if entry.kind == "o"]
