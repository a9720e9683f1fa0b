# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which extensions has a host, in all of its sites? One call a host, and no secrets in what it tells."""

from __future__ import annotations

import typing as t

from .. import integrity
from ..errors import CoreError
from ..identity import release_id
from ..release.listing import Damage

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Hashed, Host
    from ..request import Request

Facts = dict[str, t.Any]


def facts(host: Host, sites: t.Iterable[Request], *, thorough: bool = False) -> Facts:
    """Tell each site's extensions; a site whose manifest is no good, or that cannot be read, does not hide others."""
    hashed: Hashed = {}
    return {"sites": {one.site: _of_site(host, one, thorough, hashed) for one in sites}}


def _of_site(host: Host, asked: Request, thorough: bool, hashed: Hashed) -> Facts:
    try:
        ctx = asked.on(host)
        seen = integrity.observe(host, ctx, thorough, hashed)
    except CoreError as exc:
        return {"error": str(exc)}
    declared = [_counted(one) for one in integrity.extensions(ctx, seen)]
    others = [_other(one) for one in integrity.undeclared(ctx, seen)]
    return {
        "app": _application(ctx, seen),
        "release": release_id(ctx.site),
        "staged": seen.declared.staged,
        "live": seen.live.release if seen.live else "",
        "extensions": [*declared, *others],
        **({"warnings": list(asked.warnings)} if asked.warnings else {}),
    }


def _application(ctx: Context, seen: integrity.Seen) -> Facts:
    live = seen.live.release.rpartition("-")[0] if seen.live else ""
    own = integrity.elsewhere(ctx, seen)
    return {
        "kind": ctx.site.app.kind.name,
        "version": ctx.site.app.version,
        "loaded": live,
        "differing": sum(map(len, own.values())),
    }


def _counted(one: Facts) -> Facts:
    """Tell how many files differ rather than which; plugin_chain_info names them."""
    kept = {key: value for key, value in one.items() if key not in vars(Damage())}
    return {**kept, "differing": sum(len(one[key]) for key in vars(Damage()))}


def _other(one: Facts) -> Facts:
    state = "shipped" if one["shipped"] else "undeclared"
    return {"name": one["name"], "kind": one["kind"], "version": "", "state": state, "on_disk": one["version"]}
