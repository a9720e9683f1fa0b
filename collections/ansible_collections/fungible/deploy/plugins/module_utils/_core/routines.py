# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which routines of a site's extensions are due: were they told that they are on, newer, off, or gone for good?"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace
from functools import partial

from . import identity, live
from .errors import ManifestError, StoreError
from .instance import once
from .journal import Told
from .kinds.protocol import Routine, Verb
from .plan import Step

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Done, Host
    from .journal import Journal

LINES_SHOWN: t.Final = 3
SHOWN: t.Final = 400  # characters of a line


@dataclass(frozen=True)
class Due:
    """Be the routines that are due before a release's own migration, after it, and when nothing can fail any more."""

    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()
    last: tuple[Step, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before or self.after or self.last)


def observe(host: Host, ctx: Context) -> Journal:
    """Read the journal; where it never told of extensions, those that the live release has are on."""
    known = live.observe(host, ctx)
    return known if known.told is not None else replace(known, told=_of_live(host, ctx, known))


def _of_live(host: Host, ctx: Context, known: Journal) -> tuple[Told, ...]:
    text = host.read(ctx.places.manifest) if known.live else None
    if text is None:
        return ()
    release, entries = identity.release_of(known.live), (json.loads(text).get("plugins") or {}).get("use") or ()
    plugins = (one for one in entries if (one.get("kind") or "plugin") == "plugin")
    return tuple(Told(one["name"], one["version"], release) for one in plugins if one.get("state") in (None, "enabled"))


def plan(ctx: Context, seen: Journal) -> Due:
    """Decide what is due: off in reverse order, then what is new or newer in its order, then purges in reverse."""
    site, release = ctx.site, identity.release_id(ctx.site)
    told = {one.name: one for one in seen.told or ()}
    wanted = {one.name: one for one in site.plugins if one.enabled and site.app.kind.has_routines(one)}
    off = [one for one in reversed(list(told.values())) if one.on and one.name not in wanted]
    untold = {gone.name for gone in site.removed if gone.untold}
    before = [_off(ctx, one, untold) for one in off]
    after = []
    for name, one in wanted.items():
        now, was = Told(name, one.version, release), told.get(name)
        if was is None or not was.on:
            after.append(Step("activate", f"{name} {one.version}", partial(_run, ctx, Verb.ACTIVATE, now)))
        elif was.version != one.version:
            after.append(
                Step("upgrade", f"{name} {was.version} to {one.version}", partial(_run, ctx, Verb.UPGRADE, now))
            )
    purged = [told[gone.name] for gone in reversed(site.removed) if gone.purge and gone.name in told]
    for it in purged:
        _require_not_live(ctx, seen, it)
    last = [Step("uninstall", f"{it.name} {it.version}", partial(_run, ctx, Verb.UNINSTALL, it)) for it in purged]
    return Due(tuple(before), tuple(after), tuple(last))


def _off(ctx: Context, one: Told, untold: t.Container[str]) -> Step:
    """Tell a plugin that it goes, or, where that fails and somebody said so, do without."""
    if one.name in untold:
        what = f"{one.name} {one.version} without its deactivation routine"
        return Step("drop", what, partial(_run, ctx, Verb.DROP, one))
    return Step("deactivate", f"{one.name} {one.version}", partial(_run, ctx, Verb.DEACTIVATE, one))


def kept(seen: Journal, ctx: Context, release: str) -> tuple[Told, ...]:
    """Note that a release has the files of those that stay on, so that it is known where they can be told to go."""
    names = {one.name for one in ctx.site.plugins if one.enabled}
    return tuple(one._replace(release=release) if one.on and one.name in names else one for one in seen.told or ())


def _require_not_live(ctx: Context, seen: Journal, one: Told) -> None:
    """Insist that no visitor meets an extension whose data is gone."""
    if one.on or identity.release_of(seen.live) == one.release:
        raise ManifestError(
            f"{ctx.site.name}.plugins.use: {one.name} is on in the release that serves now, and visitors would meet it "
            "without its data: deploy it with state: absent first, then purge it"
        )


def _run(ctx: Context, verb: Verb, one: Told, host: Host) -> None:
    """Run one routine in a process of its own, insist that it says that it came to its end, and write that down."""
    known = observe(host, ctx)
    names = tuple(
        told.name for told in known.told or () if told.on and (verb is not Verb.DROP or told.name != one.name)
    )
    done = _process(host, ctx, verb, one, names)
    mark = _mark(one)
    said = done.out if done else mark
    if f"{mark} later" in said:  # nobody has set the application up yet
        return
    if mark not in said:
        raise StoreError(_failure(ctx, verb, one, t.cast("Done", done)))
    live.update(host, ctx, lambda now: replace(now, told=_told(known, verb, one)))


def _process(host: Host, ctx: Context, verb: Verb, one: Told, names: tuple[str, ...]) -> Done | None:
    what = Routine(verb, one.name, on=names, mark=_mark(one))
    site, wanted = ctx.site, identity.instance_id(ctx.site)
    unit, within = f"{verb.value}-{one.name}", site.within
    if verb in (Verb.ACTIVATE, Verb.UPGRADE):
        return once.run(host, ctx, wanted, unit, lambda seen, _read: site.app.kind.routine(site, seen, what), within)
    release = one.release
    if host.read(ctx.places.listing(release)) is None:
        if verb is not Verb.UNINSTALL:  # nothing is left that could be run
            return None
        raise StoreError(
            f"{site.name}: {one} cannot be uninstalled: release {release}, the last that had its files, is not on this "
            f"host any more: deploy it with state: enabled once more, then with state: absent, then purge it"
        )
    return once.elsewhere(host, ctx, release, unit, lambda seen, _read: site.app.kind.routine(site, seen, what), within)


def _mark(one: Told) -> str:
    return f"fungible: done with {one} of {one.release}"


def _told(known: Journal, verb: Verb, one: Told) -> tuple[Told, ...]:
    """Note how a routine left its extension; what was purged is forgotten."""
    others = [told for told in known.told or () if told.name != one.name]
    if verb is Verb.UNINSTALL:
        return tuple(others)
    if verb is Verb.UPGRADE:
        return tuple(one if told.name == one.name else told for told in known.told or ())
    return (*others, one._replace(on=verb is Verb.ACTIVATE))


def _failure(ctx: Context, verb: Verb, one: Told, done: Done) -> str:
    """Say which extension failed, why, and what it said last, but no secret."""
    heard = [once.hushed(ctx, text) for text in (done.out, done.err)]
    said = [line.strip() for text in heard for line in text.strip().splitlines()[-LINES_SHOWN:]]
    if done.code == once.TIMED_OUT:
        said.append(f"it did not end within {ctx.site.within} s (migration.within)")
    text = " / ".join(line[:SHOWN] for line in said if line) or f"exit status {done.code}"
    way = "say `state: absent` with `deactivation: skip`" if verb is Verb.DEACTIVATE else "leave it out"
    return (
        f"{ctx.site.name}: {verb.value} {one} failed: {text}: mend it and run again, or {way}; "
        "what served until now still does"
    )
