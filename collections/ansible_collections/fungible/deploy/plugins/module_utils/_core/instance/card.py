# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What must be known of an instance to start, check and stop it without its manifest, as after a rollback?"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass
from posixpath import join

from ..kinds.protocol import Address
from ..manifest.model import Health

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host


@dataclass(frozen=True)
class Card:
    """Be what must be known of an instance to start, check and stop it without its manifest."""

    id: str
    slot: str
    units: tuple[str, ...]
    address: Address
    health: Health
    url: str

    def __str__(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> Card:
        known = json.loads(text)
        health, address, units = known.pop("health"), Address(**known.pop("address")), tuple(known.pop("units"))
        return cls(health=Health(**{**health, "warm": tuple(health["warm"])}), address=address, units=units, **known)


def read_card(host: Host, ctx: Context, instance: str) -> Card | None:
    """Read the card of an instance that was configured on this host."""
    text = host.read(card_path(ctx, instance))
    return Card.parse(text) if text else None


def card_path(ctx: Context, instance: str) -> str:
    """Tell where an instance's card is."""
    return join(ctx.places.instance(instance), "card.json")
