# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""HAProxy: two fixed slots a site; a switch is two weights, set at run time and the same in the file on disk."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import partial
from posixpath import join

from ..context import ensure_router_user
from ..errors import HostError, RouterError
from ..instance.instance import is_written
from ..journal import SLOTS
from .haproxy_files import UNIT, backend, files, frontend, map_file, maps, site_file, unused, used

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..runtimes.protocol import File

LOCK_WAIT: t.Final = 60.0
SETTLE: t.Final = 3.0
ATTEMPTS: t.Final = 5
SERVERS: t.Final = 4  # of `show stat`, in HAProxy's management guide, 9.3


@dataclass(frozen=True)
class Seen:
    """Be what the router has: whether its files are as they should be, and each slot's weight on disk and at work."""

    configured: bool
    running: bool
    written: t.Mapping[str, int]
    working: t.Mapping[str, int]


def observe(host: Host, ctx: Context) -> Seen:
    """Read the files and ask the running HAProxy."""
    written = weights_on_disk(host, ctx)
    found = maps(host, ctx, ctx.site.routes)
    wanted = {**files(ctx, written), **used(found)}
    whole = all(is_written(host, path, file) for path, file in wanted.items()) and len(used(found)) == len(found)
    running = ctx.runtime.is_running(host, ctx.places, UNIT)
    configured = whole and host.stat(_unread(ctx)) is None
    return Seen(configured, running, written, weights_at_work(host, ctx) if running else {})


def weights_on_disk(host: Host, ctx: Context) -> dict[str, int]:
    """Tell each slot's weight as the file has it; no file, no weights."""
    text = host.read(site_file(ctx)) or ""
    return {name: int(weight) for name, weight in re.findall(r"^    server (\w+) .* weight (\d+)$", text, re.MULTILINE)}


def weights_for(slot: str) -> dict[str, int]:
    return {name: int(name == slot) for name in SLOTS}


def configure(ctx: Context, weights: t.Mapping[str, int], host: Host) -> None:
    """Write what differs, have HAProxy check it first, and start or reload it."""
    if host.which(("haproxy",)) is None:
        raise HostError("haproxy: is not installed on this host: apt install haproxy")
    with host.lock(join(ctx.places.router, ".lock"), LOCK_WAIT):
        _require_free_names(host, ctx)
        _require_free_ports(host, ctx)
        ensure_router_user(host, ctx)
        found = maps(host, ctx, ctx.site.routes)
        wanted, gone = {**files(ctx, weights), **used(found)}, unused(found)
        _check(host, ctx, wanted, gone)
        _put_to_work(host, ctx, wanted, gone)


def _put_to_work(host: Host, ctx: Context, wanted: t.Mapping[str, File], gone: t.Sequence[str]) -> None:
    """Write what differs and have HAProxy read it; a mark says so until it has, for a run that is cut off between."""
    host.write(_unread(ctx), "")
    for path in gone:
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
        host.write(site_file(ctx), files(ctx, weights)[site_file(ctx)].text)
        host.command(_admin(ctx), "; ".join(commands))
    if weights_at_work(host, ctx) != weights:
        raise RouterError(f"haproxy: did not take the weights of {backend(ctx)}: see its log (unit {UNIT})")


def put_back(ctx: Context, host: Host) -> None:
    """Write the weights at work to disk, where a switch was cut off between the two."""
    weights = weights_at_work(host, ctx) or weights_on_disk(host, ctx)
    host.write(site_file(ctx), files(ctx, weights)[site_file(ctx)].text)


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
    for path, file in maps(host, ctx, ()).items():
        lines = [line.split() for line in (host.read(path) or "").splitlines()]
        names = [name for name, owner in lines if owner == backend(ctx)]
        if names:
            host.write(path, file.text)
        for name in names:
            host.command(_admin(ctx), f"del map {path} {name}")


def _remove_files(host: Host, ctx: Context) -> None:
    found = maps(host, ctx, ())
    for path in (*unused(found), site_file(ctx)):
        host.remove(path)
    if ctx.runtime.is_running(host, ctx.places, UNIT):
        _start_or_reload(host, ctx)


def _unread(ctx: Context) -> str:
    return join(ctx.places.router, ".unread")


def _admin(ctx: Context) -> str:
    return join(ctx.places.router_run, "admin.sock")


def _listens(ctx: Context) -> set[str]:
    return {route.listen for route in ctx.site.routes}


def _require_free_names(host: Host, ctx: Context) -> None:
    for route in ctx.site.routes:
        for line in (host.read(map_file(ctx, route.listen)) or "").splitlines():
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
        if f"{frontend(listen)},FRONTEND" in known or address.startswith("["):
            continue
        if host.port_taken(int(port), "0.0.0.0" if address == "*" else address):
            raise HostError(f"{listen}: is taken by another program: stop it, or let the route listen elsewhere")


def _check(host: Host, ctx: Context, wanted: t.Mapping[str, File], gone: t.Sequence[str]) -> None:
    """Let HAProxy read what the whole configuration would be, before any of it is in place."""
    trial, texts = f"{ctx.places.router}.new", {}
    for name in host.children(ctx.places.router):
        if name.endswith((".cfg", ".map")) and join(ctx.places.router, name) not in gone:
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
