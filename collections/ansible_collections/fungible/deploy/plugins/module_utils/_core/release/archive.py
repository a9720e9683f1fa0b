# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What an archive may hold: names, links and sizes are judged here before a sink sees them; no file is touched."""

from __future__ import annotations

import io
import re
import typing as t
import unicodedata
from dataclasses import dataclass

from ..errors import ArtifactError
from .archive_entry import Entry, FlawError, Kind
from .archive_formats import CORRUPT, entries

_T = t.TypeVar("_T")

_BAD_TEXT = (
    (re.compile(r"[\ud800-\udfff]"), "is not UTF-8; rebuild the archive with UTF-8 names"),
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"), "has a control character in it; rebuild the archive without it"),
    (re.compile(r"\A(/|[A-Za-z]:[/\\])"), "is absolute; rebuild the archive with relative names"),
)
_PUBLISHER = "get the archive from a source you trust"
# A Mac's Finder puts what it knows of files beside them. WordPress passes it over, too, when it unpacks a plugin:
# https://developer.wordpress.org/reference/functions/_unzip_file_ziparchive/
_FINDER = "__MACOSX"


class Sink(t.Protocol):
    """Take what an archive holds: paths are relative, normal and safe, parents come first, links come last."""

    def directory(self, path: str) -> None: ...
    def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None: ...
    def symlink(self, path: str, target: str) -> None: ...


@dataclass(frozen=True)
class Limits:
    """How much an archive may be; directories that are only implied count as entries too."""

    entries: int = 100_000
    total_bytes: int = 8 * 1024**3
    ratio: int = 200  # unpacked bytes to the archive's own
    ratio_grace: int = 64 * 1024**2  # unpacked bytes below which the ratio is not judged
    path_bytes: int = 1024  # of a link's target too
    name_bytes: int = 255
    depth: int = 64
    listing_bytes: int = 32 * 1024**2  # of all names and targets together, since they are kept in memory


LIMITS = Limits()


def read(stream: t.BinaryIO, name: str, sink: Sink, limits: Limits = LIMITS) -> None:
    """Feed a zip or tar archive to a sink; on ArtifactError, throw away all that the sink was given."""
    meter = _Meter(stream.seek(0, io.SEEK_END), limits)
    stream.seek(0)
    intake = _Intake(name, sink, limits)
    for entry in _sound(name, entries(stream, meter.count, limits.entries)):
        intake.take(entry)
    intake.finish()


def _sound(label: str, items: t.Iterator[_T]) -> t.Iterator[_T]:
    """Turn what the decoders raise into our own error; what a sink raises does not pass through here."""
    try:
        yield from items
    except FlawError as exc:
        raise ArtifactError(f"{label} {exc}") from exc
    except UnicodeError as exc:
        raise ArtifactError(f"{label} holds a name that is not UTF-8; rebuild it with UTF-8 names") from exc
    except CORRUPT as exc:
        raise ArtifactError(f"{label} is damaged or cut off ({str(exc)[:120]}); fetch it again") from exc


