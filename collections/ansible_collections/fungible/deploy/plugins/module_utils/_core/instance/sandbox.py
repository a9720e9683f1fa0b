# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does a process of an instance see the host: the release at one place, its stores, and little else?"""

from __future__ import annotations

import typing as t
from posixpath import join

from .. import identity
from ..context import ROUTER_USER
from ..errors import HostError, InstanceError
from ..kinds.protocol import Process, View
from ..runtimes.protocol import Bind, Unit

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..stores.protocol import Binding

PACKAGES: t.Final = {"php": "php-cli", "nginx": "nginx-light"}


def view(host: Host, ctx: Context, instance: str, slot: str) -> View:
    """Tell what an instance in a slot sees of the host."""
    sandboxed = ctx.runtime.sandboxed
    programs = {}
    for name, candidates in ctx.site.app.kind.programs(ctx.site).items():
        found = host.which(candidates)
        if found is None and ctx.runs_instances:
            raise HostError(f"{name}: is not installed on this host: apt install {PACKAGES.get(name, name)}")
        programs[name] = found or name
    return View(
        root=f"/srv/{ctx.site.name}" if sandboxed else ctx.places.tree(instance),
        run=ctx.places.run(slot),
        conf=ctx.places.instance(instance),
        port=ctx.port(slot),
        user=ctx.owner.user,
        programs=programs,
        databases={store.name: store.location(ctx) for store in ctx.site.stores},
        sandboxed=sandboxed,
    )


def reader(host: Host, ctx: Context, instance: str) -> t.Callable[[str], str]:
    """Give a function that reads a file of the instance's release."""
    release = identity.release_of(instance)

    def read(path: str) -> str:
        text = host.read(join(ctx.places.release(release), path))
        if text is None:
            raise InstanceError(
                f"release {release}: is not staged on this host: run stateless_app with state: staged first"
            )
        return text

    return read


def bindings(ctx: Context) -> list[Binding]:
    """Tell the directories of stores that instances write to."""
    return [found for store in ctx.site.stores if (found := store.binding(ctx))]


def unit_of(ctx: Context, seen: View, instance: str, process: Process, after: t.Sequence[str] = ()) -> Unit:
    """Put a process into its sandbox: the release read-only at its one place, the stores bound over it."""
    release = ctx.places.release(identity.release_of(instance))
    binds = tuple(Bind(one.source, join(seen.root, one.mount) if one.mount else one.source) for one in bindings(ctx))
    web = not process.writes_stores
    return Unit(
        name=f"fungible-{ctx.site.name}-{instance.replace('+', '_')}-{process.name}",  # systemd knows no + in names
        description=f"{ctx.site.name} {instance} ({process.name})",
        argv=process.argv,
        user=ctx.web_user if web else ctx.owner.user,
        group=ROUTER_USER if web else ctx.owner.group,
        groups=(ctx.owner.group,) if web else (),
        environment=() if web else (join(seen.conf, "environment"),),
        directory=seen.root,
        run=join(seen.run, process.name),
        reads=(Bind(seen.conf, seen.conf), Bind(release, seen.root), *(binds if web else ())),
        writes=() if web else binds,
        hides=("/srv", "/var/lib/fungible"),
        network=process.network,
        notifies=process.notifies,
        compiles=process.compiles,
        stop_signal=process.stop_signal,
        after=tuple(after),
    )


def environment(ctx: Context, seen: View) -> dict[str, str]:
    """Tell the environment of an instance's processes, secrets included."""
    stores = {name: value for store in ctx.site.stores for name, value in store.environment(ctx).items()}
    site = {
        "FUNGIBLE_SITE": ctx.site.name,
        "FUNGIBLE_RELEASE": identity.release_id(ctx.site),
        "FUNGIBLE_ROOT": seen.root,
    }
    return {**stores, **ctx.site.app.kind.environment(ctx.site, seen), **site}
