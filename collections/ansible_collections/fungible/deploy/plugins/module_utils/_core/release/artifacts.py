# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is what releases are made of in this host's caches, and if not, how does it get there? Fetched and unpacked once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial
from posixpath import dirname, join

from ..errors import ArtifactError, HostError
from ..plan import Plan, Step
from . import listing

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..manifest.model import Source
    from ..places import Ground

WAIT: t.Final = 600.0  # for others who are at work on the caches


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


def observe(host: Host, ctx: Ground, wanted: t.Sequence[Artifact]) -> Cached:
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


def plan(ctx: Ground, cached: Cached, wanted: t.Sequence[Artifact]) -> Plan:
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
    with host.lock(join(ctx.places.cache, "lock"), WAIT):
        host.obtain(location, ctx.places.artifact(one.source.sha256), one.source.sha256, one.source.redirects)


def sweep(ctx: Ground, host: Host) -> None:
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
    with host.lock(join(ctx.places.cache, "lock"), WAIT):
        sweep(ctx, host)
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
