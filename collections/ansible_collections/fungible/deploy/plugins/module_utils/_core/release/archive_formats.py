# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a zip or tar archive says it holds: entries in file order, decoded from hostile bytes in bounded memory."""

from __future__ import annotations

import bz2
import enum
import lzma
import stat
import struct
import tarfile
import typing as t
import zipfile
import zlib
from dataclasses import dataclass

CHUNK = 64 * 1024
_LIBRARIES = (struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)
CORRUPT = (*_LIBRARIES, OSError, EOFError, ValueError, ArithmeticError, LookupError, RuntimeError)

_TAR_HEADERS = 64 * 1024  # of one entry, pax and GNU headers together; tarfile reads them whole
_TAR_GLOBALS = 64  # pax headers that hold for all entries; git writes one
_XZ_MEMORY = 96 * 1024**2  # `xz -9` needs 65 MiB; the format allows 4 GiB
_ZIP_UNIX = 3
_ZIP_ENCRYPTED = 0x1 | 0x40
_ZIP_UTF8 = 0x800

_SPECIAL = "is a device, a pipe, a socket or the like; rebuild the archive without it"

Count = t.Callable[[t.Iterator[bytes]], t.Iterator[bytes]]


class FlawError(Exception):
    """Say what is wrong with an archive as a whole; who catches it knows the archive's name."""


class Kind(enum.Enum):
    """What an entry becomes."""

    DIRECTORY = "directory"
    FILE = "file"
    SYMLINK = "symlink"


@dataclass(frozen=True)
class Entry:
    """One entry as the archive tells it; nothing but `flaw` has been judged yet."""

    name: str  # bytes that are not UTF-8 are kept as surrogates
    kind: Kind
    mode: int
    chunks: t.Iterator[bytes]
    target: str = ""
    flaw: str = ""


def entries(stream: t.BinaryIO, count: Count, most: int) -> t.Iterator[Entry]:
    """Yield the entries; `count` sees every unpacked byte, and a zip may list `most` entries."""
    head = stream.read(6)
    stream.seek(0)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        yield from _zip_entries(stream, count, most)
    else:
        yield from _tar_entries(_Forward(count(_unpacked(stream, head))))


# zip


class _Capped:
    """Let zipfile read a file, but not a table of contents too large for the memory it costs."""

    def __init__(self, stream: t.BinaryIO, most: int) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._stream, self._most = stream, most

    def read(self, size: int = -1) -> bytes:
        if size <= CHUNK:
            return self._stream.read(size)
        if size > 192 * self._most:
            raise FlawError(f"has too large a table of contents for {self._most} entries; split it or raise the limit")
        data = self._stream.read(size)
        if data.count(b"PK\1\2") > self._most:  # each will cost zipfile half a kilobyte
            raise FlawError(f"lists more than {self._most} entries; split it or raise the limit")
        return data


def _zip_entries(stream: t.BinaryIO, count: Count, most: int) -> t.Iterator[Entry]:
    with zipfile.ZipFile(t.cast("t.BinaryIO", _Capped(stream, most))) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in infos[1:]), archive.start_dir]
        for info, end in zip(infos, ends):
            mode = info.external_attr >> 16 if info.create_system == _ZIP_UNIX else 0
            kind = _zip_kind(info, mode)
            begin, name = _zip_header(stream, info)
            flaw = _zip_flaw(info, kind, mode)
            if begin + info.compress_size > end:
                flaw = "overlaps another entry, as bombs do; get the archive from a source you trust"
            elif not flaw and name != _zip_raw(info) and kind is not Kind.DIRECTORY:
                flaw = "has another name where its bytes are; rebuild the archive"
            chunks = count(_zip_chunks(stream, info, begin))
            target = _target(chunks) if kind is Kind.SYMLINK and not flaw else ""
            yield Entry(_zip_name(info), kind, mode, chunks, target, flaw)


def _zip_header(stream: t.BinaryIO, info: zipfile.ZipInfo) -> tuple[int, bytes]:
    """Tell where an entry's bytes begin, and which name is written before them."""
    stream.seek(info.header_offset)
    magic, name, extra = struct.unpack("<4s22xHH", stream.read(30))
    if magic != b"PK\3\4":
        raise zipfile.BadZipFile("an entry is not where it should be")
    return info.header_offset + 30 + name + extra, stream.read(name)


