# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which plugins does a list of WordPress's database switch on? Read as text: what PHP kept is never brought to life.

The format: https://www.php.net/manual/en/function.serialize.php; its lengths are in bytes.
"""

from __future__ import annotations

import re
import typing as t

from ...errors import StoreError

MOST: t.Final = 1 << 18  # characters of a list
_OPEN: t.Final = re.compile(rb"a:([0-9]{1,5}):\{")
_NUMBER: t.Final = re.compile(rb"i:(-?[0-9]{1,20});")
_TEXT: t.Final = re.compile(rb's:([0-9]{1,6}):"')


def files(text: str, *, are_keys: bool = False) -> list[str]:
    """Tell the strings of a serialized array; a network's list has the plugins as its keys, and times as values."""
    data = text.encode("utf-8", "surrogateescape")
    opened = _OPEN.match(data) if len(text) <= MOST else None
    if not opened:
        raise StoreError("its list of plugins is none that WordPress writes")
    at, found = opened.end(), []
    for _pair in range(int(opened[1])):
        key, at = _scalar(data, at)
        value, at = _scalar(data, at)
        one = key if are_keys else value
        if isinstance(one, str):
            found.append(one)
    if data[at:] != b"}":
        raise StoreError("its list of plugins is none that WordPress writes")
    return found


def _scalar(data: bytes, at: int) -> tuple[str | int, int]:
    """Read a number or a string, and tell where it ends."""
    number, text = _NUMBER.match(data, at), _TEXT.match(data, at)
    if number:
        return int(number[1]), number.end()
    end = text.end() + int(text[1]) if text else 0
    if not text or data[end : end + 2] != b'";':
        raise StoreError("its list of plugins is none that WordPress writes")
    return data[text.end() : end].decode("utf-8", "replace"), end + 2
