# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are archives written so that their bytes are the same on every machine.

Nothing is compressed: what deflate makes of the same input differs between builds of zlib.
"""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import tarfile
import typing as t
import zipfile
import zlib
from pathlib import Path

from .errors import ToolError

WHEN = (2024, 7, 1, 0, 0, 0)  # what every file in a zip is dated
EPOCH = 1719792000  # the same in a tar, in UTC

Files = t.Mapping[str, bytes]


def sha256_of(path: Path) -> str:
    """Return the digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        for piece in iter(lambda: handle.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def write_zip(path: Path, files: Files, *, top: str) -> None:
    """Write the files below one top folder, sorted, with their folders."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for folder in _folders(files, top):
            archive.writestr(_zip_entry(folder + "/", stat.S_IFDIR | 0o755), b"")
        for name in sorted(files):
            archive.writestr(_zip_entry(f"{top}/{name}", stat.S_IFREG | 0o644), files[name])


def write_tar_gz(path: Path, files: Files, *, top: str) -> None:
    """Write the files below one top folder, sorted, with their folders."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in _folders(files, top):
            archive.addfile(_tar_entry(folder, tarfile.DIRTYPE, 0o755, 0))
        for name in sorted(files):
            entry = _tar_entry(f"{top}/{name}", tarfile.REGTYPE, 0o644, len(files[name]))
            archive.addfile(entry, io.BytesIO(files[name]))
    path.write_bytes(gzip_stored(buffer.getvalue()))


def gzip_stored(data: bytes) -> bytes:
    """Wrap the data as gzip, uncompressed and undated (RFC 1952, and RFC 1951 section 3.2.4)."""
    size = 0xFFFF
    pieces = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
    blocks = [
        struct.pack("<BHH", index == len(pieces) - 1, len(piece), len(piece) ^ size) + piece
        for index, piece in enumerate(pieces)
    ]
    head = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"
    return head + b"".join(blocks) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def read_tree(folder: Path, *, root: Path) -> dict[str, bytes]:
    """Read all files of a folder; links are followed as if root were /, and may not leave it."""
    found: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir()):
        path = _followed(entry, root)
        if path.is_dir():
            found.update({f"{entry.name}/{name}": data for name, data in read_tree(path, root=root).items()})
        else:
            found[entry.name] = path.read_bytes()
    return found


def _followed(path: Path, root: Path) -> Path:
    for _ in range(20):
        if not path.is_symlink():
            break
        target = path.readlink()
        path = root / target.relative_to("/") if target.is_absolute() else path.parent / target
    if root.resolve() not in path.resolve().parents:
        raise ToolError(f"a link in {root} leads out of it, to {path}")
    return path


def _folders(files: Files, top: str) -> list[str]:
    parents = {str(parent) for name in files for parent in Path(top, name).parents}
    return sorted((parents | {top}) - {"."})


def _zip_entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=WHEN)
    entry.create_system = 3  # Unix, wherever it is written
    entry.external_attr = mode << 16 | (0x10 if name.endswith("/") else 0)
    return entry


def _tar_entry(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.mtime = kind, mode, size, EPOCH
    return entry
