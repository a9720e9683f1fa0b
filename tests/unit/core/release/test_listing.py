# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A listing holds a tree's entries and gives them back, and damage is told in a few words."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.release.listing import (
    EPOCH,
    SPAN,
    Damage,
    Entry,
    digest,
    dump,
    load,
    mtime,
)

# What the archive reader lets through: no control characters, and nothing that is not UTF-8.
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
SHA256S = st.binary(min_size=32, max_size=32).map(bytes.hex)
ENTRIES = st.one_of(
    st.builds(Entry, NAMES, st.sampled_from("fxo"), SHA256S, st.integers(0, 2**40)),
    st.builds(lambda path, target: Entry(path, "l", target=target), NAMES, NAMES),
    st.builds(lambda path: Entry(path, "d"), NAMES),
)


@given(st.lists(ENTRIES))
def test_what_is_dumped_is_loaded_again(entries: list[Entry]) -> None:
    assert load(dump(entries)) == entries


def test_an_entry_is_one_line_of_columns() -> None:
    assert str(Entry("a b/ü.php", "f", "5e" * 32, 12)) == f"f\t{'5e' * 32}\t12\ta b/ü.php"
    assert str(Entry("latest", "l", target="a b")) == "l\t-\t0\tlatest\ta b"
    assert str(Entry("uploads", "d")) == "d\t-\t0\tuploads"


def test_the_digest_of_a_tree_is_that_of_its_listing() -> None:
    text = dump([Entry("ü", "f", "5e" * 32, 1)])
    assert digest(text) == hashlib.sha256(text.encode()).hexdigest()


@given(SHA256S)
def test_a_time_made_from_a_digest_is_one_that_every_file_system_holds(sha256: str) -> None:
    assert EPOCH <= mtime(sha256) < EPOCH + SPAN < 2**31
    assert Entry("a", "f", sha256).mtime == mtime(sha256)


def test_times_of_different_bytes_differ() -> None:
    times = {mtime(hashlib.sha256(str(number).encode()).hexdigest()) for number in range(1000)}
    assert len(times) == 1000


def test_only_programs_may_be_run_and_nothing_may_be_written() -> None:
    assert (Entry("a", "f").mode, Entry("a", "x").mode) == (0o444, 0o555)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (Damage(), ""),
        (Damage(missing=("a",)), "1 missing (a)"),
        (Damage(changed=("a", "b", "c")), "3 changed (a, b, c)"),
        (Damage(added=("a", "b", "c", "d")), "4 added (a, b, c, ...)"),
        (Damage(("a",), ("b",), ("c",)), "1 missing (a); 1 changed (b); 1 added (c)"),
    ],
)
def test_damage_is_told_in_a_few_words(damage: Damage, words: str) -> None:
    assert str(damage) == words
    assert bool(damage) == bool(words)
