# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Bytes from a URL or a file, kept only if they are the bytes that were locked."""

from __future__ import annotations

import hashlib
import http.client
import typing as t
import urllib.request

from ..errors import ArtifactError
from ..redirects import followed
from .files import told

CHUNK: t.Final = 1 << 18


def download(location: str, path: str, allowed: t.Collection[str] = ()) -> str:
    """Copy what is at a location to a path and tell its sha256."""
    sha256 = hashlib.sha256()
    with open_location(location, allowed) as stream, told(path), open(path, "wb") as file:
        for chunk in _chunks(stream, location):
            sha256.update(chunk)
            file.write(chunk)
    return sha256.hexdigest()


def open_location(location: str, allowed: t.Collection[str] = ()) -> t.Any:
    """Open a URL, or a file of this host; a redirect is followed to the same host, or to one that is allowed."""
    try:
        if "://" not in location:
            return open(location, "rb")
        if not location.startswith(("https://", "http://")):
            raise ArtifactError(f"{location}: only https:// and http:// can be fetched")
        return urllib.request.build_opener(_Redirects(allowed)).open(location, timeout=60)
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise ArtifactError(f"{location}: cannot be read: {getattr(exc, 'reason', None) or exc}") from exc


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Be what judges where a server sends us."""

    def __init__(self, allowed: t.Collection[str]) -> None:
        self._allowed = allowed

    def redirect_request(self, req: t.Any, fp: t.Any, code: int, msg: str, headers: t.Any, newurl: str) -> t.Any:
        followed(req.full_url, newurl, self._allowed)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _chunks(stream: t.Any, location: str) -> t.Iterator[bytes]:
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
        missing = getattr(stream, "length", None)  # of what the server announced; http.client does not complain itself
        if missing:
            raise http.client.IncompleteRead(b"", missing)
    except (OSError, http.client.HTTPException) as exc:
        raise ArtifactError(f"{location}: the download broke off ({exc}): run again") from exc
