# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""JSON documents that a person has put beside their manifests: one file, a folder of them, or a zip; bounded."""

from __future__ import annotations

import os
import typing as t
import zipfile
import zlib

from ..errors import HostError
from .files import told

MOST: t.Final = 512 << 20  # of one document; the largest feed known had 158 MB in October 2026
MOST_OF_ALL: t.Final = 4 << 30
MOST_DOCUMENTS: t.Final = 1_000_000


def documents(path: str) -> t.Iterator[tuple[str, str]]:
    """Give each document's name and text."""
    with told(path):
        is_folder, is_zip = os.path.isdir(path), zipfile.is_zipfile(path)
    found = _of_folder(path) if is_folder else _of_zip(path) if is_zip else iter(((path, _read(path)),))
    count = total = 0
    for name, data in found:
        count, total = count + 1, total + len(data)
        if count > MOST_DOCUMENTS or total > MOST_OF_ALL:
            raise HostError(f"{path}: is larger than {MOST_OF_ALL >> 30} GB or has too many files: give a part of it")
        yield name, _decoded(name, data)
    if not count:
        raise HostError(f"{path}: has no file that ends in .json: give a file, a folder or a zip of some")


def _of_folder(path: str) -> t.Iterator[tuple[str, bytes]]:
    with told(path):
        names = sorted(name for name in os.listdir(path) if name.endswith(".json"))
    for name in names:
        yield f"{path}/{name}", _read(f"{path}/{name}")


def _of_zip(path: str) -> t.Iterator[tuple[str, bytes]]:
    try:
        with told(path), zipfile.ZipFile(path) as archive:
            for one in archive.infolist():
                if one.filename.endswith(".json"):
                    with archive.open(one) as file:
                        yield f"{path}: {one.filename!r}", _bounded(file, one.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as exc:
        raise HostError(f"{path}: cannot be unpacked ({exc}): fetch it anew") from exc


def _read(path: str) -> bytes:
    with told(path), open(path, "rb") as file:
        return _bounded(file, path)


def _bounded(file: t.IO[bytes], name: str) -> bytes:
    data = file.read(MOST + 1)
    if len(data) > MOST:
        raise HostError(f"{name}: is larger than {MOST >> 20} MB: give a smaller feed")
    return data


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise HostError(f"{name}: is no UTF-8 text: is it a vulnerability feed?") from exc
