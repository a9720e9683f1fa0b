# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is an entry of an archive, before anybody has judged it, and how are its bytes unpacked in bounded memory?"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

CHUNK: t.Final = 64 * 1024
SPECIAL: t.Final = "is a device, a pipe, a socket or the like; rebuild the archive without it"

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


class Bytes(t.Protocol):
    """Be what compressed bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


class Codec(t.Protocol):
    """Be what unpacks them, as those of zlib, bz2 and lzma are."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def decompressed(stream: Bytes, make: t.Callable[[], Codec]) -> t.Iterator[bytes]:
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
