# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which versions of an extension does a source have, and where are they? A function for each kind of source.

https://codex.wordpress.org/WordPress.org_API tells what directories answer, and
https://getcomposer.org/doc/05-repositories.md#composer what Composer repositories do. Answers are a stranger's: what
has not the shape that it should have is left out.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from .. import versions
from ..errors import ArtifactError
from ..redirects import followed
from .protocol import Desk
from .wanted import Want

API: t.Final = "https://api.wordpress.org"
DOWNLOADS: t.Final = "https://downloads.wordpress.org"
UNSET: t.Final = "__unset"


@dataclass(frozen=True)
class Offer:
    """Be a version that a source has, where it is, and its sha1 if known; `early`: not meant for everybody yet."""

    version: str
    location: str
    early: bool = False
    sha1: str = ""


def offers(want: Want, desk: Desk) -> list[Offer]:
    """Ask a source that knows its versions; a URL or a file knows none, and is looked into by whoever asks."""
    if want.source.directory:
        return _directory(want, desk)
    return _composer(want, desk)


def knows_versions(want: Want) -> bool:
    """Tell whether a source tells its versions without its artifacts being looked into."""
    return bool(want.source.directory or want.source.composer)


def places(want: Want, desk: Desk) -> list[str]:
    """Tell where the artifacts of a source are that does not know its versions."""
    folder = want.source.folder.rstrip("/")
    if not folder:
        return [want.source.url or want.source.file]
    names = [name for name in desk.names(folder) if name.lower().endswith(".zip")]
    return [f"{folder}/{name}" for name in sorted(names)]


def checksums(want: Want, version: str, desk: Desk) -> t.Mapping[str, t.Any] | None:
    """Ask a directory for the digests that it publishes of a plugin's files; none if it has none."""
    if not want.source.directory or want.kind == "theme":
        return None
    base = DOWNLOADS if want.source.directory == "wordpress.org" else want.source.directory.rstrip("/")
    url = f"{base}/plugin-checksums/{quote(_slug(want))}/{quote(version)}.json"
    said = desk.document(url, want.source.redirects)
    files = said.get("files") if isinstance(said, dict) else None
    return files if isinstance(files, dict) else None


def _directory(want: Want, desk: Desk) -> list[Offer]:
    kind = "theme" if want.kind == "theme" else "plugin"
    base = API if want.source.directory == "wordpress.org" else want.source.directory.rstrip("/")
    asked = urlencode({"action": f"{kind}_information", "request[slug]": _slug(want), "request[fields][versions]": "1"})
    url = f"{base}/{kind}s/info/1.2/?{asked}"
    said = desk.document(url, want.source.redirects)
    if not isinstance(said, dict) or "error" in said:
        raise ArtifactError(f"{want.source.directory}: has no {kind} {_slug(want)}: mend its name, or its slug")
    stable, link, known = said.get("version"), said.get("download_link"), said.get("versions")
    links = {**(known if isinstance(known, dict) else {}), **({stable: link} if isinstance(stable, str) else {})}
    newest = versions.key(stable) if isinstance(stable, str) else None
    return [
        Offer(version, _link(url, at, want), early=bool(newest and key > newest))
        for version, at in links.items()
        if isinstance(at, str) and (key := versions.key(version)) is not None
    ]


def _slug(want: Want) -> str:
    return want.source.slug or want.name


def _composer(want: Want, desk: Desk) -> list[Offer]:
    base, name = want.source.composer.rstrip("/"), want.source.package
    root = desk.document(f"{base}/packages.json", want.source.redirects)
    pattern = root.get("metadata-url") if isinstance(root, dict) else None
    if not isinstance(pattern, str):
        raise ArtifactError(f"{base}/packages.json: has no metadata-url: is it a Composer repository, for Composer 2?")
    url = _link(f"{base}/packages.json", pattern.replace("%package%", name), want)
    said = desk.document(url, want.source.redirects)
    packages = said.get("packages") if isinstance(said, dict) else None
    listed = packages.get(name) if isinstance(packages, dict) else None
    if not isinstance(listed, list):
        raise ArtifactError(f"{base}: has no package {name}: mend its name")
    found = [_packaged(url, one, want) for one in _whole(listed, said.get("minified") == "composer/2.0")]
    return [one for one in found if one]


def _whole(listed: list[t.Any], minified: bool) -> t.Iterator[dict[str, t.Any]]:
    """Put back what minified metadata leave out: what a version has in common with the one before it."""
    known: dict[str, t.Any] = {}
    for one in listed:
        if isinstance(one, dict):
            known = {**known, **one} if minified else dict(one)
            known = {key: value for key, value in known.items() if value != UNSET}
            yield known


def _packaged(url: str, said: t.Mapping[str, t.Any], want: Want) -> Offer | None:
    version, dist = said.get("version"), said.get("dist")
    at = dist.get("url") if isinstance(dist, dict) and dist.get("type") == "zip" else None
    if not isinstance(version, str) or not isinstance(at, str) or versions.key(version) is None:
        return None
    shasum = dist.get("shasum") if isinstance(dist, dict) else None
    sha1 = shasum.lower() if isinstance(shasum, str) else ""
    return Offer(version[1:] if version[:1] == "v" else version, _link(url, at, want), sha1=sha1)


def _link(base: str, target: str, want: Want) -> str:
    """Give the URL that an answer names; any host will do, but what came by https does not go on without."""
    return followed(base, target, want.source.redirects, anywhere=True)
