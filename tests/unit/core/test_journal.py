# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal remembers what cannot be seen, and is never misread."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.journal import Journal
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places

PLACES: t.Final = Places("/", "notes")
IDS = st.from_regex(r"\A[0-9.]{1,4}-[0-9a-f]{3}\.[0-9a-f]{2}\Z")
TIMES = st.integers(0, 2**31) | st.floats(0, 2**31)
JOURNALS = st.builds(
    Journal,
    slots=st.lists(IDS, max_size=2, unique=True).map(lambda ids: dict(zip(journal.SLOTS, ids))),  # noqa: B905 - 3.9
    live=IDS | st.just(""),
    previous=IDS | st.just(""),
    since=TIMES,
    bad=st.dictionaries(IDS, st.text(max_size=20)),
    migrated=st.dictionaries(IDS, TIMES),
    staged=st.dictionaries(IDS, TIMES),
)


def host_with(text: str) -> FakeHost:
    host = FakeHost()
    host.disk.put(PLACES.journal, Node("f", text))
    return host


@given(JOURNALS)
def test_what_is_written_is_read_again(known: Journal) -> None:
    host = FakeHost()
    journal.write(host, PLACES, known)
    assert journal.read(host, PLACES) == known


def test_a_site_never_seen_has_an_empty_journal() -> None:
    assert journal.read(FakeHost(), PLACES) == Journal()


def test_a_journal_of_a_newer_format_is_left_alone() -> None:
    text = json.dumps({"format": journal.FORMAT + 1})
    with pytest.raises(HostError) as caught:
        journal.read(host_with(text), PLACES)
    assert str(caught.value) == "/var/lib/fungible/notes/journal.json: was written by a newer fungible: update this one"


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '"x"', "{}", "null", '{"format": 1, "slot": {}}'])
def test_what_is_no_journal_is_told_with_where_it_is(text: str) -> None:
    with pytest.raises(HostError, match=r"/var/lib/fungible/notes/journal\.json: is not a journal .*: restore it"):
        journal.read(host_with(text), PLACES)


@given(
    st.text(max_size=20) | st.dictionaries(st.sampled_from(["format", "live", "x"]), st.integers(0, 2)).map(json.dumps)
)
def test_whatever_is_there_is_read_or_refused_in_one_line(text: str) -> None:
    with contextlib.suppress(HostError):
        assert isinstance(journal.read(host_with(text), PLACES), Journal)


@given(JOURNALS, IDS)
def test_the_live_instance_is_never_asked_to_make_way(known: Journal, instance: str) -> None:
    slot = known.slot_of(instance)
    assert slot in journal.SLOTS
    assert known.slots.get(slot) in (instance, None) or known.slots[slot] != known.live or not known.live


def test_a_first_instance_gets_the_first_slot_and_an_upgrade_the_second() -> None:
    assert Journal().slot_of("one") == "a"
    assert Journal(slots={"a": "one"}, live="one").slot_of("two") == "b"


def test_an_instance_keeps_its_slot_and_a_new_one_gets_the_other() -> None:
    known = Journal(slots={"a": "one", "b": "two"}, live="two")
    assert (known.slot_of("one"), known.slot_of("two"), known.slot_of("three")) == ("a", "b", "a")


def test_what_goes_live_remembers_what_was_before() -> None:
    known = Journal().with_live("one", 1).with_live("two", 2).with_live("two", 3)
    assert (known.live, known.previous, known.since) == ("two", "one", 3)


def test_an_update_keeps_what_it_does_not_change() -> None:
    host = FakeHost()
    journal.update(host, PLACES, lambda known: known.with_slot("a", "one"))
    journal.update(host, PLACES, lambda known: known.with_bad("one", "why"))
    journal.update(host, PLACES, lambda known: known.with_migrated("r", 5))
    journal.update(host, PLACES, lambda known: known.with_staged("r", 4))
    known = journal.read(host, PLACES)
    assert (known.slots, known.bad, known.migrated, known.staged) == ({"a": "one"}, {"one": "why"}, {"r": 5}, {"r": 4})
    assert known.without_migrations().migrated == {}
    assert known.with_healthy("one").bad == {}
    assert known.with_healthy("other").bad == {"one": "why"}