def _zip_raw(info: zipfile.ZipInfo) -> bytes:
    """Undo zipfile's guesses: it reads bytes as cp437 unless flagged, and cuts `filename` at a NUL."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _ZIP_UTF8 else "cp437")


def _zip_name(info: zipfile.ZipInfo) -> str:
    return _zip_raw(info).decode("utf-8", "surrogateescape")


def _zip_kind(info: zipfile.ZipInfo, mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMLINK
    return Kind.DIRECTORY if info.orig_filename.endswith("/") or stat.S_ISDIR(mode) else Kind.FILE


def _zip_flaw(info: zipfile.ZipInfo, kind: Kind, mode: int) -> str:
    if info.flag_bits & _ZIP_ENCRYPTED:
        return "is encrypted; rebuild the archive without a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks bzip2 and LZMA without a bound: 4 KiB can become gigabytes in one call
        return f"is compressed by method {info.compress_type}; rebuild the archive with deflate"
    if "\\" in info.orig_filename:
        return "has a backslash in its name; rebuild the archive with forward slashes"
    if kind is Kind.DIRECTORY and info.file_size:
        return "is a directory with bytes in it; rebuild the archive"
    return "" if stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK) else _SPECIAL


class _Part:
    """Be the next bytes of a file, for what reads to the end."""

    def __init__(self, stream: t.BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


def _zip_chunks(stream: t.BinaryIO, info: zipfile.ZipInfo, begin: int) -> t.Iterator[bytes]:
    """Unpack an entry; zipfile does so too, and takes longer for a small file than its bytes do."""
    stream.seek(begin)
    part = _Part(stream, info.compress_size)
    pieces = iter(lambda: part.read(CHUNK), b"")
    if info.compress_type == zipfile.ZIP_DEFLATED:
        pieces = _decompressed(part, lambda: zlib.decompressobj(-zlib.MAX_WBITS))
    checksum = size = 0
    for piece in pieces:
        checksum, size = zlib.crc32(piece, checksum), size + len(piece)
        if size > info.file_size:
            break
        yield piece
    if (checksum, size) != (info.CRC, info.file_size):
        raise zipfile.BadZipFile("Bad CRC-32, or another size than it says")


def _target(chunks: t.Iterator[bytes]) -> str:
    target = b""
    for chunk in chunks:
        target += chunk
        if len(target) > 4096:
            break  # longer than any target may be, and refused for it
    return target.decode("utf-8", "surrogateescape")


# tar


class _Bytes(t.Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Codec(t.Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_CODECS: dict[bytes, t.Callable[[], _Codec]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
}


def _unpacked(stream: t.BinaryIO, head: bytes) -> t.Iterator[bytes]:
    for magic, make in _CODECS.items():
        if head.startswith(magic):
            return _decompressed(stream, make)
    return iter(lambda: stream.read(CHUNK), b"")


def _decompressed(stream: _Bytes, make: t.Callable[[], _Codec]) -> t.Iterator[bytes]:
    """Yield bounded pieces, checksums verified; tarfile's own stream reader bounds nothing and skips gzip's CRC."""
    data = stream.read(CHUNK)
    while data:  # members may be joined end to end; each has its own codec
        codec = make()
        while not codec.eof:
            piece = codec.decompress(data, CHUNK)
            data = getattr(codec, "unconsumed_tail", b"")  # zlib's; the others hold it back themselves
            if piece:
                yield piece
            elif not data and not codec.eof:
                data = stream.read(CHUNK)
                if not data:
                    raise EOFError("it ends too soon")
        data = codec.unused_data or stream.read(CHUNK)


class _Forward:
    """Be the file that tarfile reads headers from, over bytes that come once and are not kept."""

    def __init__(self, pieces: t.Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, next(pieces, b"")
        self._at = self._position = 0
        self.headroom = _TAR_HEADERS
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
            raise FlawError(f"has an entry with more than {_TAR_HEADERS} bytes of headers; rebuild the archive")
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


def _tar_entries(stream: _Forward) -> t.Iterator[Entry]:
    file = t.cast("t.IO[bytes]", stream)
    try:
        archive = tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape")
    except (tarfile.ReadError, EOFError) as exc:
        raise FlawError("is not a whole zip or tar (.gz, .bz2, .xz) archive; check its source") from exc
    for member in archive:
        archive.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps them all
        if len(archive.pax_headers) > _TAR_GLOBALS:
            raise FlawError(f"has more than {_TAR_GLOBALS} global headers; rebuild the archive")
        chunks = stream.take(member.size if member.isreg() else 0)
        yield Entry(member.name, _tar_kind(member), member.mode, chunks, member.linkname, _tar_flaw(member))
        stream.headroom = _TAR_HEADERS
    if stream.last != bytes(tarfile.BLOCKSIZE):  # tarfile takes a broken header for the end
        raise tarfile.ReadError("a header is broken")
    if any(piece.strip(b"\0") for piece in stream.rest()):
        raise FlawError("has more bytes after its end; rebuild it as one archive")


def _tar_kind(member: tarfile.TarInfo) -> Kind:
    if member.issym():
        return Kind.SYMLINK
    return Kind.DIRECTORY if member.isdir() else Kind.FILE


def _tar_flaw(member: tarfile.TarInfo) -> str:
    if member.islnk():
        return "is a hard link; rebuild the archive without hard links"
    if member.issparse():
        return "is a sparse file; rebuild the archive without --sparse"
    if member.size < 0:
        return "has a negative size; rebuild the archive"
    return "" if member.isreg() or member.isdir() or member.issym() else _SPECIAL
