# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which versions would an update of the lock reach? What cannot be asked about does not hide the others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..catalogue import catalogue, expansion
from ..errors import CoreError
from . import file
from .file import Lock
from .resolve import ALL, Settled, public, settle

if t.TYPE_CHECKING:
    from ..catalogue.catalogue import Catalogue
    from .protocol import Desk
    from .wanted import Want

Data = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Reach:
    """Be the newer versions by the names of sites and extensions, and what people should hear."""

    updates: t.Mapping[str, t.Mapping[str, str]]
    warnings: tuple[str, ...] = ()


def reach(sites: Data, shared: t.Any, old: str | None, *, desk: Desk) -> Reach:
    """Look for newer versions of what sites have locked, as an update of all would; nothing is locked."""
    known = catalogue.parse(shared)
    before = file.parse(old) if old else Lock()
    plain = {name: public(manifest) for name, manifest in sites.items()}
    wants, refused = _wanted(plain, known, before)
    each = list(dict.fromkeys(want for found in wants.values() for want in found))
    settled = dict(zip(each, desk.each(partial(_settled, before, desk), each)))
    updates = {name: _newer(found, before, settled) for name, found in wants.items()}
    after = Lock(tuple(one.entry for one in settled.values()))
    unfit = [_unfit(name, plain[name], known, after) for name, newer in updates.items() if newer]
    said = [line for one in settled.values() for line in one.warnings]
    return Reach(updates, tuple(dict.fromkeys([*refused, *said, *filter(None, unfit)])))


def _wanted(sites: Data, known: Catalogue | None, before: Lock) -> tuple[dict[str, list[Want]], list[str]]:
    """Tell what each site has locked, and which sites cannot be read."""
    wants: dict[str, list[Want]] = {}
    refused = []
    for name, manifest in sites.items():
        try:
            found = list(expansion.wanted_of_sites({name: manifest}, known))
        except CoreError as exc:
            refused.append(str(exc))
            continue
        wants[name] = [want for want in found if want in before.by_want]
    return wants, refused


def _settled(before: Lock, desk: Desk, want: Want) -> Settled:
    """Find the newest version; where that fails, it stays as it is."""
    try:
        return settle(before, frozenset((ALL,)), desk, want)
    except CoreError as exc:
        held = before.by_want[want]
        return Settled(held, warnings=(f"{exc}; {want.name} stays {held.version}, as it is locked",))


def _newer(wants: t.Sequence[Want], before: Lock, settled: t.Mapping[Want, Settled]) -> dict[str, str]:
    reached = {want: settled[want].entry.version for want in wants}
    return {want.name: version for want, version in reached.items() if version != before.by_want[want].version}


def _unfit(site: str, manifest: t.Any, known: Catalogue | None, after: Lock) -> str:
    """Tell what of a site lacks what newer versions demand, so that an update of all would be refused."""
    try:
        expansion.expand(site, manifest, known, lambda: after)
    except CoreError as exc:
        return f"an update of all would be refused: {exc}"
    return ""
