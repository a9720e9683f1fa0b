# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is every extension of the site's chain on this host, verified and unpacked once, ready to be composed?"""

from __future__ import annotations

import typing as t
from functools import partial
from posixpath import join

from . import integrity, interpreter
from .kept import adoption, keeping, survey, whereabouts
from .kinds.wordpress import published as wordpress_published
from .places import Places
from .release import artifacts, release
from .request import Outcome, Request, carry_out, words

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .kept.whereabouts import Whereabouts
    from .manifest.model import Source
    from .plan import Plan


def observe(host: Host, ctx: Context) -> artifacts.Cached:
    """Look into the caches."""
    return artifacts.observe(host, ctx, links(ctx))


def plan(ctx: Context, seen: artifacts.Cached) -> Plan:
    """Decide what is still to be fetched and unpacked."""
    return artifacts.plan(ctx, seen, links(ctx))


def links(ctx: Context) -> list[artifacts.Artifact]:
    """Tell the artifacts of the chain, in its order."""
    return release.made_of(ctx)[1:]


def plugin_chain(
    host: Host, asked: Request, *, check: bool, path: str | None = "", content: str | None = ""
) -> Outcome:
    """Bring every extension of the chain onto the host, verified and unpacked.

    With a path, also into the WordPress that is kept there, whose wp-content may be elsewhere.
    """
    where = whereabouts.of(path, content)
    if where:
        return keeping.keep(host, asked, where, check=check)
    ctx = asked.on(host)

    def present() -> tuple[Plan, list[Source]]:
        seen = observe(host, ctx)
        return interpreter.allowing(host, ctx, plan(ctx, seen)), artifacts.wanted_files(seen, links(ctx))

    return carry_out(host, ctx, present, check)


def facts(  # noqa: PLR0913 - as many as can be asked for
    host: Host,
    asked: Request,
    *,
    thorough: bool = False,
    published: bool = False,
    published_url: str | None = "",
    path: str | None = "",
    content: str | None = "",
) -> dict[str, t.Any]:
    """Tell the chain in its order: what is declared, ready, on disk and loaded, and which files are not as staged.

    With a path, describe what people kept there by hand instead; its wp-content may be elsewhere.
    """
    where = whereabouts.of(path, content)
    if where:
        found = adoption.facts(host, where, published=published, published_url=published_url or "")
        return _described(host, asked, where, found)
    ctx = asked.on(host)
    cached, seen = observe(host, ctx), integrity.observe(host, ctx, thorough)
    found = {
        "plugins": [{**one, "ready": one["sha256"] in cached.unpacked} for one in integrity.extensions(ctx, seen)],
        "staged": seen.declared.staged,
        "undeclared": integrity.undeclared(ctx, seen),
        "elsewhere": integrity.elsewhere(ctx, seen),
        "live": integrity.live(seen),
        "steps": words(plan(ctx, cached)),
    }
    if published and seen.declared.staged and ctx.site.app.kind.extends:
        found["published"] = _published(host, ctx, seen.declared, published_url or "")
    return found


def _described(host: Host, asked: Request, where: Whereabouts, found: dict[str, t.Any]) -> dict[str, t.Any]:
    """Say of each extension too whether it is kept, and whole."""
    paths = [one["path"] for one in found["extensions"]]
    told = survey.told(host, Places(asked.root, asked.site), where, paths)
    return {**found, "extensions": [{**one, "kept": told[one["path"]]} for one in found["extensions"]]}


def _published(host: Host, ctx: Context, seen: integrity.Sight, base: str) -> dict[str, t.Any]:
    """Tell how files differ from what wordpress.org published; only its plugins are, so all else is not asked about."""
    plugins = {one.path: one.version for one in seen.contents.extensions if one.kind == "plugin"}
    tree = ctx.places.release(seen.release)
    return wordpress_published.facts(host, partial(join, tree), integrity.files(seen), plugins, base)
