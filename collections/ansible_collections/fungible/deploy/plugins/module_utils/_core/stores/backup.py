# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where does a backup go? It has its name once it is verified, and none is ever overwritten."""

from __future__ import annotations

import time
import typing as t
from posixpath import join

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from .protocol import Store


def back_up(host: Host, ctx: Context, store: Store, why: str) -> None:
    """Back a store up beside the other backups, under a name of its time, the reason and the store."""
    folder = ctx.places.backups
    for name in host.children(folder):
        if name.startswith("."):
            host.remove(join(folder, name))  # left by a run that was cut off
    made = store.back_up(host, ctx, join(folder, f".{why}-{store.name}"))
    if made:
        host.rename(made, _free(host, ctx, made.rpartition("/.")[2]))


def _free(host: Host, ctx: Context, what: str) -> str:
    """Name a backup by its time; the next second has another name."""
    taken, now = host.children(ctx.places.backups), host.now()
    while (name := f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(now))}-{what}") in taken:
        now += 1
    return join(ctx.places.backups, name)
