# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""HAProxy: two fixed slots a site; a switch is two weights, set at run time and the same in the file on disk."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import partial
from posixpath import join

from ..context import ROUTER_USER, ensure_router_user
from ..errors import HostError, RouterError
from ..instance.instance import is_written
from ..journal import SLOTS
from ..runtimes.protocol import File, Unit

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..kinds.protocol import Address
    from ..manifest.model import Route

UNIT: t.Final = "fungible-router"
LOCK_WAIT: t.Final = 60.0
SETTLE: t.Final = 3.0
ATTEMPTS: t.Final = 5
SERVERS: t.Final = 4  # of `show stat`, in HAProxy's management guide, 9.3

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


@dataclass(frozen=True)
class Seen:
    """Be what the router has: whether its files are as they should be, and each slot's weight on disk and at work."""

    configured: bool
    running: bool
    written: t.Mapping[str, int]
    working: t.Mapping[str, int]


def backend(ctx: Context) -> str:
    return f"fungible_{ctx.site.name}"


def observe(host: Host, ctx: Context) -> Seen:
    """Read the files and ask the running HAProxy."""
    written = weights_on_disk(host, ctx)
    maps = _maps(host, ctx, ctx.site.routes)
    wanted = {**files(ctx, written), **_used(maps)}
    whole = all(is_written(host, path, file) for path, file in wanted.items()) and len(_used(maps)) == len(maps)
    running = ctx.runtime.is_running(host, ctx.places, UNIT)
    configured = whole and host.stat(_unread(ctx)) is None
    return Seen(configured, running, written, weights_at_work(host, ctx) if running else {})


def weights_on_disk(host: Host, ctx: Context) -> dict[str, int]:
    """Tell each slot's weight as the file has it; no file, no weights."""
    text = host.read(_site_file(ctx)) or ""
    return {name: int(weight) for name, weight in re.findall(r"^    server (\w+) .* weight (\d+)$", text, re.MULTILINE)}


def weights_for(slot: str) -> dict[str, int]:
    return {name: int(name == slot) for name in SLOTS}


def files(ctx: Context, weights: t.Mapping[str, int]) -> dict[str, File]:
    """Tell every file of the router that is this site's, or the same for all sites; maps are shared, so not here."""
    found = {join(ctx.places.router, "00-global.cfg"): File(GLOBAL.format(run=ctx.places.router_run))}
    for listen in sorted({route.listen for route in ctx.site.routes}):
        text = FRONTEND.format(name=_frontend(listen), listen=listen, map=_map_file(ctx, listen))
        found[join(ctx.places.router, f"{_frontend(listen)}.cfg")] = File(text)
    lines = [f"    server {slot} {_server(ctx.addresses[slot])} weight {weights.get(slot, 0)}\n" for slot in SLOTS]
    found[_site_file(ctx)] = File(BACKEND.format(name=backend(ctx)) + "".join(lines))
    found.update(ctx.runtime.files(ctx.places, _unit(ctx, "haproxy")))
    return found


def configure(ctx: Context, weights: t.Mapping[str, int], host: Host) -> None:
    """Write what differs, have HAProxy check it first, and start or reload it."""
    if host.which(("haproxy",)) is None:
        raise HostError("haproxy: is not installed on this host: apt install haproxy")
    with host.lock(join(ctx.places.router, ".lock"), LOCK_WAIT):
        _require_free_names(host, ctx)
        _require_free_ports(host, ctx)
        ensure_router_user(host, ctx)
        maps = _maps(host, ctx, ctx.site.routes)
        wanted, unused = {**files(ctx, weights), **_used(maps)}, _unused(maps)
        _check(host, ctx, wanted, unused)
        _put_to_work(host, ctx, wanted, unused)


def _put_to_work(host: Host, ctx: Context, wanted: t.Mapping[str, File], unused: t.Sequence[str]) -> None:
    """Write what differs and have HAProxy read it; a mark says so until it has, for a run that is cut off between."""
    host.write(_unread(ctx), "")
    for path in unused:
        host.remove(path)
    for path, file in wanted.items():
        if not is_written(host, path, file):
            host.write(path, file.text, file.mode)
    _start_or_reload(host, ctx)
    host.remove(_unread(ctx))


