# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""A small text from a URL, with a bound on its size and on the time that it takes; no redirect is followed."""

from __future__ import annotations

import http.client
import time
import typing as t
import urllib.error
import urllib.request

from .protocol import Reply

CHUNK: t.Final = 1 << 16
SILENCE: t.Final = 20.0  # seconds without a byte
WHOLE: t.Final = 60.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: t.Any) -> None:
        return None


def fetch(url: str, most: int) -> Reply:
    """Give the answer; status 0 where there was none that is fit to be read, and why."""
    if not url.startswith(("https://", "http://")):
        return Reply(0, "only https:// and http:// can be asked")
    try:
        with urllib.request.build_opener(_NoRedirects()).open(url, timeout=SILENCE) as stream:
            return Reply(stream.status, _read(stream, most).decode())
    except urllib.error.HTTPError as exc:
        exc.close()
        return Reply(exc.code)
    except (OSError, ValueError, http.client.HTTPException) as exc:
        return Reply(0, str(getattr(exc, "reason", None) or exc))


def _read(stream: t.Any, most: int) -> bytes:
    until, data = time.monotonic() + WHOLE, b""
    while chunk := stream.read1(CHUNK):
        data += chunk
        if len(data) > most:
            raise ValueError(f"it is larger than {most >> 20} MB")
        if time.monotonic() > until:
            raise ValueError(f"it took longer than {WHOLE:g} s")
    return data
