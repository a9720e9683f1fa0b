# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Are the stores up to the release? Backs databases up, then runs the release's own migration, once."""

from __future__ import annotations

import time
import typing as t
from functools import partial

from . import identity, instance, journal, live
from .plan import Plan, Step

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .journal import Journal
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


def backup_path(host: Host, ctx: Context, what: str) -> str:
    """Name a backup by its time, so that none is ever overwritten."""
    return f"{ctx.places.backups}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(host.now()))}-{what}"


def _back_up(ctx: Context, store: Store, release: str, host: Host) -> None:
    store.back_up(host, ctx, backup_path(host, ctx, f"before-{release}-{store.name}"))


def _migrate(ctx: Context, release: str, host: Host) -> None:
    wanted = identity.instance_id(ctx.site)
    instance.run_migration(host, ctx, wanted, live.observe(host, ctx).slot_of(wanted))
    journal.update(host, ctx.places, lambda known: known.with_migrated(release, host.now()))