class _Meter:
    """Count the bytes that really come out, whatever the headers say."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self._total, self._packed, self._limits = 0, packed, limits

    def count(self, pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
        for piece in pieces:
            self._total += len(piece)
            if self._total > self._limits.total_bytes:
                raise FlawError(f"unpacks to more than {self._limits.total_bytes} bytes; split it or raise the limit")
            if self._total > max(self._limits.ratio_grace, self._limits.ratio * self._packed):
                raise FlawError(f"unpacks to more than {self._limits.ratio} times its size, as bombs do; {_PUBLISHER}")
            yield piece


class _Intake:
    """Judge each entry by itself and by the entries before it, then hand it to the sink."""

    def __init__(self, archive: str, sink: Sink, limits: Limits) -> None:
        self._archive, self._sink, self._limits = archive, sink, limits
        self._kinds: dict[str, Kind] = {}
        self._spelled: dict[str, str] = {}  # the same paths, by what a forgiving file system takes them for
        self._links: dict[str, str] = {}
        self._taken = self._listed = 0

    def take(self, entry: Entry) -> None:
        self._taken += 1
        self._bound()
        path = self._path(entry)
        if path.partition("/")[0] == _FINDER:
            _read_out(_sound(f"{self._archive}: {_shown(entry.name)}", entry.chunks))
            return
        if entry.kind is Kind.DIRECTORY:
            self._announce(path)
            return
        self._announce(_parent(path))
        self._enter(path, entry.kind)
        if entry.kind is Kind.SYMLINK:
            self._links[path] = self._target(path, entry.target)
            return
        chunks = _sound(f"{self._archive}: {_shown(entry.name)}", entry.chunks)
        self._sink.file(path, chunks, bool(entry.mode & 0o111))
        _read_out(chunks)  # whatever the sink made of it: a checksum is judged at the end

    def finish(self) -> None:
        """Hand over the links, now that all are known and nothing can be written through one."""
        self._bound()
        if not self._kinds:
            raise ArtifactError(f"{self._archive} is empty; check its source")
        for path, target in self._links.items():
            if any(self._spelled.get(_key(place)) in self._links for place in self._places(path, target)):
                raise self._error(path, f"leads through another symlink ({_shown(target)}); {_PUBLISHER}")
        for path, target in self._links.items():
            self._sink.symlink(path, target)

    def _path(self, entry: Entry) -> str:
        """Return the entry's path in its one normal form; the root's is empty."""
        parts = [part for part in entry.name.split("/") if part not in ("", ".")]
        flaw = entry.flaw or self._text_flaw(entry.name) or self._parts_flaw(parts)
        if not flaw and not parts and entry.kind is not Kind.DIRECTORY:
            flaw = f"names no file; {_PUBLISHER}"
        if not flaw and entry.mode & 0o6000:
            flaw = "is set-uid or set-gid; rebuild the archive without these bits"
        if flaw:
            raise self._error(entry.name, flaw)
        return "/".join(parts)

    def _text_flaw(self, text: str) -> str:
        if len(text.encode("utf-8", "surrogatepass")) > self._limits.path_bytes:
            return f"is longer than {self._limits.path_bytes} bytes; shorten it"
        return next((flaw for pattern, flaw in _BAD_TEXT if pattern.search(text)), "")

    def _parts_flaw(self, parts: list[str]) -> str:
        if ".." in parts:
            return f"climbs out with '..'; {_PUBLISHER}"
        if len(parts) > self._limits.depth:
            return f"is more than {self._limits.depth} directories deep; {_PUBLISHER}"
        if any(len(part.encode()) > self._limits.name_bytes for part in parts):
            return f"has a part longer than {self._limits.name_bytes} bytes; shorten it"
        return ""

    def _announce(self, path: str) -> None:
        """Tell the sink of a directory and those above it, each once."""
        if path and self._kinds.get(path) is not Kind.DIRECTORY:
            self._announce(_parent(path))
            self._enter(path, Kind.DIRECTORY)
            self._sink.directory(path)

    def _enter(self, path: str, kind: Kind) -> None:
        """Give a path to one entry, and to no other that could meet it on a disk."""
        key = _key(path)
        known = self._spelled.setdefault(key, path)
        if known != path:
            raise self._error(path, f"differs from {_shown(known)} only in case or Unicode form; rename one of them")
        if path in self._kinds:
            again = f"{self._kinds[path].value} and again as a {kind.value}"
            raise self._error(path, f"is listed as a {again}; rebuild the archive with each name once")
        self._kinds[path] = kind
        self._listed += len(path)

    def _bound(self) -> None:
        most = self._limits
        if max(self._taken, len(self._kinds)) > most.entries:
            raise ArtifactError(f"{self._archive} has more than {most.entries} entries; split it or raise the limit")
        if self._listed > most.listing_bytes:
            raise ArtifactError(f"{self._archive} has names of more than {most.listing_bytes} bytes; shorten them")

    def _target(self, path: str, target: str) -> str:
        """Return a link's target if it is a relative path; where it leads is judged when all are known."""
        self._listed += len(target)
        flaw = self._text_flaw(target)
        if not target:
            flaw = f"names nothing; {_PUBLISHER}"
        elif target.count("/") > self._limits.depth:
            flaw = f"has more than {self._limits.depth} parts; {_PUBLISHER}"
        if flaw:
            raise self._error(path, f"is a symlink whose target {_shown(target)} {flaw}")
        return target

    def _places(self, path: str, target: str) -> t.Iterator[str]:
        """Yield each path that a link passes on its way."""
        place = path.split("/")[:-1]
        for part in target.split("/"):
            if part == ".." and not place:
                raise self._error(path, f"is a symlink that leads outside ({_shown(target)}); {_PUBLISHER}")
            if part == "..":
                place.pop()
            elif part not in ("", "."):
                place.append(part)
            yield "/".join(place)

    def _error(self, name: str, flaw: str) -> ArtifactError:
        return ArtifactError(f"{self._archive}: {_shown(name)} {flaw}")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _key(path: str) -> str:
    """Return what paths have in common that a case-blind or normalising file system cannot tell apart."""
    key = unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
    return path if key == path else key  # one string in memory, not two


def _shown(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else f"{shown[:48]}...{shown[-29:]}"


def _read_out(chunks: t.Iterator[bytes]) -> None:
    for _chunk in chunks:
        pass
