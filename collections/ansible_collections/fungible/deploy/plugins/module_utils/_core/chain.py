# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is every extension of the site's chain on this host, verified and unpacked once, ready to be composed?"""

from __future__ import annotations

import typing as t

from . import release

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
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
