# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which of two versions is older, as PHP's `version_compare` has it, by which WordPress and its feeds order them?

https://www.php.net/manual/en/function.version-compare.php: 1.0-dev < 1.0-alpha < 1.0-beta < 1.0-RC < 1.0 < 1.0-pl, and
a word that it does not know comes before them all. Unlike in a range of the catalogue, 6.5 is older than 6.5.0.
"""

from __future__ import annotations

import re
import typing as t

_WORDS: t.Final = (("dev", 0), ("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("RC", 3), ("rc", 3), ("pl", 5), ("p", 5))
_NUMBER: t.Final = 4  # what a bare number is worth beside a word
_UNKNOWN: t.Final = -1
_PART: t.Final = re.compile(r"[0-9]+|[^0-9.]+")
_DIGITS: t.Final = 18  # more than these are one and the same to the C function that PHP counts by

Part = t.Union[int, str]


def compare(one: str, other: str) -> int:
    """Tell whether a version is older (-1) than another, newer (1) or as old (0)."""
    left, right = _parts(one), _parts(other)
    if not (left and right):
        return bool(left) - bool(right)
    for mine, theirs in zip(left, right):
        if mine != theirs:
            found = _sign(mine, theirs)
            if found:
                return found
    if len(left) > len(right):
        return _rest(left[len(right)])
    return -_rest(right[len(left)]) if len(right) > len(left) else 0


def _parts(version: str) -> list[Part]:
    """Part a version into numbers and words; any sign that is neither parts them too."""
    plain = re.sub(r"[^0-9A-Za-z]+", ".", version)
    return [min(int(part[:_DIGITS]), 10**_DIGITS) if part.isdigit() else part for part in _PART.findall(plain)]


def _sign(mine: Part, theirs: Part) -> int:
    if isinstance(mine, int) and isinstance(theirs, int):
        return (mine > theirs) - (mine < theirs)
    return (_worth(mine) > _worth(theirs)) - (_worth(mine) < _worth(theirs))


def _worth(part: Part) -> int:
    if isinstance(part, int):
        return _NUMBER
    return next((worth for word, worth in _WORDS if part.startswith(word)), _UNKNOWN)


def _rest(part: Part) -> int:
    """Tell whether a version that goes on with a part is newer than one that has ended."""
    return 1 if isinstance(part, int) else _sign(part, 0)
