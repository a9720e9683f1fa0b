# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Does the site's instance run, ready to serve, beside whatever is live? Starts it, or takes the whole app away."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from . import identity, interpreter, journal, live
from .context import ensure_users
from .errors import InstanceError
from .instance import health, instance
from .instance.card import read_card
from .journal import Journal
from .plan import Plan, Step
from .release import artifacts, release
from .request import Make, Outcome, Request, carry_out, foretold
from .routers import haproxy

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .manifest.model import Source


@dataclass(frozen=True)
class Seen:
    """Be what of the site's instance is on a host."""

    known: Journal
    configured: bool
    running: bool
    in_the_way: str = ""  # another instance of which anything still runs in the slot
    promised: bool = False  # a switch was cut off: the router would give visitors to the slot at its next start


def observe(host: Host, ctx: Context) -> Seen:
    """Look for the instance that the manifest describes."""
    known = live.observe(host, ctx)
    wanted = identity.instance_id(ctx.site)
    slot = known.slot_of(wanted)
    card = read_card(host, ctx, wanted)
    running = card is not None and card.slot == slot and instance.is_running(host, ctx, card)
    occupant = known.slots.get(slot, "")
    other = read_card(host, ctx, occupant) if occupant != wanted else None
    in_the_way = occupant if instance.is_up(host, ctx, other) else ""
    promised = known.live != wanted and bool(haproxy.weights_on_disk(host, ctx).get(slot))
    return Seen(known, _is_configured(host, ctx, wanted, slot), running, in_the_way, promised)


def _is_configured(host: Host, ctx: Context, wanted: str, slot: str) -> bool:
    if host.read(ctx.places.listing(identity.release_of(wanted))) is None:
        return False
    _card, files = instance.describe(host, ctx, wanted, slot)
    written = all(instance.is_written(host, path, file) for path, file in files.items())
    return written and instance.tree_is_whole(host, ctx, wanted)


def plan_running(ctx: Context, seen: Seen) -> Plan:
    """Decide what makes the instance run, without a visitor noticing."""
    wanted = identity.instance_id(ctx.site)
    if not ctx.runs_instances:
        return _plan_tree(ctx, seen, wanted)
    slot = seen.known.slot_of(wanted)
    key = f"instance {wanted}"
    cut_off = seen.known.starting == wanted
    if seen.running and seen.configured and not cut_off:
        return Plan()
    if seen.running and not cut_off:
        step = Step("configure", f"instance {wanted} (its files differ)", partial(_configure, ctx, wanted, slot))
        return Plan((step,), {key: "running, its files differ"}, {key: "running"})
    steps = []
    if seen.promised:
        steps.append(Step("put back", f"the weights of {ctx.site.name} on disk", partial(haproxy.put_back, ctx)))
    if seen.in_the_way:
        steps.append(Step("stop", f"instance {seen.in_the_way} in slot {slot}", partial(_stop, ctx, seen.in_the_way)))
    steps.append(Step("start", f"instance {wanted} in slot {slot}", partial(_start, ctx, wanted, slot)))
    return Plan(tuple(steps), {key: "stopped" if wanted in seen.known.slots.values() else "absent"}, {key: "running"})


def _plan_tree(ctx: Context, seen: Seen, wanted: str) -> Plan:
    if seen.configured:
        return Plan()
    step = Step("link", f"instance {wanted}", partial(_link, ctx, wanted))
    return Plan((step,), {f"instance {wanted}": "absent"}, {f"instance {wanted}": "linked"})


def _link(ctx: Context, wanted: str, host: Host) -> None:
    _require_migrated(host, ctx, wanted)
    instance.configure(host, ctx, wanted, journal.SLOTS[0])


def _configure(ctx: Context, wanted: str, slot: str, host: Host) -> None:
    instance.configure(host, ctx, wanted, slot)


def _start(ctx: Context, wanted: str, slot: str, host: Host) -> None:
    _require_migrated(host, ctx, wanted)
    ensure_users(host, ctx)
    live.update(host, ctx, lambda known: known.with_slot(slot, wanted))
    health.start(host, ctx, instance.configure(host, ctx, wanted, slot))


def _require_migrated(host: Host, ctx: Context, wanted: str) -> None:
    name = identity.release_of(wanted)
    if host.read(ctx.places.listing(name)) is None:
        raise InstanceError(f"release {name}: is not staged on this host: run stateless_app with state: staged first")
    if name not in journal.read(host, ctx.places).migrated:
        raise InstanceError(f"release {name}: its migration was not run: run fungible.deploy.migration first")


def _stop(ctx: Context, name: str, host: Host) -> None:
    card = read_card(host, ctx, name)
    if card:
        health.stop(host, ctx, card)


