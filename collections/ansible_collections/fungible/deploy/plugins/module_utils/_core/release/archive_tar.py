# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does a tar archive hold, compressed or not? It is read once and forwards, and its headers are bounded."""

from __future__ import annotations

import bz2
import lzma
import tarfile
import typing as t
import zlib

from .archive_entry import CHUNK, SPECIAL, Entry, FlawError, Kind, decompressed

if t.TYPE_CHECKING:
    from .archive_entry import Codec, Count

_HEADERS: t.Final = 64 * 1024  # of one entry, pax and GNU headers together; tarfile reads them whole
_GLOBALS: t.Final = 64  # pax headers that hold for all entries; git writes one
_XZ_MEMORY: t.Final = 96 * 1024**2  # `xz -9` needs 65 MiB; the format allows 4 GiB

_CODECS: dict[bytes, t.Callable[[], Codec]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
}


def _unpacked(stream: t.BinaryIO, head: bytes) -> t.Iterator[bytes]:
    for magic, make in _CODECS.items():
        if head.startswith(magic):
            return decompressed(stream, make)
    return iter(lambda: stream.read(CHUNK), b"")


class _Forward:
    """Be the file that tarfile reads headers from, over bytes that come once and are not kept."""

    def __init__(self, pieces: t.Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, next(pieces, b"")
        self._at = self._position = 0
        self.headroom = _HEADERS
        self.last = b""

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> None:
        if position < self._position:
            raise tarfile.ReadError("an entry's size leads backwards")
        self.read(position - self._position)

    def read(self, size: int) -> bytes:
        self.headroom -= size
        if self.headroom < 0:
            raise FlawError(f"has an entry with more than {_HEADERS} bytes of headers; rebuild the archive")
        self.last = b"".join(self.take(size))
        return self.last

    def take(self, size: int) -> t.Iterator[bytes]:
        """Yield exactly so many bytes, in pieces."""
        while size > 0:
            if self._at == len(self._held):
                self._held, self._at = next(self._pieces, b""), 0
            if not self._held:
                raise EOFError("it ends too soon")
            piece = self._held[self._at : self._at + size]
            self._at += len(piece)
            self._position += len(piece)
            size -= len(piece)
            yield piece

    def rest(self) -> t.Iterator[bytes]:
        yield self._held[self._at :]
        yield from self._pieces


def entries(stream: t.BinaryIO, head: bytes, count: Count) -> t.Iterator[Entry]:
    """Yield the entries in their order; each has to be read before the next one is asked for."""
    return _entries(_Forward(count(_unpacked(stream, head))))


def _entries(stream: _Forward) -> t.Iterator[Entry]:
    file = t.cast("t.IO[bytes]", stream)
    try:
        archive = tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape")
    except (tarfile.ReadError, EOFError) as exc:
        raise FlawError("is not a whole zip or tar (.gz, .bz2, .xz) archive; check its source") from exc
    for member in archive:
        archive.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps them all
        if len(archive.pax_headers) > _GLOBALS:
            raise FlawError(f"has more than {_GLOBALS} global headers; rebuild the archive")
        chunks = stream.take(member.size if member.isreg() else 0)
        yield Entry(member.name, _kind(member), member.mode, chunks, member.linkname, _flaw(member))
        stream.headroom = _HEADERS
    if stream.last != bytes(tarfile.BLOCKSIZE):  # tarfile takes a broken header for the end
        raise tarfile.ReadError("a header is broken")
    if any(piece.strip(b"\0") for piece in stream.rest()):
        raise FlawError("has more bytes after its end; rebuild it as one archive")


def _kind(member: tarfile.TarInfo) -> Kind:
    if member.issym():
        return Kind.SYMLINK
    return Kind.DIRECTORY if member.isdir() else Kind.FILE


def _flaw(member: tarfile.TarInfo) -> str:
    if member.islnk():
        return "is a hard link; rebuild the archive without hard links"
    if member.issparse():
        return "is a sparse file; rebuild the archive without --sparse"
    if member.size < 0:
        return "has a negative size; rebuild the archive"
    return "" if member.isreg() or member.isdir() or member.issym() else SPECIAL
