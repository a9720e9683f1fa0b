# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Bytes from a URL or a file, kept only if they are the bytes that were locked."""

from __future__ import annotations

import hashlib
import http.client
import typing as t
import urllib.request

from ..errors import ArtifactError
from .files import told

CHUNK: t.Final = 1 << 18


def download(location: str, path: str) -> str:
    """Copy what is at a location to a path and tell its sha256."""
    sha256 = hashlib.sha256()
    with open_location(location) as stream, told(path), open(path, "wb") as file:
        for chunk in _chunks(stream, location):
            sha256.update(chunk)
            file.write(chunk)
    return sha256.hexdigest()


def open_location(location: str) -> t.Any:
    """Open a URL, or a file of this host."""
    try:
        if "://" not in location:
            return open(location, "rb")
        if not location.startswith(("https://", "http://")):
            raise ArtifactError(f"{location}: only https:// and http:// can be fetched")
        return urllib.request.build_opener().open(location, timeout=60)
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise ArtifactError(f"{location}: cannot be read: {getattr(exc, 'reason', None) or exc}") from exc


def _chunks(stream: t.Any, location: str) -> t.Iterator[bytes]:
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
        missing = getattr(stream, "length", None)  # of what the server announced; http.client does not complain itself
        if missing:
            raise http.client.IncompleteRead(b"", missing)
    except (OSError, http.client.HTTPException) as exc:
        raise ArtifactError(f"{location}: the download broke off ({exc}): run again") from exc
