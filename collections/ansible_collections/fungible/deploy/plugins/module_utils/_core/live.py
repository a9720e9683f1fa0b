# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which instance is live? What the router serves is the truth; the journal follows it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from . import journal
from .routers import haproxy

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .journal import Journal


def observe(host: Host, ctx: Context) -> Journal:
    """Read the journal, put right where a run was cut off between the switch and the journal's line about it."""
    known = journal.read(host, ctx.places)
    served = known.slots.get(routed(host, ctx), "") if ctx.runs_instances else _linked(host, ctx)
    if served == known.live:
        return known
    if served:
        return replace(known, live=served, previous=known.live, since=0)
    return known if ctx.runs_instances else replace(known, live="")


def update(host: Host, ctx: Context, change: t.Callable[[Journal], Journal]) -> None:
    """Change the journal, put right first; the caller holds the site's lock."""
    known = observe(host, ctx)
    if known.live and not known.since:  # nobody knows better than now
        known = replace(known, since=host.now())
    journal.write(host, ctx.places, change(known))


def routed(host: Host, ctx: Context) -> str:
    """Tell the slot that visitors get: what HAProxy does goes before what its file says for its next start."""
    for weights in (haproxy.weights_at_work(host, ctx), haproxy.weights_on_disk(host, ctx)):
        slots = [slot for slot, weight in weights.items() if weight]
        if len(slots) == 1:
            return slots[0]
    return ""


def _linked(host: Host, ctx: Context) -> str:
    """Tell the instance that `current` leads to; a link that is gone, or leads elsewhere, serves none of ours."""
    link = host.stat(ctx.places.current)
    *_folders, name, last = ["", "", *(link.target if link else "").split("/")]
    return name if last == "tree" else ""
