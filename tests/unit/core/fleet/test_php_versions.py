# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions are ordered as PHP orders them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet.php_versions import compare

EARLY = ("", "1.0-whatever", "1.0-dev", "1.0-alpha1", "1.0b2", "1.0RC1", "1.0-rc2", "1.0")
ASCENDING = (*EARLY, "1.0.0", "1.0.1", "1.0.10", "1.0pl1", "1.2", "1.10")
VERSIONS = st.text("0123.-_+abrcRCpldev#v ", max_size=8)


@pytest.mark.parametrize(("older", "newer"), list(itertools.combinations(ASCENDING, 2)))
def test_each_is_older_than_those_after_it(older: str, newer: str) -> None:
    assert compare(older, newer) == -1
    assert compare(newer, older) == 1


@pytest.mark.parametrize(("one", "other"), [("1.0-RC1", "1.0rc1"), ("1.0b", "1.0-beta"), ("5_3+1", "5.3.1"), ("", "")])
def test_signs_between_the_parts_do_not_matter(one: str, other: str) -> None:
    assert compare(one, other) == 0


@given(VERSIONS, VERSIONS)
def test_the_other_way_round_it_is_the_other_way_round(one: str, other: str) -> None:
    assert compare(one, other) == -compare(other, one)
