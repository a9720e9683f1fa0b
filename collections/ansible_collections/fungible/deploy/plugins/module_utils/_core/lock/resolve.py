# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""To which versions and bytes do the extensions of a catalogue and its sites resolve? And what is new in that?"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from functools import partial

from .. import versions
from ..catalogue import catalogue, expansion
from ..errors import ArtifactError, ManifestError
from ..manifest import schema as s
from ..manifest.manifest import SLUG
from . import file, origins
from .choice import choose
from .file import Entry, Lock
from .protocol import AwayError, GoneError

if t.TYPE_CHECKING:
    from .artifact import Inside
    from .choice import Found
    from .protocol import Desk
    from .wanted import Want

ALL: t.Final = "all"
# WordPress's own themes, which come with it: https://developer.wordpress.org/reference/classes/wp_theme/#source.
SHIPPED: t.Final = re.compile(r"twenty[a-z]+|default|classic")


@dataclass(frozen=True)
class Resolved:
    """Be a new lock, and what is new in it, told as plans are."""

    lock: Lock
    text: str
    changed: bool
    steps: tuple[str, ...] = ()
    before: t.Mapping[str, str] = field(default_factory=dict)
    after: t.Mapping[str, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()  # newer versions that no range allows; only where an update was asked for
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settled:
    """Be what became of one want."""

    entry: Entry
    outside: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def resolve(
    sites: t.Mapping[str, t.Any],
    shared: t.Any,
    old: str | None,
    *,
    desk: Desk,
    update: t.Collection[str] = (),
) -> Resolved:
    """Resolve all that sites and their catalogue want; what is locked stays, but for what should be updated.

    `update` names extensions, or is `("all",)`. Of the manifests, the plugins and the application's version are read.
    """
    known = catalogue.parse(shared)
    before = file.parse(old) if old else Lock()
    plain = {name: public(manifest) for name, manifest in sites.items()}
    wants = list(dict.fromkeys([*expansion.wanted_of_catalogue(known), *expansion.wanted_of_sites(plain, known)]))
    _require_known(update, wants)
    settled = desk.each(partial(settle, before, frozenset(update), desk), wants)
    lock = Lock(tuple(sorted((one.entry for one in settled), key=lambda one: one.want.key)))
    warnings = [line for one in settled for line in one.warnings]
    for name, manifest in plain.items():
        warnings += expansion.expand(name, manifest, known, lambda: lock).warnings
    text = file.dump(lock)
    outside = tuple(line for one in settled for line in one.outside)
    return Resolved(lock, text, text != old, *_news(before, lock), outside, tuple(dict.fromkeys(warnings)))


def public(manifest: t.Any) -> t.Any:
    """Leave of a manifest what chains are judged by; nothing of it is secret."""
    if not isinstance(manifest, t.Mapping):
        return manifest
    app = manifest.get("app")
    known = {key: app[key] for key in ("kind", "version") if key in app} if isinstance(app, t.Mapping) else app
    return {"app": known, "plugins": manifest.get("plugins")}


def _require_known(update: t.Collection[str], wants: t.Sequence[Want]) -> None:
    names = {one.name for one in wants}
    for name in update:
        if name != ALL and name not in names:
            raise ManifestError(f"update: {name} is nothing that is locked{s.nearest(name, names) or ': take it out'}")


def settle(before: Lock, update: frozenset[str], desk: Desk, want: Want) -> Settled:
    """Decide what a want resolves to; a source that is away leaves what is locked as it is."""
    held = before.held(want)
    if held and not update & {ALL, want.name}:
        return Settled(held, warnings=_require_unchanged(held, desk))
    try:
        return _newest(want, held, desk, by_name=want.name in update)
    except AwayError as exc:
        if not held:
            raise
        return Settled(held, warnings=(f"{exc}; {want.name} stays {held.version}, as it is locked",))


def _require_unchanged(held: Entry, desk: Desk) -> tuple[str, ...]:
    """Have a locked artifact at hand; what its source has must be what was locked."""
    if desk.has(held.artifact):
        return ()
    try:
        found = desk.keep(held.location, held.want.source.redirects)
    except GoneError as exc:
        name = held.want.name
        lacks = f"hosts that did not fetch {name} {held.version} before cannot deploy it"
        return (f"{exc}: {lacks}: update {name}, or say another source of it",)
    except AwayError as exc:
        return (f"{exc}; {held.want.name} stays {held.version}, as it is locked",)
    _require_same(held, found)
    return ()


def _require_same(held: Entry, sha256: str) -> None:
    if sha256 != held.sha256:
        raise ArtifactError(
            f"{held.location}: its sha256 is {sha256}, but {held.sha256} was locked as {held.want.name} "
            f"{held.version}: the bytes changed behind the same version; check them, then update {held.want.name}"
        )


def _newest(want: Want, held: Entry | None, desk: Desk, *, by_name: bool) -> Settled:
    found, newest = choose(want, held, desk)
    if held and held.version == found.version and not by_name:
        _require_same(held, found.sha256)
    entry, warnings = _entry(want, found, desk)
    beyond = (
        newest
        and not want.allows(newest)
        and (versions.key(newest) or versions.LEAST) > (versions.key(found.version) or versions.LEAST)
    )
    line = f"{want.name} stays {found.version}: {newest} is newer, and not {want.version}"
    return Settled(entry, (line,) if held and beyond else (), (*warnings, *found.inside.warnings))


def _entry(want: Want, found: Found, desk: Desk) -> tuple[Entry, tuple[str, ...]]:
    requires, warnings = _requires(want, found.inside)
    published = _published(origins.checksums(want, found.version, desk), found.inside)
    if published is False:
        warnings = (*warnings, f"{want.name} {found.version}: its files are not those of the published checksums")
    place = {"url": found.location} if "://" in found.location else {"file": found.location}
    licence = found.inside.headers.licence if found.inside.headers else ""
    return Entry(
        want, found.version, found.sha256, found.inside.tree, **place,
        requires=requires, licence=licence, published=published,
    ), warnings  # fmt: skip


def _requires(want: Want, inside: Inside) -> tuple[catalogue.Requires, tuple[str, ...]]:
    """Tell what headers demand; what is no version there demands nothing."""
    said = inside.headers
    if said is None:
        return catalogue.Requires(), ()
    asked = {"Requires at least": said.requires_wordpress, "Requires PHP": said.requires_php}
    warnings = tuple(
        f"{want.name}: its header says `{key}: {text[:40]}`, which is no version, and is passed over"
        for key, text in asked.items()
        if text and not versions.is_number(text)
    )
    ranges = [f">={text}" if versions.is_number(text) else "" for text in asked.values()]
    return catalogue.Requires(ranges[0], ranges[1], (*said.requires_plugins, *_parent(want, said.template))), warnings


def _parent(want: Want, template: str) -> tuple[str, ...]:
    """Tell the parent of a child theme, which has to be in the chain, unless WordPress ships it."""
    if want.kind != "theme" or not template or SHIPPED.fullmatch(template):
        return ()
    try:
        return (SLUG.parse(template, "Template"),)
    except ManifestError as exc:
        raise ArtifactError(
            f"{want.name}: its header says `Template: {template[:40]}`, which is no theme: {exc}"
        ) from exc


def _published(sums: t.Mapping[str, t.Any] | None, inside: Inside) -> bool | None:
    """Compare the files with the digests that were published of them; where releases differ, there are several."""
    if sums is None:
        return None
    known = {path: one["sha256"] for path, one in sums.items() if isinstance(one, dict) and "sha256" in one}
    listed = {path: one if isinstance(one, list) else [one] for path, one in known.items()}
    return listed.keys() == inside.files.keys() and all(inside.files[path] in listed[path] for path in listed)


def _news(before: Lock, after: Lock) -> tuple[tuple[str, ...], dict[str, str], dict[str, str]]:
    """Tell what is new: as steps, and as facts before and after."""
    steps, old, new = [], {}, {}
    for want in sorted({**before.by_want, **after.by_want}, key=lambda one: one.key):
        was, now = before.by_want.get(want), after.by_want.get(want)
        if was == now:
            continue
        key = str(want)
        old[key], new[key] = _said(was), _said(now)
        steps.append(_step(want, was, now))
    return tuple(steps), old, new


def _said(entry: Entry | None) -> str:
    return f"{entry.version} {entry.sha256}" if entry else "not locked"


def _step(want: Want, was: Entry | None, now: Entry | None) -> str:
    asked = f"({want.version or 'any version'})"
    if now is None:
        return f"drop {want.name} {was.version if was else ''} {asked}"
    if was is None:
        return f"lock {want.name} {now.version} {asked}"
    if was.version == now.version:
        return f"change {want.name} {now.version} {asked}"
    return f"update {want.name} {was.version} -> {now.version} {asked}"
