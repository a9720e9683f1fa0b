# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is an instance made of on this host: its units, its files, where it answers; and how is it brought to serve?"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, replace
from posixpath import join

from . import identity, journal
from .context import ensure_users
from .errors import CoreError, HostError, InstanceError, StoreError
from .host.protocol import Done, Layer, Owner
from .kinds.protocol import Address, Process, View
from .model import Health
from .runtimes.protocol import Bind, File, Unit, environment_text
from .stores.mariadb import SOCKET
from .stores.sqlite import FILE

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .kinds.protocol import Migration
    from .stores.protocol import Binding

SOCKET_PATH_MOST: t.Final = 107  # sun_path in unix(7), less its end
LINES_SHOWN: t.Final = 3
LINE_SHOWN: t.Final = 200
ROUTER_USER: t.Final = "fungible-router"


@dataclass(frozen=True)
class Card:
    """Be what must be known of an instance to start, check and stop it without its manifest."""

    id: str
    slot: str
    units: tuple[str, ...]
    address: Address
    health: Health
    host: str

    def __str__(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def parse(cls, text: str) -> Card:
        known = json.loads(text)
        health, address, units = known.pop("health"), Address(**known.pop("address")), tuple(known.pop("units"))
        return cls(health=Health(**{**health, "warm": tuple(health["warm"])}), address=address, units=units, **known)


def view(host: Host, ctx: Context, instance: str, slot: str) -> View:
    """Tell what an instance in a slot sees of the host."""
    sandboxed = ctx.runtime.sandboxed
    programs = {}
    for name, candidates in ctx.site.app.kind.programs(ctx.site).items():
        found = host.which(candidates)
        if found is None and ctx.runs_instances:
            raise HostError(f"{name}: is not installed on this host: apt install {_package(name)}")
        programs[name] = found or name
    return View(
        root=f"/srv/{ctx.site.name}" if sandboxed else ctx.places.tree(instance),
        run=ctx.places.run(slot),
        conf=ctx.places.instance(instance),
        port=ctx.port(slot),
        user=ctx.owner.user,
        programs=programs,
        databases={store.name: _database_path(ctx, store) for store in ctx.site.stores},
        sandboxed=sandboxed,
    )


def _package(program: str) -> str:
    return {"php": "php-cli", "nginx": "nginx-light"}.get(program, program)


def _database_path(ctx: Context, store: t.Any) -> str:
    binding = store.binding(ctx)
    return join(binding.source, FILE) if binding else SOCKET


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


def unit_name(ctx: Context, instance: str, process: str) -> str:
    return f"fungible-{ctx.site.name}-{instance}-{process}"


def bindings(ctx: Context) -> list[Binding]:
    """Tell the directories of stores that instances write to."""
    return [found for store in ctx.site.stores if (found := store.binding(ctx))]


def unit_of(ctx: Context, seen: View, instance: str, process: Process, after: t.Sequence[str] = ()) -> Unit:
    """Put a process into its sandbox: the release read-only at its one place, the stores bound over it."""
    release = ctx.places.release(identity.release_of(instance))
    binds = tuple(Bind(one.source, join(seen.root, one.mount) if one.mount else one.source) for one in bindings(ctx))
    web = not process.writes_stores
    return Unit(
        name=unit_name(ctx, instance, process.name),
        description=f"{ctx.site.name} {instance} ({process.name})",
        argv=process.argv,
        user=ctx.web_user if web else ctx.owner.user,
        group=ROUTER_USER if process.serves and process.name == "web" and web else ctx.owner.group,
        groups=(ctx.owner.group,) if web else (),
        environment=() if web else (join(seen.conf, "environment"),),
        directory=seen.root,
        run=join(seen.run, process.name),
        reads=(Bind(seen.conf, seen.conf), Bind(release, seen.root), *(binds if web else ())),
        writes=() if web else binds,
        hides=("/srv", "/var/lib/fungible"),
        network=process.network,
        notifies=process.notifies,
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


def processes(host: Host, ctx: Context, instance: str, slot: str) -> tuple[View, list[Process]]:
    seen = view(host, ctx, instance, slot)
    return seen, list(ctx.site.app.kind.processes(ctx.site, seen, reader(host, ctx, instance)))


def describe(host: Host, ctx: Context, instance: str, slot: str) -> tuple[Card, dict[str, File]]:
    """Tell an instance's card and every file that it needs on disk."""
    if not ctx.runs_instances:
        return _describe_tree(host, ctx, instance, slot)
    seen, running = processes(host, ctx, instance, slot)
    units: list[Unit] = []
    for process in running:
        units.append(unit_of(ctx, seen, instance, process, [unit.name for unit in units]))
    health_host = ctx.site.routes[0].host if ctx.site.routes else "localhost"
    card = Card(
        instance, slot, tuple(unit.name for unit in units), ctx.addresses[slot], ctx.site.app.health, health_host
    )
    files = {join(seen.conf, name): File(text) for process in running for name, text in process.files.items()}
    files[join(seen.conf, "environment")] = File(environment_text(environment(ctx, seen)), 0o600)
    files[join(seen.conf, "card.json")] = File(str(card))
    for unit in units:
        files.update(ctx.runtime.files(ctx.places, unit))
    return card, files


def _describe_tree(host: Host, ctx: Context, instance: str, slot: str) -> tuple[Card, dict[str, File]]:
    """Tell the same for the user's own web server: beside the tree lies its environment, for its group alone."""
    seen = view(host, ctx, instance, slot)
    known = Card(instance, slot, (), Address(), ctx.site.app.health, "")
    text = json.dumps(environment(ctx, seen), indent=1, sort_keys=True) + "\n"
    beside = join(ctx.places.tree(instance).rpartition("/")[0], "environment.json")
    owner = Owner("root", ctx.owner.group) if host.whoami() == "root" else None
    return known, {beside: File(text, 0o640, owner), join(seen.conf, "card.json"): File(str(known))}


def card(host: Host, ctx: Context, instance: str) -> Card | None:
    """Read the card of an instance that was configured here."""
    text = host.read(join(ctx.places.instance(instance), "card.json"))
    return Card.parse(text) if text else None


def is_running(host: Host, ctx: Context, known: Card | None) -> bool:
    return known is not None and all(ctx.runtime.is_running(host, ctx.places, name) for name in known.units)


def configure(host: Host, ctx: Context, instance: str, slot: str) -> Card:
    """Write every file that differs, the card last."""
    known, files = describe(host, ctx, instance, slot)
    if len(known.address.socket) > SOCKET_PATH_MOST:
        raise HostError(f"{known.address.socket}: is longer than a socket's path may be: choose a shorter root")
    host.mkdir(ctx.places.instance(instance), 0o755)
    for path, file in files.items():
        if not is_written(host, path, file):
            host.write(path, file.text, file.mode, file.owner)
    if not ctx.runtime.sandboxed:
        ensure_tree(host, ctx, instance)
    return known


def is_written(host: Host, path: str, file: File) -> bool:
    there = host.stat(path)
    return there is not None and there.mode == file.mode and host.read(path) == file.text


def ensure_tree(host: Host, ctx: Context, instance: str) -> None:
    """Link the release once more, with links to the stores where a sandbox would mount them."""
    tree, release = ctx.places.tree(instance), identity.release_of(instance)
    if host.stat(tree):
        return
    text = host.read(ctx.places.listing(release))
    if text is None:
        raise InstanceError(
            f"release {release}: is not staged on this host: run stateless_app with state: staged first"
        )
    fresh = f"{tree}.new"
    host.remove(fresh)
    mounts = {bind.mount for bind in bindings(ctx)}
    lines = (line for line in text.splitlines() if line.split("\t")[3] not in mounts)
    host.compose([Layer(ctx.places.release(release), "".join(f"{line}\n" for line in lines))], fresh)
    for bind in bindings(ctx):
        if bind.mount:
            host.symlink(bind.source, join(fresh, bind.mount))
    host.rename(fresh, tree)


def start(host: Host, ctx: Context, known: Card) -> None:
    """Start a configured instance and wait until it is healthy and warm; one that is not is stopped and marked bad."""
    port = known.address.port
    if port and host.port_taken(port) and not is_running(host, ctx, known):
        raise HostError(f"port {port}: is taken by another program: stop it, or give {ctx.site.name}.app.port another")
    try:
        ctx.runtime.start(host, ctx.places, known.units)
        wait_healthy(host, ctx, known)
    except CoreError as exc:
        why = str(exc)
        ctx.runtime.stop(host, ctx.places, known.units)
        journal.update(host, ctx.places, lambda seen: seen.with_bad(known.id, why))
        raise
    journal.update(host, ctx.places, lambda seen: seen.without_bad(known.id))


def wait_healthy(host: Host, ctx: Context, known: Card) -> None:
    """Ask until the health check passes, then ask for the pages that fill the instance's caches."""
    health, last = known.health, [""]

    def answers() -> bool:
        reply = host.get(known.address, health.path, known.host, timeout=health.within)
        last[0] = f"status {reply.status}" if reply.status else reply.body
        return reply.status == health.status

    if not host.wait_until(answers, health.within):
        said = " / ".join(_last_words(host, ctx, name) for name in known.units)
        raise InstanceError(
            f"instance {known.id}: {health.path} did not answer {health.status} within {health.within} s ({last[0]}); "
            f"it was stopped and marked bad; its last words: {said}"
        )
    for path in health.warm:
        host.get(known.address, path, known.host, timeout=health.within)


def _last_words(host: Host, ctx: Context, unit: str) -> str:
    lines = ctx.runtime.last_words(host, ctx.places, unit).splitlines()[-LINES_SHOWN:]
    said = " / ".join(line.strip()[:LINE_SHOWN] for line in lines)
    return f"{unit.rpartition('-')[2]}: {said or 'nothing'}"


def stop(host: Host, ctx: Context, known: Card) -> None:
    ctx.runtime.stop(host, ctx.places, known.units)


def run_migration(host: Host, ctx: Context, instance: str, slot: str) -> str:
    """Run the migration of an instance's release to its end, in the release's own sandbox."""
    seen = view(host, ctx, instance, slot)
    todo: Migration = ctx.site.app.kind.migration(ctx.site, seen, reader(host, ctx, instance))
    if not todo.argv:
        return "nothing to migrate"
    ensure_users(host, ctx)
    if not ctx.runtime.sandboxed:
        ensure_tree(host, ctx, instance)
    path = join(seen.conf, "migration.environment")
    host.mkdir(seen.conf)
    host.write(path, environment_text({**environment(ctx, seen), **todo.env}), 0o600)
    try:
        unit = replace(_migration_unit(ctx, seen, instance, todo), environment=(path,))
        done: Done = ctx.runtime.once(host, ctx.places, unit, todo.stdin)
    finally:
        host.remove(path)
    return done.require(f"{ctx.site.name}: the migration to release {identity.release_of(instance)} failed", StoreError)


def _migration_unit(ctx: Context, seen: View, instance: str, todo: Migration) -> Unit:
    return replace(unit_of(ctx, seen, instance, Process("migrate", todo.argv)), run="")
