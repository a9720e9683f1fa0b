# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What can be asked for? Each primitive as one call, which every face makes and none adds to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import app, chain, context, cutover, manifest, migration, release, secrets
from .errors import ManifestError
from .plan import Plan
from .store import plan_absent, plan_present

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .model import Source

LOCK_WAIT: t.Final = 60.0


@dataclass(frozen=True)
class Request:
    """Be what a face hands over: the manifest, its secrets if they came apart, and where files that travelled are."""

    site: str
    manifest: t.Any = field(repr=False)
    secrets: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    files: t.Mapping[str, str] = field(default_factory=dict)  # sha256 -> path on the host
    root: str = "/"

    @property
    def public(self) -> t.Any:
        return secrets.split(secrets.join(self.manifest, self.secrets))[0]

    def on(self, host: Host) -> Context:
        whole = secrets.join(self.manifest, self.secrets)
        site = manifest.with_source_at(manifest.parse(self.site, whole), self.files)
        return context.of(host, site, self.root)


@dataclass(frozen=True)
class Outcome:
    """Be what came of a call: the plan, carried out unless only checking; or which files must travel first."""

    plan: Plan
    needs: tuple[Source, ...] = ()


Make = t.Callable[[], "tuple[Plan, list[Source]]"]


def carry_out(host: Host, ctx: Context, make: Make, check: bool) -> Outcome:
    """Make the plan and, unless only checking, carry it out; nobody else is at work on the site meanwhile."""
    if check:
        return Outcome(make()[0])
    with host.lock(ctx.places.lock, LOCK_WAIT):
        todo, needs = make()
        if needs:
            return Outcome(Plan(), tuple(needs))
        todo.apply(host)
        return Outcome(todo)


def persistent_store(host: Host, asked: Request, *, check: bool, state: str, store: str, purge: str) -> Outcome:
    """Make the stores present, detach one, or purge it."""
    ctx = asked.on(host)
    if state == "present":
        if purge:
            raise ManifestError("purge: goes with state: absent")
        return carry_out(host, ctx, lambda: (plan_present(host, ctx, store), []), check)
    if not store:
        raise ManifestError("store: is missing: state: absent takes the name of one store")
    return carry_out(host, ctx, lambda: (plan_absent(host, ctx, store, purge), []), check)


def stateless_app(host: Host, asked: Request, *, check: bool, state: str) -> Outcome:
    """Stage the release, run its instance beside what is live, or take the app away."""
    ctx = asked.on(host)

    def staged() -> tuple[Plan, list[Source]]:
        seen = release.observe(host, ctx)
        needs = [] if seen.whole else release.wanted_files(seen.cached, release.artifacts(ctx))
        return release.plan(ctx, seen), needs

    make: dict[str, Make] = {
        "staged": staged,
        "running": lambda: (app.plan_running(ctx, app.observe(host, ctx)), []),
        "absent": lambda: (app.plan_absent(host, ctx), []),
    }
    return carry_out(host, ctx, make[state], check)


def plugin_chain(host: Host, asked: Request, *, check: bool) -> Outcome:
    """Bring every extension of the chain onto the host, verified and unpacked."""
    ctx = asked.on(host)

    def present() -> tuple[Plan, list[Source]]:
        seen = chain.observe(host, ctx)
        return chain.plan(ctx, seen), release.wanted_files(seen, chain.links(ctx))

    return carry_out(host, ctx, present, check)


def migrate(host: Host, asked: Request, *, check: bool) -> Outcome:
    """Back the databases up and run the release's migration, unless it was run."""
    ctx = asked.on(host)
    return carry_out(host, ctx, lambda: (migration.plan(ctx, migration.observe(host, ctx)), []), check)


def cut_over(host: Host, asked: Request, *, check: bool, rollback: bool) -> Outcome:
    """Make the manifest's instance live, or the one before it."""
    ctx, public = asked.on(host), asked.public

    def live() -> tuple[Plan, list[Source]]:
        return cutover.plan(ctx, cutover.observe(host, ctx, public), public, rollback), []

    return carry_out(host, ctx, live, check)
