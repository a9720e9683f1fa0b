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
    served = _served(host, ctx, known)
    if not served or served == known.live:
        return known
    return replace(known, live=served, previous=known.live)


def _served(host: Host, ctx: Context, known: Journal) -> str:
    if not ctx.runs_instances:
        link = host.stat(ctx.places.current)
        return link.target.split("/")[-2] if link and link.kind == "l" else ""
    for slot, weight in haproxy.weights_on_disk(host, ctx).items():
        if weight:
            return known.slots.get(slot, "")
    return ""
