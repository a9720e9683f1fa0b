# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Does a version fit a range, as 6.5 fits `>=5.8,<7`?"""

from __future__ import annotations

import operator
import re
import typing as t

NUMBER: t.Final = r"[0-9][A-Za-z0-9.+_-]{0,31}"
COMPARISON: t.Final = rf" *(?:>=|<=|!=|=|>|<) *{NUMBER} *"
RANGE: t.Final = f"{COMPARISON}(?:,{COMPARISON})*"

_PARTS: t.Final = re.compile(rf"(>=|<=|!=|=|>|<) *({NUMBER})")
_VERSION: t.Final = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)(.*)")
_MOST: t.Final = 64  # characters of what is worth comparing
_PLAIN: t.Final = 4  # between what comes before a release and what mends it
_PHASES: t.Final = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3}
_COMPARE: t.Final[dict[str, t.Callable[[t.Any, t.Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}

Key = tuple[tuple[int, ...], int, tuple[tuple[int, str], ...]]
LEAST: t.Final[Key] = ((), 0, ())


def fits(version: str, asked: str) -> bool | None:
    """Tell whether a version fits a range; nothing if it has no number that could be compared."""
    found = key(version)
    if found is None:
        return None
    return all(_COMPARE[sign](found, key(bound)) for sign, bound in _PARTS.findall(asked))


def key(version: str) -> Key | None:
    """Give what versions are compared by: 6.5 is 6.5.0, and 6.5-beta2 < 6.5-RC1 < 6.5 < 6.5-p1 < 6.5.1."""
    match = _VERSION.fullmatch(version) if len(version) <= _MOST else None
    if not match:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    words = re.findall(r"[0-9]+|[a-z]+", match[2].lower())
    phase = _PHASES.get(words[0], _PLAIN + 1) if words else _PLAIN
    rest = words[1:] if phase < _PLAIN else words
    return tuple(numbers), phase, tuple((int(word), "") if word.isdigit() else (-1, word) for word in rest)


def is_early(version: str) -> bool:
    """Tell whether a version is on its way to another, as 6.5-RC1 is."""
    found = key(version)
    return found is not None and found[1] < _PLAIN


def is_number(text: str) -> bool:
    """Tell whether a text can be the bound of a range."""
    return re.fullmatch(NUMBER, text) is not None and key(text) is not None