def plan_absent(host: Host, ctx: Context) -> Plan:
    """Observe and decide what takes the app away: routes, instances, releases; stores stay."""
    names = host.children(f"{ctx.places.state}/instances")
    releases = [name for name in host.children(ctx.places.releases) if not name.startswith(".")]
    steps = []
    if haproxy.weights_on_disk(host, ctx) or haproxy.weights_at_work(host, ctx):
        steps.append(Step("remove", f"the routes of {ctx.site.name}", partial(haproxy.remove, ctx)))
    if host.stat(ctx.places.current):
        steps.append(Step("remove", f"the link {ctx.places.current}", partial(_unlink, ctx)))
    steps += [Step("remove", f"instance {name}", partial(remove_instance, ctx, name)) for name in names]
    steps += [Step("remove", f"release {name}", partial(remove_release, ctx, name)) for name in releases]
    steps += release.plan_leftovers(release.leftovers(host, ctx)).steps
    known = journal.read(host, ctx.places)
    if not steps and known == _forgotten(known):
        return Plan()
    steps.append(Step("forget", f"what was live of {ctx.site.name}", partial(_forget, ctx)))
    key = f"app {ctx.site.name}"
    return Plan(tuple(steps), {key: "present"}, {key: "absent; its stores stay"})


def remove_instance(ctx: Context, name: str, host: Host) -> None:
    """Stop an instance and remove its files; its release stays."""
    card = read_card(host, ctx, name)
    if card:
        health.stop(host, ctx, card)
        for unit in card.units:
            for path in ctx.runtime.paths(ctx.places, unit):
                host.remove(path)
    tree = ctx.places.tree(name)
    host.remove(tree.rpartition("/")[0])
    host.remove(ctx.places.instance(name))


def remove_release(ctx: Context, name: str, host: Host) -> None:
    """Remove a release; under another name first, so that its name never means half of it."""
    gone = f"{ctx.places.releases}/.{name}.gone"
    host.remove(gone)
    host.rename(ctx.places.release(name), gone)
    host.remove(ctx.places.listing(name))
    host.remove(gone)


def _unlink(ctx: Context, host: Host) -> None:
    host.remove(ctx.places.current)


def _forget(ctx: Context, host: Host) -> None:
    journal.update(host, ctx.places, _forgotten)


def _forgotten(known: Journal) -> Journal:
    """Keep what is known of the stores, which stay."""
    return Journal(migrated=known.migrated, told=known.told)


def stateless_app(host: Host, asked: Request, *, check: bool, state: str) -> Outcome:
    """Stage the release, run its instance beside what is live, or take the app away."""
    ctx = asked.on(host)

    def staged() -> tuple[Plan, list[Source]]:
        seen = release.observe(host, ctx)
        needs = [] if seen.whole else artifacts.wanted_files(seen.cached, release.made_of(ctx))
        return interpreter.allowing(host, ctx, release.plan(ctx, seen)), needs

    make: dict[str, Make] = {
        "staged": staged,
        "running": lambda: (plan_running(ctx, observe(host, ctx)), []),
        "absent": lambda: (plan_absent(host, ctx), []),
    }
    return carry_out(host, ctx, make[state], check)


def facts(host: Host, asked: Request, *, thorough: bool = False) -> dict[str, t.Any]:
    """Tell of each release and instance on the host, and whether the manifest's release is whole."""
    ctx = asked.on(host)
    seen, known = release.observe(host, ctx, thorough), live.observe(host, ctx)
    wanted = identity.release_id(ctx.site)
    return {
        "release": wanted,
        "instance": identity.instance_id(ctx.site),
        "runtime": ctx.runtime_name.value,
        "sandboxed": ctx.runs_instances and ctx.runtime.sandboxed,
        "staged": seen.staged,
        "damage": {
            "missing": list(seen.damage.missing),
            "changed": list(seen.damage.changed),
            "added": list(seen.damage.added),
        },
        "left_out": release.left_out(host, ctx, wanted),
        "releases": [
            _release_facts(ctx, host, known, name) for name in host.children(ctx.places.releases) if name[0] != "."
        ],
        "instances": [
            _instance_facts(ctx, host, known, name) for name in host.children(f"{ctx.places.state}/instances")
        ],
        **foretold(
            lambda: interpreter.allowing(
                host, ctx, release.plan(ctx, release.observe(host, ctx) if thorough else seen)
            ),
            lambda: plan_running(ctx, observe(host, ctx)),
        ),
    }


def _release_facts(ctx: Context, host: Host, known: Journal, name: str) -> dict[str, t.Any]:
    return {
        "id": name,
        "staged": known.staged.get(name),
        "migrated": known.migrated.get(name),
        "live": identity.release_of(known.live) == name,
        "previous": identity.release_of(known.previous) == name,
    }


def _instance_facts(ctx: Context, host: Host, known: Journal, name: str) -> dict[str, t.Any]:
    card = read_card(host, ctx, name)
    return {
        "id": name,
        "slot": next((slot for slot, owner in known.slots.items() if owner == name), None),
        "running": instance.is_running(host, ctx, card),
        "live": known.live == name,
        "bad": known.bad.get(name),
        "address": str(card.address) if card else None,
    }
