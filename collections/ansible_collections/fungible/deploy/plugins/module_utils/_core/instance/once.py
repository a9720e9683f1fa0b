# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does a command of a release run to its end, once, in the sandbox that the release's own processes have?"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from posixpath import dirname, join

from .. import identity, live
from ..context import ensure_users
from ..errors import HostError
from ..host.protocol import Done
from ..kinds.protocol import Process
from ..runtimes.protocol import environment_text
from . import instance, sandbox

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..kinds.protocol import Migration, View
    from ..runtimes.protocol import Unit

TIMED_OUT: t.Final = 124  # what timeout(1) says then
SECRET_LEAST: t.Final = 8  # shorter values are words of everyday
LAST_CHANCE: t.Final = 5  # seconds between asking to end and ending

Make = t.Callable[["View", t.Callable[[str], str]], "Migration"]


def run(host: Host, ctx: Context, wanted: str, name: str, make: Make, within: int = 0) -> Done | None:
    """Run what `make` says in an instance's release, for `within` seconds at most; nothing if it says nothing."""
    seen = sandbox.view(host, ctx, wanted, live.observe(host, ctx).slot_of(wanted))
    todo = make(seen, sandbox.reader(host, ctx, wanted))
    if not todo.argv:
        return None
    ensure_users(host, ctx)
    host.mkdir(seen.conf)
    if not ctx.runtime.sandboxed and host.stat(ctx.places.tree(wanted)) is None:
        instance.ensure_tree(host, ctx, wanted)
    path = join(seen.conf, "migration.environment")
    host.write(path, environment_text({**sandbox.environment(ctx, seen), **todo.env}), 0o600)
    try:
        unit = replace(_unit(host, ctx, seen, wanted, name, todo), environment=(path,))
        if within:
            unit = replace(unit, argv=(*_limited(host, within), *unit.argv))
        return _ended(todo, ctx.runtime.once(host, ctx.places, unit, todo.stdin))
    finally:
        host.remove(path)


def _ended(todo: Migration, done: Done) -> Done:
    """Call it a failure where the command did not say that it came to its end, whatever its status says."""
    if done.code or todo.end in done.out:
        return done
    said = (done.out.strip(), done.err.strip(), "its process was ended before it came to its end")
    return Done(1, done.out, "\n".join(filter(None, said)))


def elsewhere(host: Host, ctx: Context, release: str, name: str, make: Make, within: int) -> Done | None:
    """Run a command in another release than the manifest's, and leave nothing of that behind."""
    there = host.children(dirname(ctx.places.instance("any")))
    found = [one for one in there if identity.release_of(one) == release]
    borrowed = found[0] if found else f"{release}.{identity.instance_id(ctx.site).rpartition('.')[2]}"
    try:
        return run(host, ctx, borrowed, name, make, within)
    finally:
        if not found:
            host.remove(dirname(ctx.places.tree(borrowed)))
            host.remove(ctx.places.instance(borrowed))


def hushed(ctx: Context, text: str) -> str:
    """Take the secrets out of what a command said: those of the manifest, and those that are made of them."""
    passwords = [getattr(store, "password", "") for store in ctx.site.stores]
    known = (ctx.site.app.secret, *passwords, *ctx.site.app.kind.secrets(ctx.site))
    for secret in sorted({one for one in known if len(one) >= SECRET_LEAST}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _limited(host: Host, within: int) -> tuple[str, ...]:
    program = host.which(("timeout",))
    if program is None:
        raise HostError("timeout: is not installed on this host: apt install coreutils")
    return (program, f"--kill-after={LAST_CHANCE}", str(within))


def _unit(host: Host, ctx: Context, seen: View, wanted: str, name: str, todo: Migration) -> Unit:
    """Make the unit of a command; a store that the release has no place for is not mounted."""
    unit = sandbox.unit_of(ctx, seen, wanted, Process(name, todo.argv, compiles=todo.compiles))
    release = ctx.places.release(identity.release_of(wanted))
    mounts = {join(seen.root, one.mount): join(release, one.mount) for one in sandbox.bindings(ctx) if one.mount}
    writes = tuple(one for one in unit.writes if one.target not in mounts or host.stat(mounts[one.target]))
    return replace(unit, run="", writes=writes)
