# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is an instance made of on this host: its units, and every file that they need?"""

from __future__ import annotations

import json
import typing as t
from posixpath import join

from .. import identity
from ..errors import HostError, InstanceError
from ..host.protocol import SOCKET_PATH_MOST, Layer, Owner
from ..kinds.protocol import Address
from ..release.listing import Entry
from ..runtimes.protocol import File, Unit, environment_text
from . import sandbox
from .card import Card, card_path

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host


def describe(host: Host, ctx: Context, instance: str, slot: str) -> tuple[Card, dict[str, File]]:
    """Tell an instance's card and every file that it needs on disk."""
    if not ctx.runs_instances:
        return _describe_tree(host, ctx, instance, slot)
    seen = sandbox.view(host, ctx, instance, slot)
    running = ctx.site.app.kind.processes(ctx.site, seen, sandbox.reader(host, ctx, instance))
    units: list[Unit] = []
    for process in running:
        units.append(sandbox.unit_of(ctx, seen, instance, process, [unit.name for unit in units]))
    card = Card(
        instance, slot, tuple(unit.name for unit in units), ctx.addresses[slot], ctx.site.app.health, ctx.site.public
    )
    files = {join(seen.conf, name): File(text) for process in running for name, text in process.files.items()}
    files[join(seen.conf, "environment")] = File(environment_text(sandbox.environment(ctx, seen)), 0o600)
    files[card_path(ctx, instance)] = File(str(card))
    for unit in units:
        files.update(ctx.runtime.files(ctx.places, unit))
    return card, files


def _describe_tree(host: Host, ctx: Context, instance: str, slot: str) -> tuple[Card, dict[str, File]]:
    """Tell the same for the user's own web server: beside the tree lies its environment, for its group alone."""
    seen = sandbox.view(host, ctx, instance, slot)
    known = Card(instance, slot, (), Address(), ctx.site.app.health, "")
    text = json.dumps(sandbox.environment(ctx, seen), indent=1, sort_keys=True) + "\n"
    beside = join(ctx.places.tree(instance).rpartition("/")[0], "environment.json")
    owner = Owner("root", ctx.owner.group) if host.whoami() == "root" else None
    return known, {beside: File(text, 0o640, owner), card_path(ctx, instance): File(str(known))}


def is_running(host: Host, ctx: Context, known: Card | None) -> bool:
    return known is not None and all(ctx.runtime.is_running(host, ctx.places, name) for name in known.units)


def is_up(host: Host, ctx: Context, known: Card | None) -> bool:
    """Tell whether anything of an instance is to run: from its start, over boots, to the end of its stop."""
    return known is not None and any(ctx.runtime.is_enabled(host, ctx.places, name) for name in known.units)


def configure(host: Host, ctx: Context, instance: str, slot: str) -> Card:
    """Write every file that differs, the card last."""
    known, files = describe(host, ctx, instance, slot)
    for socket in (known.address.socket, ctx.runtime.socket(ctx.places)):
        if len(socket) > SOCKET_PATH_MOST:
            raise HostError(f"{socket}: is longer than a socket's path may be: choose a shorter root")
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
    tree, wanted = ctx.places.tree(instance), _tree(host, ctx, instance)
    if host.stat(tree):
        damage = host.damage(tree, wanted.listing)
        if damage:
            host.repair([wanted], tree, damage)
        return
    fresh = f"{tree}.new"
    host.remove(fresh)
    host.compose([wanted], fresh)
    host.rename(fresh, tree)


def tree_is_whole(host: Host, ctx: Context, instance: str) -> bool:
    """Tell whether the links are as they should be; a sandbox needs none."""
    tree = ctx.places.tree(instance)
    if ctx.runtime.sandboxed:
        return True
    return host.stat(tree) is not None and not host.damage(tree, _tree(host, ctx, instance).listing)


def _tree(host: Host, ctx: Context, instance: str) -> Layer:
    """Tell what an instance's tree is made of: the release, but links to stores for its mount points."""
    release = identity.release_of(instance)
    text = host.read(ctx.places.listing(release))
    if text is None:
        raise InstanceError(
            f"release {release}: is not staged on this host: run stateless_app with state: staged first"
        )
    stores = {bind.mount: bind.source for bind in sandbox.bindings(ctx) if bind.mount}
    lines = [line for line in text.splitlines() if line.split("\t")[3] not in stores]
    links = [str(Entry(mount, "l", target=source)) for mount, source in stores.items()]
    return Layer(ctx.places.release(release), "".join(f"{line}\n" for line in (*lines, *links)))
