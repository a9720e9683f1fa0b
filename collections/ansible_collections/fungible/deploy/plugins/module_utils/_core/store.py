# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Are the site's stores there, with the rights they need and no more? Data that exist are never touched."""

from __future__ import annotations

import typing as t
from functools import partial

from . import interpreter, journal, live
from .errors import ManifestError, StoreError
from .plan import Plan, Step, combine
from .request import Outcome, Request, carry_out, words
from .stores.backup import back_up

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .stores.protocol import Store


def chosen(ctx: Context, name: str = "") -> list[Store]:
    """Tell the stores that are meant: the named one, or all."""
    found = [store for store in ctx.site.stores if name in ("", store.name)]
    if name and not found:
        known = ", ".join(store.name for store in ctx.site.stores) or "none"
        raise StoreError(f"{ctx.site.name}: has no store {name}; its stores are {known}")
    return found


def plan_present(host: Host, ctx: Context, name: str = "") -> Plan:
    """Observe the stores and decide what makes them, or repairs their rights."""
    return combine(_present(host, ctx, store) for store in chosen(ctx, name))


def _allowed(host: Host, ctx: Context, name: str) -> Plan:
    """Decide the same; but where the host's PHP is not the one that extensions require, no store is made for them."""
    return interpreter.allowing(host, ctx, plan_present(host, ctx, name))


def _present(host: Host, ctx: Context, store: Store) -> Plan:
    seen = store.observe(host, ctx)
    todo = store.present(ctx, seen)
    return Plan(todo.steps, _facts(store, seen), _facts(store, store.declared(ctx))) if todo else todo


def _facts(store: Store, facts: t.Mapping[str, str]) -> dict[str, str]:
    return {f"store {store.name} {key}": value for key, value in facts.items()} or {f"store {store.name}": "absent"}


def plan_absent(host: Host, ctx: Context, name: str, purge: str = "") -> Plan:
    """Observe one store and decide what detaches it; its data go only if `purge` names it, after a backup."""
    [store] = chosen(ctx, name)
    if purge and purge != name:
        raise StoreError(f"{ctx.site.name}: purge says {purge}, but the store is {name}: name the same one in both")
    seen = store.observe(host, ctx)
    todo = _purge(ctx, store, seen) if purge else store.detached(ctx, seen)
    if todo:
        _require_unused(host, ctx, name)
    key = f"store {name}"
    return Plan(todo.steps, {key: "attached"}, {key: "purged" if purge else "detached"}) if todo else todo


def _require_unused(host: Host, ctx: Context, name: str) -> None:
    at_work = live.observe(host, ctx).live
    if at_work:
        raise StoreError(
            f"store {name}: is used by the live instance {at_work}: run stateless_app with state: absent first"
        )


def _purge(ctx: Context, store: Store, seen: t.Mapping[str, str]) -> Plan:
    if not store.has_data(seen):
        return store.detached(ctx, seen)
    return Plan(
        (
            Step("back up", f"store {store.name}", partial(_back_up, ctx, store)),
            Step("purge", f"store {store.name} with all its data", partial(_delete, ctx, store)),
        )
    )


def _back_up(ctx: Context, store: Store, host: Host) -> None:
    back_up(host, ctx, store, "purged")


def _delete(ctx: Context, store: Store, host: Host) -> None:
    """Delete the data, and forget which migrations they have seen."""
    journal.update(host, ctx.places, lambda known: known.without_migrations())
    store.delete(host, ctx)


def persistent_store(host: Host, asked: Request, *, check: bool, state: str, store: str, purge: str) -> Outcome:
    """Make the stores present, detach one, or purge it."""
    ctx = asked.on(host)
    if state == "present":
        if purge:
            raise ManifestError("purge: goes with state: absent")
        return carry_out(host, ctx, lambda: (_allowed(host, ctx, store), []), check)
    if not store:
        raise ManifestError("store: is missing: state: absent takes the name of one store")
    return carry_out(host, ctx, lambda: (plan_absent(host, ctx, store, purge), []), check)


def facts(host: Host, asked: Request) -> dict[str, t.Any]:
    """Tell of each store what is there and what is declared."""
    ctx = asked.on(host)
    return {
        "stores": {
            store.name: {
                "kind": store.kind,
                "found": dict(store.observe(host, ctx)),
                "declared": dict(store.declared(ctx)),
                "steps": words(plan_present(host, ctx, store.name)),
            }
            for store in chosen(ctx)
        }
    }
