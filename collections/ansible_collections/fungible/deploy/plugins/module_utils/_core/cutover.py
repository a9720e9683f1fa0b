# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Do visitors get the instance that they should? Switches the routes, drains and stops the old, prunes the oldest."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from functools import partial

from . import app, identity, journal, live
from .errors import HostError, InstanceError
from .instance import health, instance
from .instance.card import Card, read_card
from .plan import Plan, Step
from .request import Outcome, Request, carry_out, foretold
from .routers import haproxy

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .journal import Journal
    from .manifest.model import Source

QUIET: t.Final = 1.0  # seconds without a request, before an old instance is stopped


@dataclass(frozen=True)
class Seen:
    """Be what is live, what the router does about it, and what lies about from before."""

    known: Journal
    journal_agrees: bool
    router: haproxy.Seen | None  # none: the user's own web server holds the routes
    running: frozenset[str]  # instances
    up: frozenset[str]  # instances of which anything runs, these and those whose stop was cut off
    releases: tuple[str, ...]  # the last staged first
    recorded: bool  # the applied manifest is the one that is asked for


def observe(host: Host, ctx: Context, public: t.Any) -> Seen:
    """Read the journal, the router and the instances; `public` is the manifest without its secrets."""
    known = live.observe(host, ctx)
    cards = [read_card(host, ctx, name) for name in known.slots.values()]
    there = [name for name in host.children(ctx.places.releases) if not name.startswith(".")]
    return Seen(
        known=known,
        journal_agrees=journal.read(host, ctx.places) == known,
        router=haproxy.observe(host, ctx) if ctx.runs_instances and ctx.site.routes else None,
        running=frozenset(card.id for card in cards if card and instance.is_running(host, ctx, card)),
        up=frozenset(card.id for card in cards if card and instance.is_up(host, ctx, card)),
        releases=tuple(sorted(there, key=lambda name: -known.staged.get(name, 0))),
        recorded=host.read(ctx.places.manifest) == _record(public),
    )


def target(ctx: Context, known: Journal, rollback: bool) -> str:
    """Tell which instance should be live: the manifest's, or after a rollback the one before it."""
    wanted = identity.instance_id(ctx.site)
    if not rollback:
        return wanted
    if known.live != wanted:
        if not known.live:
            raise InstanceError(f"{ctx.site.name}: nothing is live here, so there is nothing to roll back")
        return known.live
    if not known.previous:
        raise InstanceError(f"{ctx.site.name}: {known.live} is the first that was live here: nothing to roll back to")
    return known.previous


def plan(ctx: Context, seen: Seen, public: t.Any, rollback: bool = False) -> Plan:
    """Decide what makes the target live; refused where the target was marked bad."""
    goal = target(ctx, seen.known, rollback)
    if goal in seen.known.bad:
        raise InstanceError(f"instance {goal}: was marked bad: {seen.known.bad[goal]}")
    steps = [*_revive(ctx, seen, goal, rollback), *_route(ctx, seen, goal), *_retire(ctx, seen, goal)]
    if not rollback and not seen.recorded:
        steps.append(Step("record", f"the manifest of {ctx.site.name}", partial(_write_record, ctx, public)))
    steps += _prune(ctx, seen, goal)
    if not steps:
        return Plan()
    key = f"live of {ctx.site.name}"
    return Plan(tuple(steps), {key: seen.known.live or "nothing"}, {key: goal})


def _revive(ctx: Context, seen: Seen, goal: str, rollback: bool) -> list[Step]:
    """Start the instance that a rollback goes back to; a cutover forward finds its own running."""
    if not rollback or not ctx.runs_instances or (goal in seen.running and goal != seen.known.starting):
        return []
    slot = seen.known.slot_of(goal)
    occupant = seen.known.slots.get(slot, "")
    steps = []
    if occupant != goal and occupant in seen.up:
        steps.append(Step("stop", f"instance {occupant} in slot {slot}", partial(_stop, ctx, occupant)))
    return [*steps, Step("start", f"instance {goal} in slot {slot}", partial(_restart, ctx, goal, slot))]


def _route(ctx: Context, seen: Seen, goal: str) -> list[Step]:
    if not ctx.runs_instances:
        if seen.known.live == goal and seen.journal_agrees:
            return []
        steps = [Step("switch", f"{ctx.site.name} to {goal}", partial(_switch_link, ctx, goal))]
        if ctx.site.app.reload:
            command = " ".join(ctx.site.app.reload)
            steps.append(Step("reload", f"your web server ({command})", partial(_reload, ctx, goal)))
        return steps
    if seen.router is None:
        raise InstanceError(f"{ctx.site.name}.routes: has no route: add one, or choose runtime: none")
    slot = seen.known.slot_of(goal)
    wanted, steps = haproxy.weights_for(slot), []
    weights = seen.router.written or wanted
    if not seen.router.configured or not seen.router.running:
        hosts = ", ".join(route.host for route in ctx.site.routes)
        steps.append(Step("configure", f"the router for {hosts}", partial(haproxy.configure, ctx, weights)))
    at_work = seen.router.working or wanted
    if seen.known.live != goal or not seen.journal_agrees or {**weights} != wanted or {**at_work} != wanted:
        steps.append(Step("switch", f"{ctx.site.name} to {goal}", partial(_switch, ctx, goal, slot)))
    return steps


