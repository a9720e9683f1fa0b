# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Has this host the PHP that a site's extensions require, for its pages as well as for its routines?"""

from __future__ import annotations

import re
import typing as t

from . import versions
from .errors import HostError

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .plan import Plan

PROGRAMS: t.Final = ("php-fpm", "php")  # of those that a kind of application asks for
VERSION: t.Final = re.compile(r"PHP ([0-9][0-9A-Za-z.]{0,31})")  # what distributions add after a dash is no part of it


def observe(host: Host, ctx: Context) -> dict[str, str]:
    """Ask each PHP that the application would run on for its version; what is not installed yet says nothing."""
    found = {}
    for name, candidates in ctx.site.app.kind.programs(ctx.site).items():
        program = host.which(candidates) if name in PROGRAMS else None
        said = VERSION.match(host.ask((program, "-n", "-v")).out) if program else None
        if program and said:
            found[program] = said[1]
    return found


def require(site: str, demands: t.Mapping[str, str], seen: t.Mapping[str, str]) -> None:
    """Insist that each PHP is one of those that are required; `demands`: who requires which, and these versions."""
    for who, asked in demands.items():
        for program, version in seen.items():
            if not versions.fits(version, asked):
                raise HostError(
                    f"{site}.plugins: {who}, and {program} on this host is {version}: "
                    "use another version of one of them"
                )


def allowing(host: Host, ctx: Context, todo: Plan) -> Plan:
    """Give a plan back that the host's PHP allows; where there is nothing to do, it is not asked."""
    if todo and ctx.site.notes.php:
        require(ctx.site.name, ctx.site.notes.php, observe(host, ctx))
    return todo
