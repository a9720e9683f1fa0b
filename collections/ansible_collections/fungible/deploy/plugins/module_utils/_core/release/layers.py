# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What of each artifact is in a release, and what of it do others hide? Layers, later ones over earlier ones."""

from __future__ import annotations

import typing as t
from posixpath import basename, dirname, join, normpath, split

from ..errors import ArtifactError
from ..host.protocol import Layer
from . import listing

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..places import Ground
    from .artifacts import Artifact


def of(host: Host, ctx: Ground, one: Artifact) -> Layer:
    """Tell what of an unpacked artifact is wanted."""
    place = ctx.places.cached_tree(one.source.sha256)
    text = host.read(join(place, "listing"))
    if text is None:
        raise ArtifactError(f"{one.name}: its tree vanished from {ctx.places.cache}: run again")
    layer = _topped(Layer(join(place, "tree"), text, one.at))
    return _only(layer, one) if one.file else layer


def stacked(found: t.Sequence[Layer], wanted: t.Sequence[Artifact], mounts: tuple[str, ...]) -> list[Layer]:
    """Leave out of each layer what those above it hide; the last ones are no artifacts."""
    whole = [not one.file for one in wanted] + [True] * (len(found) - len(wanted))
    covers = [_covers(layer, whole=is_whole) for layer, is_whole in zip(found, whole)]
    above = [covers[index + 1 :] for index in range(len(found))]
    return [
        _without(layer, [prefix for group in groups for prefix in group], mounts) for layer, groups in zip(found, above)
    ]


def _covers(layer: Layer, *, whole: bool) -> tuple[str, ...]:
    """Tell what a layer hides of those below it: the folder of a plugin whole, of the root only its own files."""
    return (f"{layer.at}/",) if layer.at and whole else tuple(join(layer.at, path) for path in paths(layer.listing))


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
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths(layer.listing)}
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


def paths(text: str) -> list[str]:
    """Tell the paths of a listing."""
    return [line.split("\t", 4)[3] for line in text.splitlines()]


def listed(layers: t.Iterable[Layer]) -> str:
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
