# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does a zip archive hold? Its table of contents is not believed where its bytes say something else."""

from __future__ import annotations

import stat
import struct
import typing as t
import zipfile
import zlib

from .archive_entry import CHUNK, SPECIAL, Entry, FlawError, Kind, decompressed

if t.TYPE_CHECKING:
    from .archive_entry import Count

MAGICS: t.Final = (b"PK\3\4", b"PK\5\6")
_UNIX: t.Final = 3
_ENCRYPTED: t.Final = 0x1 | 0x40
_UTF8: t.Final = 0x800


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


def entries(stream: t.BinaryIO, count: Count, most: int) -> t.Iterator[Entry]:
    """Yield the entries in the order of their bytes."""
    with zipfile.ZipFile(t.cast("t.BinaryIO", _Capped(stream, most))) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in infos[1:]), archive.start_dir]
        for info, end in zip(infos, ends):
            mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
            kind = _kind(info, mode)
            begin, name = _header(stream, info)
            flaw = _flaw(info, kind, mode)
            if begin + info.compress_size > end:
                flaw = "overlaps another entry, as bombs do; get the archive from a source you trust"
            elif not flaw and name != _raw(info) and kind is not Kind.DIRECTORY:
                flaw = "has another name where its bytes are; rebuild the archive"
            chunks = count(_chunks(stream, info, begin))
            target = _target(chunks) if kind is Kind.SYMLINK and not flaw else ""
            yield Entry(_name(info), kind, mode, chunks, target, flaw)


def _header(stream: t.BinaryIO, info: zipfile.ZipInfo) -> tuple[int, bytes]:
    """Tell where an entry's bytes begin, and which name is written before them."""
    stream.seek(info.header_offset)
    magic, name, extra = struct.unpack("<4s22xHH", stream.read(30))
    if magic != b"PK\3\4":
        raise zipfile.BadZipFile("an entry is not where it should be")
    return info.header_offset + 30 + name + extra, stream.read(name)


def _raw(info: zipfile.ZipInfo) -> bytes:
    """Undo zipfile's guesses: it reads bytes as cp437 unless flagged, and cuts `filename` at a NUL."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


def _name(info: zipfile.ZipInfo) -> str:
    return _raw(info).decode("utf-8", "surrogateescape")


def _kind(info: zipfile.ZipInfo, mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMLINK
    return Kind.DIRECTORY if info.orig_filename.endswith("/") or stat.S_ISDIR(mode) else Kind.FILE


def _flaw(info: zipfile.ZipInfo, kind: Kind, mode: int) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; rebuild the archive without a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks bzip2 and LZMA without a bound: 4 KiB can become gigabytes in one call
        return f"is compressed by method {info.compress_type}; rebuild the archive with deflate"
    if "\\" in info.orig_filename:
        return "has a backslash in its name; rebuild the archive with forward slashes"
    if kind is Kind.DIRECTORY and info.file_size:
        return "is a directory with bytes in it; rebuild the archive"
    return "" if stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK) else SPECIAL


class _Part:
    """Be the next bytes of a file, for what reads to the end."""

    def __init__(self, stream: t.BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


def _chunks(stream: t.BinaryIO, info: zipfile.ZipInfo, begin: int) -> t.Iterator[bytes]:
    """Unpack an entry; zipfile does so too, and takes longer for a small file than its bytes do."""
    stream.seek(begin)
    part = _Part(stream, info.compress_size)
    pieces = iter(lambda: part.read(CHUNK), b"")
    if info.compress_type == zipfile.ZIP_DEFLATED:
        pieces = decompressed(part, lambda: zlib.decompressobj(-zlib.MAX_WBITS))
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
