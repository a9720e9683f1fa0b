# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is every extension of the site's chain on this host, verified and unpacked once, ready to be composed?"""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from . import release
from .request import Outcome, Request, carry_out, words

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .listing import Damage
    from .model import Source
    from .plan import Plan


def observe(host: Host, ctx: Context) -> release.Cached:
    """Look into the caches."""
    return release.observe_artifacts(host, ctx, links(ctx))


def plan(ctx: Context, seen: release.Cached) -> Plan:
    """Decide what is still to be fetched and unpacked."""
    return release.plan_artifacts(ctx, seen, links(ctx))


def links(ctx: Context) -> list[release.Artifact]:
    """Tell the artifacts of the chain, in its order."""
    return release.artifacts(ctx)[1:]


def plugin_chain(host: Host, asked: Request, *, check: bool) -> Outcome:
    """Bring every extension of the chain onto the host, verified and unpacked."""
    ctx = asked.on(host)

    def present() -> tuple[Plan, list[Source]]:
        seen = observe(host, ctx)
        return plan(ctx, seen), release.wanted_files(seen, links(ctx))

    return carry_out(host, ctx, present, check)


def facts(host: Host, asked: Request, *, thorough: bool = False) -> dict[str, t.Any]:
    """Tell the declared chain in its order, what of it is ready, and how its files in the release differ."""
    ctx = asked.on(host)
    seen, staged = observe(host, ctx), release.observe(host, ctx, thorough)
    places = {one.name: f"{ctx.site.app.kind.place(one)}/" for one in ctx.site.plugins}
    found = [
        {
            "name": one.name,
            "version": one.version,
            "kind": one.kind.value,
            "state": "enabled" if one.enabled else "disabled",
            "sha256": one.source.sha256,
            "ready": one.source.sha256 in seen.unpacked,
            **_told(staged.damage, (places[one.name],), below=True),
        }
        for one in ctx.site.plugins
    ]
    return {
        "plugins": found,
        "staged": staged.staged,
        # The application's own files, and what belongs to no extension of the chain.
        "elsewhere": _told(staged.damage, tuple(places.values()), below=False),
        "steps": words(plan(ctx, seen)),
    }


def _told(damage: Damage, places: tuple[str, ...], *, below: bool) -> dict[str, list[str]]:
    """Tell the part of a damage that is below some folders, or the part that is not."""
    return {
        what: [path for path in paths if path.startswith(places) is below] for what, paths in asdict(damage).items()
    }
