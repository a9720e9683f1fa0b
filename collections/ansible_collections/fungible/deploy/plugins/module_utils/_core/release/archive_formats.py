# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a zip or tar archive says it holds: entries in file order, decoded from hostile bytes in bounded memory."""

from __future__ import annotations

import lzma
import struct
import tarfile
import typing as t
import zipfile
import zlib

from . import archive_tar, archive_zip

if t.TYPE_CHECKING:
    from .archive_entry import Count, Entry

_LIBRARIES: t.Final = (struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)
CORRUPT: t.Final = (*_LIBRARIES, OSError, EOFError, ValueError, ArithmeticError, LookupError, RuntimeError)


def entries(stream: t.BinaryIO, count: Count, most: int) -> t.Iterator[Entry]:
    """Yield the entries; `count` sees every unpacked byte, and a zip may list `most` entries."""
    head = stream.read(6)
    stream.seek(0)
    if head.startswith(archive_zip.MAGICS):
        yield from archive_zip.entries(stream, count, most)
    else:
        yield from archive_tar.entries(stream, head, count)
