# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which files does HAProxy read? One for all sites, a frontend and a map of names a listener, a backend a site."""

from __future__ import annotations

import re
import typing as t
from posixpath import join

from ..context import ROUTER_USER
from ..journal import SLOTS
from ..runtimes.protocol import File, Unit

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..kinds.protocol import Address
    from ..manifest.model import Route

UNIT: t.Final = "fungible-router"

GLOBAL: t.Final = """# Written by fungible; changes here are put back. A file of your own beside this one is kept.
global
    stats socket {run}/admin.sock mode 600 level admin expose-fd listeners
    maxconn 10000
    no strict-limits
    hard-stop-after 10m

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 300s
    timeout queue 60s
    timeout http-request 15s
    timeout http-keep-alive 60s
    option redispatch
    retries 3
    retry-on conn-failure
    http-reuse safe
    no log

backend nowhere
    http-request return status 404 content-type text/plain string "no site of this name is here"
"""

FRONTEND: t.Final = """# Written by fungible: where routes are listened for; the map beside it says whose a name is.
frontend {name}
    bind {listen}
    acl from_here src 127.0.0.0/8 ::1
    http-request set-header X-Forwarded-For %[src] unless from_here {{ req.fhdr(x-forwarded-for) -m found }}
    http-request del-header X-Forwarded-Proto unless from_here
    http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
    use_backend %[req.hdr(host),field(1,:),lower,map({map},nowhere)]
"""

BACKEND: t.Final = """# Written by fungible: the slot with a weight is live.
backend {name}
    http-response set-header X-Fungible-Slot %[srv_name]
"""


def backend(ctx: Context) -> str:
    """Name a site's backend."""
    return f"fungible_{ctx.site.name}"


def files(ctx: Context, weights: t.Mapping[str, int]) -> dict[str, File]:
    """Tell every file of the router that is this site's, or the same for all sites; maps are shared, so not here."""
    found = {join(ctx.places.router, "00-global.cfg"): File(GLOBAL.format(run=ctx.places.router_run))}
    for listen in sorted({route.listen for route in ctx.site.routes}):
        text = FRONTEND.format(name=frontend(listen), listen=listen, map=map_file(ctx, listen))
        found[join(ctx.places.router, f"{frontend(listen)}.cfg")] = File(text)
    lines = [f"    server {slot} {_server(ctx.addresses[slot])} weight {weights.get(slot, 0)}\n" for slot in SLOTS]
    found[site_file(ctx)] = File(BACKEND.format(name=backend(ctx)) + "".join(lines))
    found.update(ctx.runtime.files(ctx.places, _unit(ctx, "haproxy")))
    return found


def maps(host: Host, ctx: Context, routes: t.Sequence[Route]) -> dict[str, File]:
    """Tell every map anew: the other sites' lines as they are, this site's as declared, also where it was before."""
    there = [name for name in host.children(ctx.places.router) if re.fullmatch(r"frontend-.*\.map", name)]
    lines: dict[str, set[str]] = {join(ctx.places.router, name): set() for name in there}
    for path, found in lines.items():
        found.update(line for line in (host.read(path) or "").splitlines() if line.split()[1:] != [backend(ctx)])
    for route in routes:
        lines.setdefault(map_file(ctx, route.listen), set()).add(f"{route.host} {backend(ctx)}")
    return {path: File("".join(f"{line}\n" for line in sorted(found))) for path, found in sorted(lines.items())}


def used(found: t.Mapping[str, File]) -> dict[str, File]:
    """Tell the maps in which there is a name."""
    return {path: file for path, file in found.items() if file.text}


def unused(found: t.Mapping[str, File]) -> list[str]:
    """Tell the files of listeners that no site has a name on any more: each frontend first, then its map."""
    paths = [path for path, file in found.items() if not file.text]
    return [f"{path[: -len('map')]}cfg" for path in paths] + paths


def site_file(ctx: Context) -> str:
    """Tell where a site's backend is written."""
    return join(ctx.places.router, f"site-{ctx.site.name}.cfg")


def frontend(listen: str) -> str:
    """Name a listener's frontend."""
    return "frontend-" + re.sub(r"[^0-9a-z.]+", "_", listen.replace("*", "any"))


def map_file(ctx: Context, listen: str) -> str:
    """Tell where it is written whose the names of a listener are."""
    return join(ctx.places.router, f"{frontend(listen)}.map")


def _server(address: Address) -> str:
    return f"unix@{address.socket}" if address.socket else str(address)


def _unit(ctx: Context, program: str) -> Unit:
    sandboxed = ctx.runtime.sandboxed
    user = ROUTER_USER if sandboxed else ctx.owner.user
    return Unit(
        name=UNIT,
        description="fungible's router (HAProxy)",
        argv=(
            f"/usr/sbin/{program}",
            "-Ws" if sandboxed else "-W",
            *(() if sandboxed else ("-db",)),
            "-f",
            ctx.places.router,
        ),
        user=user,
        group=user,
        run=ctx.places.router_run,
        notifies=sandboxed,
        reload_signal="USR2",
        capabilities=("CAP_NET_BIND_SERVICE",),
    )
