# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of one request: a small HTTP/1.1 client that hides no fault."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import typing as t
from dataclasses import dataclass

PIECE = 65536
_NO_BODY = {204, 304}


class Failure(enum.Enum):
    """Why a request did not get what it asked for."""

    NONE = ""
    STATUS = "status"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    RESET = "reset"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    NOT_SENT = "not sent"  # too many were under way already


class TruncatedError(Exception):
    """An answer ended before it was whole."""


class MalformedError(Exception):
    """An answer is not HTTP/1.1."""


@dataclass(frozen=True)
class Answer:
    """The head of an answer whose body was read to its end."""

    status: int
    headers: t.Mapping[str, str]
    keeps: bool


class Connection:
    """A connection to the site, for one request after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, address: tuple[str, int]) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection(*address))

    @property
    def is_usable(self) -> bool:
        """Tell whether the other side has not ended it, as far as is known here."""
        return not self._reader.at_eof() and self._reader.exception() is None and not self._writer.is_closing()

    async def ask(self, request: bytes) -> Answer:
        """Send the request and read the whole answer."""
        self._writer.write(request)
        status, headers = await self._head()
        while 100 <= status < 200:
            status, headers = await self._head()
        delimited = status in _NO_BODY or await self._body(headers)
        return Answer(status, headers, delimited and headers.get("connection", "keep-alive").lower() == "keep-alive")

    def close(self) -> None:
        """Close at once, whatever is under way."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.transport.abort()

    async def _head(self) -> tuple[int, dict[str, str]]:
        try:
            text = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError as exc:
            if exc.partial:
                raise TruncatedError from exc
            raise ConnectionResetError("closed without an answer") from exc
        except asyncio.LimitOverrunError as exc:
            raise MalformedError from exc
        first, *lines = text[:-4].split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise MalformedError
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if version == "HTTP/1.0":
            headers.setdefault("connection", "close")
        return int(rest[:3]), headers

    async def _body(self, headers: t.Mapping[str, str]) -> bool:
        """Read the body to its end and tell whether it says itself where that is."""
        try:
            if headers.get("transfer-encoding", "").lower() == "chunked":
                await self._chunks()
                return True
            if "content-length" in headers:
                await self._skip(int(headers["content-length"]))
                return True
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            raise TruncatedError from exc
        except (asyncio.LimitOverrunError, ValueError) as exc:
            raise MalformedError from exc
        while await self._reader.read(PIECE):
            pass
        return False

    async def _chunks(self) -> None:
        size = -1
        while size:
            size = int((await self._line()).split(b";")[0], 16)
            if size:
                await self._skip(size + 2)
        while await self._line() != b"\r\n":  # trailers
            pass

    async def _line(self) -> bytes:
        return await self._reader.readuntil(b"\r\n")

    async def _skip(self, size: int) -> None:
        if size < 0:
            raise ValueError(size)
        while size:
            piece = await self._reader.read(min(size, PIECE))
            if not piece:
                raise asyncio.IncompleteReadError(b"", size)
            size -= len(piece)
