# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How is text told that strangers chose: names of files, which are bytes, headers of plugins, answers of servers?"""

from __future__ import annotations

import re
import typing as t

SURROGATE: t.Final = re.compile(r"[\ud800-\udfff]")  # half a character: a byte of a name that is no UTF-8

_T = t.TypeVar("_T")


def printable(text: str) -> str:
    """Keep it from steering a terminal, or breaking a line."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


def told(value: _T) -> _T:
    """Write the bytes of names that are no UTF-8 as a shell would, since no answer of a tool can hold them."""
    return t.cast("_T", _told(value))


def _told(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return value if value.isascii() else SURROGATE.sub(lambda half: f"\\x{ord(half[0]) & 0xFF:02x}", value)
    if isinstance(value, t.Mapping):
        return {_told(key): _told(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(one) for one in value]
    return value