def switch(ctx: Context, slot: str, host: Host) -> None:
    """Give all new requests to a slot: on disk first, so that a restart agrees, then at once at work."""
    weights = weights_for(slot)
    commands = [f"set server {backend(ctx)}/{slot} weight 1"]
    commands += [f"set server {backend(ctx)}/{other} weight 0" for other in SLOTS if other != slot]
    with host.lock(join(ctx.places.router, ".lock"), LOCK_WAIT):  # else another site's reload could miss it
        host.write(_site_file(ctx), files(ctx, weights)[_site_file(ctx)].text)
        host.command(_admin(ctx), "; ".join(commands))
    if weights_at_work(host, ctx) != weights:
        raise RouterError(f"haproxy: did not take the weights of {backend(ctx)}: see its log (unit {UNIT})")


def put_back(ctx: Context, host: Host) -> None:
    """Write the weights at work to disk, where a switch was cut off between the two."""
    weights = weights_at_work(host, ctx) or weights_on_disk(host, ctx)
    host.write(_site_file(ctx), files(ctx, weights)[_site_file(ctx)].text)


def drained(host: Host, ctx: Context, slot: str) -> bool:
    """Tell whether no request is left in a slot."""
    for line in host.talk(_admin(ctx), f"show stat {backend(ctx)} {SERVERS} -1").splitlines():
        fields = line.split(",")
        if fields[:2] == [backend(ctx), slot]:
            return fields[2] in ("", "0") and fields[4] == "0"  # qcur and scur of HAProxy's management guide, 9.1
    return True


def remove(ctx: Context, host: Host) -> None:
    """Take the site's routes away from a running router, once the requests that it has begun are answered."""
    lock = join(ctx.places.router, ".lock")
    with host.lock(lock, LOCK_WAIT):
        _forget_names(host, ctx)
    drain = max((route.drain for route in ctx.site.routes), default=0)
    host.wait_until(lambda: all(drained(host, ctx, slot) for slot in SLOTS), drain)
    with host.lock(lock, LOCK_WAIT):
        _remove_files(host, ctx)


def _forget_names(host: Host, ctx: Context) -> None:
    """Let no new request come to the site: on disk first, so that a deploy after a run cut off here sees it."""
    for path, file in _maps(host, ctx, ()).items():
        lines = [line.split() for line in (host.read(path) or "").splitlines()]
        names = [name for name, owner in lines if owner == backend(ctx)]
        if names:
            host.write(path, file.text)
        for name in names:
            host.command(_admin(ctx), f"del map {path} {name}")


def _remove_files(host: Host, ctx: Context) -> None:
    maps = _maps(host, ctx, ())
    for path in (*_unused(maps), _site_file(ctx)):
        host.remove(path)
    if ctx.runtime.is_running(host, ctx.places, UNIT):
        _start_or_reload(host, ctx)


def _site_file(ctx: Context) -> str:
    return join(ctx.places.router, f"site-{ctx.site.name}.cfg")


def _frontend(listen: str) -> str:
    return "frontend-" + re.sub(r"[^0-9a-z.]+", "_", listen.replace("*", "any"))


def _map_file(ctx: Context, listen: str) -> str:
    return join(ctx.places.router, f"{_frontend(listen)}.map")


def _unread(ctx: Context) -> str:
    return join(ctx.places.router, ".unread")


def _admin(ctx: Context) -> str:
    return join(ctx.places.router_run, "admin.sock")


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


def _maps(host: Host, ctx: Context, routes: t.Sequence[Route]) -> dict[str, File]:
    """Tell every map anew: the other sites' lines as they are, this site's as declared, also where it was before."""
    there = [name for name in host.children(ctx.places.router) if re.fullmatch(r"frontend-.*\.map", name)]
    lines: dict[str, set[str]] = {join(ctx.places.router, name): set() for name in there}
    for path, found in lines.items():
        found.update(line for line in (host.read(path) or "").splitlines() if line.split()[1:] != [backend(ctx)])
    for route in routes:
        lines.setdefault(_map_file(ctx, route.listen), set()).add(f"{route.host} {backend(ctx)}")
    return {path: File("".join(f"{line}\n" for line in sorted(found))) for path, found in sorted(lines.items())}


