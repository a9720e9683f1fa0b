# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Are the stores up to the release? Backs databases up, then runs the release's own migration, once."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from functools import partial

from . import identity, live, routines
from .errors import StoreError
from .instance import once
from .plan import Plan, Step
from .request import Outcome, Request, carry_out, foretold
from .stores.backup import back_up

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .journal import Journal
    from .stores.protocol import Store

DATABASES: t.Final = ("mariadb", "sqlite")


def observe(host: Host, ctx: Context) -> Journal:
    """Read how far migrations came; one that was cut off is not in the journal, and runs again."""
    return routines.observe(host, ctx)


def plan(ctx: Context, seen: Journal) -> Plan:
    """Decide whether the release's migration is still to be run, and which routines of extensions are."""
    release = identity.release_id(ctx.site)
    pending, due = release not in seen.migrated, routines.plan(ctx, seen)
    if not pending and not due:
        return Plan()
    steps = []
    if ctx.site.backup:
        databases = (store for store in ctx.site.stores if store.kind in DATABASES)
        steps = [Step("back up", f"store {store.name}", partial(_back_up, ctx, store, release)) for store in databases]
    steps += due.before
    if pending:
        steps.append(Step("migrate", f"{ctx.site.name} to release {release}", partial(_migrate, ctx)))
    steps += due.after
    if pending:  # a release may be started once all of this was verified
        steps[-1] = replace(steps[-1], do=partial(_finish, ctx, release, steps[-1]))
    key = f"migration of {ctx.site.name}"
    return Plan((*steps, *due.last), {key: "pending"}, {key: f"done for {release}"})


def _back_up(ctx: Context, store: Store, release: str, host: Host) -> None:
    back_up(host, ctx, store, f"before-{release}")


def _migrate(ctx: Context, host: Host) -> None:
    wanted, kind = identity.instance_id(ctx.site), ctx.site.app.kind
    done = once.run(host, ctx, wanted, "migrate", lambda seen, read: kind.migration(ctx.site, seen, read))
    if done:
        told = replace(done, out=once.hushed(ctx, done.out), err=once.hushed(ctx, done.err))
        told.require(f"{ctx.site.name}: the migration to release {identity.release_of(wanted)} failed", StoreError)


def _finish(ctx: Context, release: str, last: Step, host: Host) -> None:
    """Do the last step, and write down that all of them were done."""
    last.do(host)
    now, told = host.now(), routines.kept(observe(host, ctx), ctx, release)
    live.update(host, ctx, lambda known: replace(known.with_migrated(release, now), told=told))


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
        **foretold(lambda: plan(ctx, known)),
    }