def _retire(ctx: Context, seen: Seen, goal: str) -> list[Step]:
    drain = max((route.drain for route in ctx.site.routes), default=0)
    forward = goal == identity.instance_id(ctx.site)
    return [
        Step("drain and stop", f"instance {name}", partial(_drain, ctx, name, drain, forward))
        for name in sorted(seen.up)
        if name != goal and seen.known.slots.get(seen.known.slot_of(goal)) != name
    ]


def _prune(ctx: Context, seen: Seen, goal: str) -> list[Step]:
    """Remove the oldest releases; never one that is live, was the last good one, or is marked bad for study."""
    previous = seen.known.previous if goal == seen.known.live else seen.known.live
    after = {goal, previous, *seen.known.bad}
    kept = {identity.release_of(name) for name in after if name} | {identity.release_id(ctx.site)}
    spare = max(ctx.site.app.keep - len(kept & {*seen.releases, identity.release_id(ctx.site)}), 0)
    others = [name for name in seen.releases if name not in kept]
    return [Step("prune", f"release {name}", partial(_prune_release, ctx, name)) for name in others[spare:]]


def _stop(ctx: Context, name: str, host: Host) -> None:
    health.stop(host, ctx, _card(host, ctx, name))


def _restart(ctx: Context, name: str, slot: str, host: Host) -> None:
    live.update(host, ctx, lambda known: known.with_slot(slot, name))
    health.start(host, ctx, _card(host, ctx, name))


def _card(host: Host, ctx: Context, name: str) -> Card:
    card = read_card(host, ctx, name)
    if card is None:
        raise InstanceError(f"instance {name}: is not configured here: run stateless_app with state: running first")
    return card


def _switch(ctx: Context, name: str, slot: str, host: Host) -> None:
    """Make sure once more that the new instance answers, then switch and write down what is live."""
    card = _card(host, ctx, name)
    starting = journal.read(host, ctx.places).starting
    if card.slot != slot or starting == name or not instance.is_running(host, ctx, card):
        raise InstanceError(f"instance {name}: does not run: run stateless_app with state: running first")
    reply = host.get(card.address, card.health.path, card.url, timeout=card.health.within)
    if reply.status != card.health.status:
        raise InstanceError(
            f"instance {name}: {card.health.path} answers {reply.status or reply.body}: nothing was switched"
        )
    haproxy.switch(ctx, slot, host)
    _write_live(host, ctx, name)


def _switch_link(ctx: Context, name: str, host: Host) -> None:
    if host.stat(ctx.places.tree(name)) is None:
        raise InstanceError(f"instance {name}: is not linked: run stateless_app with state: running first")
    host.symlink(f"instances/{name}/tree", ctx.places.current)
    if not ctx.site.app.reload:
        _write_live(host, ctx, name)


def _write_live(host: Host, ctx: Context, name: str) -> None:
    live.update(host, ctx, lambda known: known.with_live(name, host.now()))


def _reload(ctx: Context, name: str, host: Host) -> None:
    """Run the declared command; only then is the switch written down, so that one cut off between is done again."""
    host.run(ctx.site.app.reload).require(f"{' '.join(ctx.site.app.reload)}", HostError)
    _write_live(host, ctx, name)


def _drain(ctx: Context, name: str, seconds: int, forward: bool, host: Host) -> None:
    """Let requests in flight finish, then stop the instance; its own stop waits for what is left."""
    card = _card(host, ctx, name)
    host.wait_until(_quiet(host, ctx, card.slot), seconds)
    health.stop(host, ctx, card)
    if forward:
        for store in ctx.site.stores:
            store.settle(host, ctx)


def _quiet(host: Host, ctx: Context, slot: str) -> t.Callable[[], bool]:
    """Give what tells that a slot has had no request for a while.

    Stopping takes processor time, and just after a switch the new instance starts its workers with it.
    """
    since: float | None = None

    def is_quiet() -> bool:
        nonlocal since
        if not haproxy.drained(host, ctx, slot):
            since = None
            return False
        now = host.now()
        since = now if since is None else since
        return now - since >= QUIET

    return is_quiet


def _prune_release(ctx: Context, name: str, host: Host) -> None:
    for owner in host.children(f"{ctx.places.state}/instances"):
        if identity.release_of(owner) == name:
            app.remove_instance(ctx, owner, host)
    app.remove_release(ctx, name, host)


def _record(public: t.Any) -> str:
    return json.dumps(public, indent=1, sort_keys=True) + "\n"


def _write_record(ctx: Context, public: t.Any, host: Host) -> None:
    host.write(ctx.places.manifest, _record(public))


def cut_over(host: Host, asked: Request, *, check: bool, rollback: bool) -> Outcome:
    """Make the manifest's instance live, or the one before it."""
    ctx, public = asked.on(host), asked.public

    def live() -> tuple[Plan, list[Source]]:
        return plan(ctx, observe(host, ctx, public), public, rollback), []

    return carry_out(host, ctx, live, check)


def facts(host: Host, asked: Request) -> dict[str, t.Any]:
    """Tell what is live, since when, what was before it, and whether the router agrees."""
    ctx = asked.on(host)
    seen = observe(host, ctx, asked.public)
    router = seen.router
    return {
        "live": seen.known.live or None,
        "since": seen.known.since or None,
        "previous": seen.known.previous or None,
        "bad": dict(seen.known.bad),
        "routes": [{"host": route.host, "listen": route.listen} for route in ctx.site.routes],
        "router": router
        and {
            "configured": router.configured,
            "running": router.running,
            "weights_on_disk": dict(router.written),
            "weights_at_work": dict(router.working),
        },
        **foretold(lambda: plan(ctx, seen, asked.public)),
    }
