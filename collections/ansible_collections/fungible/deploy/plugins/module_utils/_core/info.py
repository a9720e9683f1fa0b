# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is there, what is live and since when, and what would it take to change? Facts for the info modules."""

from __future__ import annotations

import typing as t

from . import app, chain, cutover, identity, instance, live, migration, release
from .store import chosen, plan_present

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .journal import Journal
    from .plan import Plan
    from .primitives import Request

    Facts = dict[str, t.Any]


def stores(host: Host, asked: Request) -> Facts:
    """Tell of each store what is there and what is declared."""
    ctx = asked.on(host)
    return {
        "stores": {
            store.name: {
                "kind": store.kind,
                "found": dict(store.observe(host, ctx)),
                "declared": dict(store.declared(ctx)),
                "steps": _steps(plan_present(host, ctx, store.name)),
            }
            for store in chosen(ctx)
        }
    }


def app_facts(host: Host, asked: Request, *, thorough: bool = False) -> Facts:
    """Tell of each release and instance on the host, and whether the manifest's release is whole."""
    ctx = asked.on(host)
    seen, known = release.observe(host, ctx, thorough), live.observe(host, ctx)
    wanted = identity.release_id(ctx.site)
    running = app.plan_running(ctx, app.observe(host, ctx))
    return {
        "release": wanted,
        "instance": identity.instance_id(ctx.site),
        "runtime": ctx.runtime_name.value,
        "sandboxed": ctx.runs_instances and ctx.runtime.sandboxed,
        "staged": seen.staged,
        "damage": {
            "missing": list(seen.damage.missing),
            "changed": list(seen.damage.changed),
            "added": list(seen.damage.added),
        },
        "left_out": release.left_out(host, ctx, wanted),
        "releases": [_release(ctx, host, known, name) for name in host.children(ctx.places.releases) if name[0] != "."],
        "instances": [_instance(ctx, host, known, name) for name in host.children(f"{ctx.places.state}/instances")],
        "steps": _steps(release.plan(ctx, seen), running),
    }


def _release(ctx: Context, host: Host, known: Journal, name: str) -> Facts:
    return {
        "id": name,
        "staged": known.staged.get(name),
        "migrated": known.migrated.get(name),
        "live": identity.release_of(known.live) == name,
        "previous": identity.release_of(known.previous) == name,
    }


def _instance(ctx: Context, host: Host, known: Journal, name: str) -> Facts:
    card = instance.card(host, ctx, name)
    return {
        "id": name,
        "slot": next((slot for slot, owner in known.slots.items() if owner == name), None),
        "running": instance.is_running(host, ctx, card),
        "live": known.live == name,
        "bad": known.bad.get(name),
        "address": str(card.address) if card else None,
    }


def plugin_chain(host: Host, asked: Request) -> Facts:
    """Tell the declared chain in its order, and what of it is ready on the host."""
    ctx = asked.on(host)
    seen = chain.observe(host, ctx)
    links = [
        {
            "name": one.name,
            "version": one.version,
            "kind": one.kind.value,
            "state": "enabled" if one.enabled else "disabled",
            "sha256": one.source.sha256,
            "ready": one.source.sha256 in seen.unpacked,
        }
        for one in ctx.site.plugins
    ]
    return {"plugins": links, "steps": _steps(chain.plan(ctx, seen))}


def migrations(host: Host, asked: Request) -> Facts:
    """Tell which releases' migrations were run, and which backups there are."""
    ctx = asked.on(host)
    known = migration.observe(host, ctx)
    release_id = identity.release_id(ctx.site)
    return {
        "release": release_id,
        "pending": release_id not in known.migrated,
        "migrated": dict(known.migrated),
        "backups": [f"{ctx.places.backups}/{name}" for name in host.children(ctx.places.backups)],
        "steps": _steps(migration.plan(ctx, known)),
    }


def live_facts(host: Host, asked: Request) -> Facts:
    """Tell what is live, since when, what was before it, and whether the router agrees."""
    ctx = asked.on(host)
    seen = cutover.observe(host, ctx, asked.public)
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
        "steps": _steps(cutover.plan(ctx, seen, asked.public)),
    }


def _steps(*plans: Plan) -> list[str]:
    return [str(step) for plan in plans for step in plan.steps]