def _used(maps: t.Mapping[str, File]) -> dict[str, File]:
    return {path: file for path, file in maps.items() if file.text}


def _unused(maps: t.Mapping[str, File]) -> list[str]:
    """Tell the files of listeners that no site has a name on any more: each frontend first, then its map."""
    paths = [path for path, file in maps.items() if not file.text]
    return [f"{path[: -len('map')]}cfg" for path in paths] + paths


def _listens(ctx: Context) -> set[str]:
    return {route.listen for route in ctx.site.routes}


def _require_free_names(host: Host, ctx: Context) -> None:
    for route in ctx.site.routes:
        for line in (host.read(_map_file(ctx, route.listen)) or "").splitlines():
            name, owner = line.split()
            if name == route.host and owner != backend(ctx):
                raise RouterError(
                    f"{ctx.site.name}.routes: {name} on {route.listen} belongs to {owner}: one site a name"
                )


def _require_free_ports(host: Host, ctx: Context) -> None:
    """Refuse an address that another program listens on; where our own router listens it has a frontend already."""
    running = ctx.runtime.is_running(host, ctx.places, UNIT)
    known = host.talk(_admin(ctx), "show stat") if running else ""
    for listen in _listens(ctx):
        address, port = listen.rsplit(":", 1)
        if f"{_frontend(listen)},FRONTEND" in known or address.startswith("["):
            continue
        if host.port_taken(int(port), "0.0.0.0" if address == "*" else address):
            raise HostError(f"{listen}: is taken by another program: stop it, or let the route listen elsewhere")


def _check(host: Host, ctx: Context, wanted: t.Mapping[str, File], unused: t.Sequence[str]) -> None:
    """Let HAProxy read what the whole configuration would be, before any of it is in place."""
    trial, texts = f"{ctx.places.router}.new", {}
    for name in host.children(ctx.places.router):
        if name.endswith((".cfg", ".map")) and join(ctx.places.router, name) not in unused:
            texts[name] = host.read(join(ctx.places.router, name)) or ""
    for path, file in wanted.items():
        if path.startswith(f"{ctx.places.router}/"):
            texts[path.rpartition("/")[2]] = file.text
    ours = re.compile(rf"{re.escape(ctx.places.router)}/({'|'.join(re.escape(one) for one in texts)})")
    host.remove(trial)
    for name, text in texts.items():
        host.write(join(trial, name), ours.sub(rf"{trial}/\1", text))
    done = host.ask(("haproxy", "-c", "-f", trial))
    host.remove(trial)
    if done.code:
        said = [line for line in done.err.splitlines() if "[ALERT]" in line] or done.err.splitlines() or ["no reason"]
        raise RouterError(f"haproxy refuses the configuration: {said[0].replace(trial, ctx.places.router)}")


def _start_or_reload(host: Host, ctx: Context) -> None:
    before = _pid(host, ctx) if ctx.runtime.is_running(host, ctx.places, UNIT) else ""
    for _attempt in range(ATTEMPTS):  # a master that has only just started misses the signal to reload
        if before:
            ctx.runtime.reload(host, ctx.places, UNIT)
        else:
            ctx.runtime.start(host, ctx.places, (UNIT,))
        if host.wait_until(partial(_answers_anew, host, ctx, before), SETTLE):
            break
    else:
        words = ctx.runtime.last_words(host, ctx.places, UNIT)
        raise RouterError(f"haproxy: does not come up with its new configuration: {words or 'it says nothing'}")


def _answers_anew(host: Host, ctx: Context, before: str) -> bool:
    return _pid(host, ctx) not in ("", before)


def _pid(host: Host, ctx: Context) -> str:
    match = re.search(r"^Pid: (\d+)$", host.talk(_admin(ctx), "show info"), re.MULTILINE)
    return match[1] if match else ""


def weights_at_work(host: Host, ctx: Context) -> dict[str, int]:
    found = {}
    for slot in SLOTS:
        match = re.match(r"(\d+) \(", host.talk(_admin(ctx), f"get weight {backend(ctx)}/{slot}"))
        if match:
            found[slot] = int(match[1])
    return found
