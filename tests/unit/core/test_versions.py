# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions are compared as their authors mean them."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core import versions

ASCENDING = ("0.9", "1", "1.0.1", "1.9", "1.10", "6.5-dev", "6.5-alpha", "6.5-beta2", "6.5-RC1", "6.5-RC2", "6.5")
LATER = ("6.5-p1", "6.5-p2", "6.5.1", "6.10", "7", "2026.10.01")


@pytest.mark.parametrize(("older", "newer"), list(itertools.combinations((*ASCENDING, *LATER), 2)))
def test_each_is_older_than_those_after_it(older: str, newer: str) -> None:
    assert versions.fits(older, f"<{newer}")
    assert versions.fits(newer, f">{older}")
    assert versions.fits(older, f"!={newer}")
    assert not versions.fits(older, f">={newer}")
    assert not versions.fits(newer, f"<={older}")
    assert not versions.fits(newer, f"={older}")


@pytest.mark.parametrize(("one", "other"), [("6.5", "6.5.0"), ("6", "6.0.0"), ("0", "0.0"), ("v6.5", "6.5")])
def test_trailing_zeros_do_not_matter(one: str, other: str) -> None:
    assert versions.fits(one, f"={other.lstrip('v')}")
    assert versions.fits(other, f">={one.lstrip('v')}, <={one.lstrip('v')}")


@pytest.mark.parametrize(
    ("version", "asked", "does"),
    [
        ("6.5", ">=5.8,<7", True),
        ("7", ">=5.8,<7", False),
        ("5.8", ">= 5.8 , < 7", True),
        ("6.5", ">=5.8,!=6.5", False),
        ("7-beta1", ">=5.8,<7", True),
    ],
)
def test_a_range_is_all_of_its_comparisons(version: str, asked: str, does: bool) -> None:
    assert versions.fits(version, asked) is does


def test_what_has_no_number_fits_nothing_and_misses_nothing() -> None:
    assert versions.fits("trunk", ">=5.8") is None


@given(st.from_regex(versions.RANGE, fullmatch=True), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,9}", fullmatch=True))
def test_any_version_can_be_held_against_any_range(asked: str, version: str) -> None:
    assert re.fullmatch(versions.RANGE, asked)
    assert versions.fits(version, asked) in (True, False, None)
