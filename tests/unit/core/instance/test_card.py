# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance's card is enough to run it without its manifest, and holds no secret."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.instance.card import Card, card_path, read_card
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Health

TEXTS = st.text(max_size=8)
CARDS = st.builds(
    Card,
    id=TEXTS,
    slot=st.sampled_from("ab"),
    units=st.lists(TEXTS).map(tuple),
    address=st.builds(Address, socket=TEXTS) | st.builds(Address, port=st.integers(1, 65535)),
    health=st.builds(Health, path=TEXTS, status=st.integers(100, 599), warm=st.lists(TEXTS).map(tuple)),
    url=TEXTS,
)


@given(CARDS)
def test_what_is_written_is_read_again(card: Card) -> None:
    assert Card.parse(str(card)) == card


def test_a_card_is_read_where_it_was_written() -> None:
    host = FakeHost()
    ctx = context_of(notes(), host)
    assert read_card(host, ctx, "1-a.b") is None
    card = Card("1-a.b", "a", ("u",), Address(port=5), Health(), "http://notes.example")
    host.disk.put(card_path(ctx, "1-a.b"), Node("f", str(card)))
    assert read_card(host, ctx, "1-a.b") == card
