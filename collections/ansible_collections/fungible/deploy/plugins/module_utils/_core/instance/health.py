# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Does an instance serve? Starts it, waits until it is healthy and warm, and stops it where it is not."""

from __future__ import annotations

import typing as t

from .. import journal
from ..errors import CoreError, HostError, InstanceError
from . import instance

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from .card import Card

LINES_SHOWN: t.Final = 3
LINE_SHOWN: t.Final = 400
LEAST_TRY: t.Final = 1.0  # seconds that an answer may take, also when the time is nearly over


def start(host: Host, ctx: Context, known: Card) -> None:
    """Start a configured instance and wait until it is healthy and warm; one that is not is stopped and marked bad."""
    port = known.address.port
    if port and host.port_taken(port) and not instance.is_running(host, ctx, known):
        raise HostError(f"port {port}: is taken by another program: stop it, or give {ctx.site.name}.app.port another")
    try:
        _start_units(host, ctx, known)
        wait_healthy(host, ctx, known)
    except CoreError as exc:
        why = str(exc)
        ctx.runtime.stop(host, ctx.places, known.units)
        journal.update(host, ctx.places, lambda seen: seen.with_bad(known.id, why))
        raise
    journal.update(host, ctx.places, lambda seen: seen.with_healthy(known.id))


def _start_units(host: Host, ctx: Context, known: Card) -> None:
    try:
        ctx.runtime.start(host, ctx.places, known.units)
    except HostError as exc:
        raise _failed(host, ctx, known, f"could not be started ({exc})") from exc


def wait_healthy(host: Host, ctx: Context, known: Card) -> None:
    """Ask until the health check passes, then ask for the pages that fill the instance's caches."""
    health, last = known.health, [""]
    until = host.now() + health.within

    def answers() -> bool:
        left = (until - host.now()) / 2  # one request that hangs must not take all of the time
        reply = host.get(known.address, health.path, known.url, timeout=max(left, LEAST_TRY))
        last[0] = f"status {reply.status}" if reply.status else reply.body
        return reply.status == health.status

    if not host.wait_until(answers, health.within):
        what = f"did not answer {health.status} within {health.within} s ({last[0]})"
        raise _failed(host, ctx, known, f"{health.path} {what}")
    for path in health.warm:
        host.get(known.address, path, known.url, timeout=health.within)
    if not instance.is_running(host, ctx, known):
        raise _failed(host, ctx, known, "answers, but not all of its processes keep running")


def _failed(host: Host, ctx: Context, known: Card, what: str) -> InstanceError:
    said = " / ".join(_last_words(host, ctx, name) for name in known.units)
    return InstanceError(f"instance {known.id}: {what}; it was stopped and marked bad; its last words: {said}")


def _last_words(host: Host, ctx: Context, unit: str) -> str:
    lines = ctx.runtime.last_words(host, ctx.places, unit).splitlines()[-LINES_SHOWN:]
    said = " / ".join(line.strip()[:LINE_SHOWN] for line in lines)
    return f"{unit.rpartition('-')[2]}: {said or 'nothing'}"


def stop(host: Host, ctx: Context, known: Card) -> None:
    """Stop an instance, once it has finished what it began."""
    ctx.runtime.stop(host, ctx.places, known.units)
