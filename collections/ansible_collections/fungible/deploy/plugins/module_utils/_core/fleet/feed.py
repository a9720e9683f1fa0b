# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does a vulnerability feed say of the packages of a fleet? Record by record: feeds have 100 MB and more."""

from __future__ import annotations

import json
import re
import typing as t

from ..errors import CoreError
from .records import is_osv, is_wordfence, of_osv, of_wordfence
from .vulnerabilities import Known, Package, Vulnerability

SPACE: t.Final = re.compile(r"[ \t\n\r]*")
DECODER: t.Final = json.JSONDecoder()


class FeedError(CoreError):
    """A file is no vulnerability feed."""


def read(documents: t.Iterable[tuple[str, str]], wanted: t.Container[Package]) -> Known:
    """Read documents, each with what it is called, and keep what they say of some packages."""
    found: dict[Package, list[Vulnerability]] = {}
    for name, text in documents:
        for one in _vulnerabilities(name, text):
            if one.package in wanted:
                found.setdefault(one.package, []).append(one)
    return Known(found)


def _vulnerabilities(name: str, text: str) -> t.Iterator[Vulnerability]:
    known = 0
    for record in _records(name, text):
        if is_wordfence(record):
            known += 1
            yield from of_wordfence(record)
        elif is_osv(record):
            known += 1
            yield from of_osv(record)
    if not known:
        raise FeedError(f"{name}: has no record of OSV or of Wordfence Intelligence: is it a vulnerability feed?")


def _records(name: str, text: str) -> t.Iterator[t.Any]:
    """Go over the members of a list or an object; an object that is itself a record comes last."""
    whole: dict[str, t.Any] = {}
    try:
        for key, value in _members(text):
            if key is None or isinstance(value, dict):
                yield value
            if isinstance(value, list) and key == "vulns":  # what OSV's query answers
                yield from value
            elif key is not None and not is_wordfence(value):
                whole[key] = value
    except (ValueError, RecursionError) as exc:
        raise FeedError(f"{name}: is no JSON ({exc}): fetch it anew") from exc
    yield whole


def _members(text: str) -> t.Iterator[tuple[str | None, t.Any]]:
    at = _skip(text, 0)
    opening = text[at : at + 1]
    if opening not in ("{", "["):
        raise ValueError("neither an object nor a list")
    closing = {"{": "}", "[": "]"}[opening]
    at = _skip(text, at + 1)
    while text[at : at + 1] != closing:
        key = None
        if opening == "{":
            key, at = DECODER.raw_decode(text, at)
            at = _past(text, at, ":")
        value, at = DECODER.raw_decode(text, at)
        yield (None if key is None else str(key)), value
        at = _skip(text, at)
        if text[at : at + 1] != closing:
            at = _past(text, at, ",")
    if _skip(text, at + 1) != len(text):
        raise ValueError("something follows its end")


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _past(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"{sign} is missing at character {at}")
    return _skip(text, at + 1)
