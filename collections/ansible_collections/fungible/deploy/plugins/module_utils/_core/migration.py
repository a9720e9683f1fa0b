# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Are the stores up to the release? Backs databases up, then runs the release's own migration, once."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial
from posixpath import join

from . import identity, instance, journal, live, sandbox
from .backup import back_up
from .context import ensure_users
from .errors import StoreError
from .kinds.protocol import Process
from .plan import Plan, Step
from .request import Outcome, Request, carry_out, words
from .runtimes.protocol import environment_text

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Done, Host
    from .journal import Journal
    from .kinds.protocol import Migration, View
    from .runtimes.protocol import Unit
    from .stores.protocol import Store

DATABASES: t.Final = ("mariadb", "sqlite")


def observe(host: Host, ctx: Context) -> Journal:
    """Read how far migrations came; one that was cut off is not in the journal, and runs again."""
    return live.observe(host, ctx)


def plan(ctx: Context, seen: Journal) -> Plan:
    """Decide whether the release's migration is still to be run."""
    release = identity.release_id(ctx.site)
    if release in seen.migrated:
        return Plan()
    steps = []
    if ctx.site.backup:
        databases = (store for store in ctx.site.stores if store.kind in DATABASES)
        steps = [Step("back up", f"store {store.name}", partial(_back_up, ctx, store, release)) for store in databases]
    steps.append(Step("migrate", f"{ctx.site.name} to release {release}", partial(_migrate, ctx, release)))
    key = f"migration of {ctx.site.name}"
    return Plan(tuple(steps), {key: "pending"}, {key: f"done for {release}"})


def _back_up(ctx: Context, store: Store, release: str, host: Host) -> None:
    back_up(host, ctx, store, f"before-{release}")


def _migrate(ctx: Context, release: str, host: Host) -> None:
    wanted = identity.instance_id(ctx.site)
    _run(host, ctx, wanted, live.observe(host, ctx).slot_of(wanted))
    journal.update(host, ctx.places, lambda known: known.with_migrated(release, host.now()))


def _run(host: Host, ctx: Context, wanted: str, slot: str) -> str:
    """Run the migration of an instance's release to its end, in the release's own sandbox."""
    seen = sandbox.view(host, ctx, wanted, slot)
    todo: Migration = ctx.site.app.kind.migration(ctx.site, seen, sandbox.reader(host, ctx, wanted))
    if not todo.argv:
        return "nothing to migrate"
    ensure_users(host, ctx)
    host.mkdir(seen.conf)
    if not ctx.runtime.sandboxed:
        instance.ensure_tree(host, ctx, wanted)
    path = join(seen.conf, "migration.environment")
    host.write(path, environment_text({**sandbox.environment(ctx, seen), **todo.env}), 0o600)
    try:
        unit = replace(_unit(ctx, seen, wanted, todo), environment=(path,))
        done: Done = ctx.runtime.once(host, ctx.places, unit, todo.stdin)
    finally:
        host.remove(path)
    return done.require(f"{ctx.site.name}: the migration to release {identity.release_of(wanted)} failed", StoreError)


def _unit(ctx: Context, seen: View, wanted: str, todo: Migration) -> Unit:
    return replace(sandbox.unit_of(ctx, seen, wanted, Process("migrate", todo.argv, compiles=todo.compiles)), run="")


def migrate(host: Host, asked: Request, *, check: bool) -> Outcome:
    """Back the databases up and run the release's migration, unless it was run."""
    ctx = asked.on(host)
    return carry_out(host, ctx, lambda: (plan(ctx, observe(host, ctx)), []), check)


def facts(host: Host, asked: Request) -> dict[str, t.Any]:
    """Tell which releases' migrations were run, and which backups there are."""
    ctx = asked.on(host)
    known = observe(host, ctx)
    release_id = identity.release_id(ctx.site)
    return {
        "release": release_id,
        "pending": release_id not in known.migrated,
        "migrated": dict(known.migrated),
        "backups": [f"{ctx.places.backups}/{name}" for name in host.children(ctx.places.backups) if name[0] != "."],
        "steps": words(plan(ctx, known)),
    }
