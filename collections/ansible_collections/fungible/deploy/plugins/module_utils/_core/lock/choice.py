# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which artifact of a source will do for what is wanted? The newest that fits, fetched and looked into."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from .. import versions
from ..errors import ArtifactError, ManifestError
from ..manifest.manifest import VERSION
from . import file, origins
from .artifact import HeadlessError, Inside, inspect
from .wanted import Want, is_range

if t.TYPE_CHECKING:
    from .file import Entry
    from .origins import Offer
    from .protocol import Desk

CHUNK: t.Final = 1 << 18


@dataclass(frozen=True)
class Found:
    """Be one version of an extension, fetched and looked into."""

    version: str
    location: str
    sha256: str
    inside: Inside


def choose(want: Want, held: Entry | None, desk: Desk) -> tuple[Found, str]:
    """Find the newest version that will do, and tell the newest that there is."""
    if origins.knows_versions(want):
        offers = origins.offers(want, desk)
        ready = [one for one in offers if not one.early]
        newest = _best([one.version for one in ready])
        version = _best([one.version for one in ready if want.allows(one.version)]) or _best(
            [one.version for one in offers if not is_range(want.version) and want.allows(one.version)]
        )
        chosen = next((one for one in offers if version and one.version == version), None)
        at_hand = held and chosen and (held.version, held.location) == (version, chosen.location)
        sha256 = held.sha256 if held and at_hand and desk.has(held.artifact) else ""
        found = [_offered(want, chosen, desk, sha256)] if chosen else []
    else:
        every = [_versioned(want, place, *_look(want, place, desk)) for place in _places(want, desk)]
        newest = _best([one.version for one in every])
        version = _best([one.version for one in every if want.allows(one.version)])
        found = [one for one in every if one.version == version]
    if not found:
        raise ArtifactError(f"{want}: there is no such version; the newest is {newest or 'none'}")
    if len(found) > 1:
        raise ArtifactError(f"{want}: {found[0].location} and {found[1].location} are both {version}: keep one")
    return found[0], newest


def _places(want: Want, desk: Desk) -> list[str]:
    """Tell where the artifacts of an extension are; a folder may have zips of others, too."""
    found = origins.places(want, desk)
    if not want.source.folder:
        return found
    its = [place for place in found if _is_its(want, place, desk)]
    if not its:
        raise ArtifactError(
            f"{want}: no zip there is of it: name its zip {want.name}.zip, or the one folder in it {want.name}"
        )
    return its


def _is_its(want: Want, place: str, desk: Desk) -> bool:
    name = _name(place)
    try:
        _sha256, inside = _look(want, place, desk)
    except HeadlessError:
        return name.rpartition(".")[0] == want.name
    return inside.is_of(want.name, name)


def _look(want: Want, place: str, desk: Desk) -> tuple[str, Inside]:
    """Fetch an artifact and look into it, once: many extensions may take from one folder."""

    def look() -> tuple[str, Inside]:
        sha256 = desk.keep(place, want.source.redirects)
        return sha256, _inside(want, place, sha256, desk)

    return desk.once((place, want.kind), look)


def _best(found: t.Sequence[str]) -> str:
    """Tell the newest version, one that is not on its way to another if there is one."""
    finished = [one for one in found if not versions.is_early(one)]
    return max(finished or found, key=lambda one: versions.key(one) or versions.LEAST, default="")


def _offered(want: Want, offer: Offer, desk: Desk, sha256: str = "") -> Found:
    """Fetch what a source offers and read it; where the source says its sha1, it must be that."""
    sha256 = sha256 or desk.keep(offer.location, want.source.redirects)
    if offer.sha1:
        with desk.open(file.artifact(offer.location, sha256)) as stream:
            _require_sha1(want, offer, stream)
    inside = _inside(want, offer.location, sha256, desk)
    return _versioned(want, offer.location, sha256, inside, offer.version)


def _require_sha1(want: Want, offer: Offer, stream: t.BinaryIO) -> None:
    found = hashlib.sha1(usedforsecurity=False)
    for piece in iter(lambda: stream.read(CHUNK), b""):
        found.update(piece)
    if found.hexdigest() != offer.sha1:
        raise ArtifactError(
            f"{offer.location}: its sha1 is {found.hexdigest()}, but {want.source.composer} says {offer.sha1} "
            "(shasum): ask who runs the repository which is right"
        )


def _inside(want: Want, location: str, sha256: str, desk: Desk) -> Inside:
    with desk.open(file.artifact(location, sha256)) as stream:
        return inspect(stream, _name(location), want.kind)


def _versioned(want: Want, location: str, sha256: str, inside: Inside, version: str = "") -> Found:
    """Tell an artifact's version: what its source says, else what its header says."""
    said = inside.headers.version if inside.headers else ""
    version = version or said or ("" if is_range(want.version) else want.version)
    if not version or not _is_version(version):
        raise ArtifactError(f"{location}: its header has no version that could be used ({said[:40]!r}): say `version:`")
    return Found(version, location, sha256, inside)


def _is_version(text: str) -> bool:
    try:
        VERSION.parse(text, "version")
    except ManifestError:
        return False
    return True


def _name(location: str) -> str:
    return location.split("?", maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]
