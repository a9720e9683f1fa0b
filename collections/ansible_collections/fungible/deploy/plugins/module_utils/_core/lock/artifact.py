# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is in an extension's artifact: the digest of its tree, its files, and what it says of itself?"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field

from ..errors import ArtifactError
from ..kinds.wordpress import headers
from ..release import archive, listing

HEADED: t.Final = ("plugin", "mu-plugin", "theme")  # what must say of itself what it is
MOST: t.Final = 20  # main files that are looked at more closely


class HeadlessError(ArtifactError):
    """An archive that can be read holds no extension of the wanted kind."""


@dataclass(frozen=True)
class Inside:
    """Be what an artifact holds: `files` are below its one top folder, if it has one."""

    tree: str
    files: t.Mapping[str, str] = field(repr=False)
    headers: headers.Headers | None = None
    warnings: tuple[str, ...] = ()
    top: str = ""

    def is_of(self, name: str, file: str) -> bool:
        """Tell whether it is an extension's: by its one folder, or by its own name, with or without a version."""
        version = self.headers.version if self.headers else ""
        names = {name, *(f"{name}{joint}{version}" for joint in ("-", "-v", ".") if version)}
        return not names.isdisjoint((self.top, file.rpartition(".")[0]))


class _Sink:
    """Be what an archive is read into: nothing is kept but the digests, and what main files say."""

    def __init__(self, kind: str) -> None:
        self._read = headers.theme if kind == "theme" else headers.plugin
        self._ending = "style.css" if kind == "theme" else ".php"
        self.entries: list[listing.Entry] = []
        self.mains: dict[str, headers.Headers] = {}

    def directory(self, path: str) -> None:
        """Leave it: a listing names what is in it."""

    def symlink(self, path: str, target: str) -> None:
        self.entries.append(listing.Entry(path, "l", target=target))

    def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None:
        sha256, size, head = hashlib.sha256(), 0, b""
        for chunk in chunks:
            sha256.update(chunk)
            size += len(chunk)
            head += chunk[: headers.BYTES - len(head)]
        self.entries.append(listing.Entry(path, "x" if executable else "f", sha256.hexdigest(), size))
        if path.count("/") <= 1 and path.endswith(self._ending) and len(self.mains) < MOST:
            said = self._read(head.decode("utf-8", "replace"))
            if said:
                self.mains[path] = said


def inspect(stream: t.BinaryIO, name: str, kind: str) -> Inside:
    """Read an artifact without unpacking it anywhere; `kind` is the extension's."""
    sink = _Sink(kind)
    if name.endswith(".php"):
        sink.file(name, iter(lambda: stream.read(1 << 18), b""), executable=False)
    else:
        archive.read(stream, name, sink)
    entries = sorted(sink.entries, key=lambda one: one.path)
    tops = {one.path.partition("/")[0] if "/" in one.path else "" for one in entries}
    top = f"{next(iter(tops))}/" if len(tops) == 1 and "" not in tops else ""
    mains = {path[len(top) :]: said for path, said in sorted(sink.mains.items()) if "/" not in path[len(top) :]}
    if not mains and kind in HEADED:
        raise HeadlessError(_headless(name, kind, sorted(sink.mains)))
    files = {one.path[len(top) :]: one.sha256 for one in entries if one.kind in "fx"}
    digest = listing.digest(listing.dump(entries))
    return Inside(digest, files, next(iter(mains.values()), None), _several(name, list(mains)), top[:-1])


def _headless(name: str, kind: str, below: t.Sequence[str]) -> str:
    if len(below) > 1:
        return f"{name}: holds {' and '.join(below[:3])}, each in a folder of its own: give each an archive of its own"
    if kind == "theme":
        return f"{name}: no style.css in its top folder has a `Theme Name:` header: is it a theme?"
    return f"{name}: no PHP file in its top folder has a `Plugin Name:` header: is it a plugin?"


def _several(name: str, mains: t.Sequence[str]) -> tuple[str, ...]:
    if len(mains) < 2:
        return ()
    return (f"{name}: {' and '.join(mains[:3])} are plugins in one folder, and {mains[0]} is the one that is loaded",)
