# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What was done to a site on this host and cannot be seen otherwise: kept as one small file, free of secrets."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, field, replace

from .errors import HostError

if t.TYPE_CHECKING:
    from .host.protocol import Host
    from .places import Places

FORMAT: t.Final = 1
SLOTS: t.Final = ("a", "b")


class Told(t.NamedTuple):
    """Be an extension whose routines were run: its version, the release whose files did, and whether it is on since."""

    name: str
    version: str
    release: str
    on: bool = True

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Journal:
    """Be what is known of a site; instances and releases are named by their ids, times are seconds since 1970."""

    slots: t.Mapping[str, str] = field(default_factory=dict)  # slot -> the instance that has it
    live: str = ""
    previous: str = ""
    starting: str = ""  # the instance whose start nobody has seen to its end
    since: float = 0
    bad: t.Mapping[str, str] = field(default_factory=dict)  # instance -> why
    migrated: t.Mapping[str, float] = field(default_factory=dict)  # release -> when its migration was verified
    staged: t.Mapping[str, float] = field(default_factory=dict)  # release -> when
    told: tuple[Told, ...] | None = None  # extensions in the order in which they were told; none: nobody noted it yet

    def slot_of(self, instance: str) -> str:
        """Tell the slot of an instance: its own, or the one that it would get."""
        for slot, owner in self.slots.items():
            if owner == instance:
                return slot
        return next(slot for slot in SLOTS if not self.live or self.slots.get(slot) != self.live)

    def with_slot(self, slot: str, instance: str) -> Journal:
        """Give an instance a slot; it is about to be started there."""
        return replace(self, slots={**self.slots, slot: instance}, starting=instance)

    def with_live(self, instance: str, now: float) -> Journal:
        previous = self.live if self.live != instance else self.previous
        return replace(self, live=instance, previous=previous, since=now)

    def with_bad(self, instance: str, why: str) -> Journal:
        return replace(self, bad={**self.bad, instance: why}, starting="")

    def with_healthy(self, instance: str) -> Journal:
        return replace(self, bad={key: why for key, why in self.bad.items() if key != instance}, starting="")

    def with_migrated(self, release: str, now: float) -> Journal:
        return replace(self, migrated={**self.migrated, release: now})

    def without_migrations(self) -> Journal:
        return replace(self, migrated={}, told=())

    def with_staged(self, release: str, now: float) -> Journal:
        return replace(self, staged={**self.staged, release: now})


def read(host: Host, places: Places) -> Journal:
    """Read a site's journal; a site never seen has an empty one."""
    text = host.read(places.journal)
    if text is None:
        return Journal()
    try:
        known = json.loads(text)
        if known.pop("format") != FORMAT:
            raise HostError(f"{places.journal}: was written by a newer fungible: update this one")
        told = known.pop("told", None)
        return Journal(**known, told=None if told is None else tuple(Told(*one) for one in told))
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise HostError(f"{places.journal}: is not a journal ({exc}): restore it from a backup") from exc


def write(host: Host, places: Places, journal: Journal) -> None:
    """Replace a site's journal at once."""
    host.write(places.journal, json.dumps({"format": FORMAT, **asdict(journal)}, indent=1, sort_keys=True) + "\n")


def update(host: Host, places: Places, change: t.Callable[[Journal], Journal]) -> None:
    """Read, change and replace the journal; the caller holds the site's lock."""
    write(host, places, change(read(host, places)))
