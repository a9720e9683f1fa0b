# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
How does the core look to Salt.

One way in for every function; the only place that knows what a test run is, and where manifests and files come from.
The loader's dunders are handed down to it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from salt.exceptions import CommandExecutionError, SaltException

from saltext.fungible._core.errors import CoreError, HostError, ManifestError
from saltext.fungible._core.host.local import LocalHost
from saltext.fungible._core.request import Outcome, Request

NOTHING: t.Final = "nothing to change"

Call = t.Callable[..., Outcome]
Facts = t.Callable[..., "dict[str, t.Any]"]


@dataclass(frozen=True)
class Asked:
    """
    Be what a function was called with, besides what is its own.

    The manifest's repr is nobody's business: it may hold secrets.
    """

    site: str
    manifest: t.Any = field(default=None, repr=False)
    root: str = "/"
    unknown: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Minion:
    """Be what Salt's loader gave the module that was called."""

    salt: t.Mapping[str, t.Callable[..., t.Any]] = field(repr=False)
    pillar: t.Any = field(repr=False)
    test: bool = False
    saltenv: str | None = None


def state(asked: Asked, call: Call, minion: Minion) -> dict[str, t.Any]:
    """Carry out a state, or in a test run only ask, and tell it as states do."""
    try:
        plan = outcome(asked, call, minion).plan
    except CoreError as exc:
        return {"name": asked.site, "result": False, "changes": {}, "comment": str(exc)}
    changes = {
        key: {"old": plan.before.get(key, ""), "new": plan.after.get(key, "")} for key in {**plan.before, **plan.after}
    }
    would = "would " if minion.test else ""
    return {
        "name": asked.site,
        "result": None if minion.test and changes else True,
        "changes": changes,
        "comment": "; ".join(f"{would}{step}" for step in plan.steps) or NOTHING,
    }


def change(asked: Asked, call: Call, minion: Minion) -> dict[str, t.Any]:
    """Carry out an execution module's function, or only ask, and tell its steps and the facts before and after."""
    try:
        plan = outcome(asked, call, minion).plan
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None
    steps = [str(step) for step in plan.steps]
    return {"changed": bool(plan), "steps": steps, "before": dict(plan.before), "after": dict(plan.after)}


def inform(asked: Asked, facts: Facts, minion: Minion) -> dict[str, t.Any]:
    """Tell facts; nothing is changed."""
    try:
        return facts(LocalHost(), request_of(asked, minion))
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None


def outcome(asked: Asked, call: Call, minion: Minion) -> Outcome:
    """Make a call of the core, once more if files of the master have to come first."""
    if asked.unknown:
        raise ManifestError(f"{', '.join(sorted(asked.unknown))}: is no argument of this state: take it out")
    return carry_out(request_of(asked, minion), call, minion)


def carry_out(request: Request, call: Call, minion: Minion) -> Outcome:
    """Make a call of the core; the files that it needs are brought, and only then."""
    host = LocalHost()
    done = call(host, request, check=minion.test)
    if not done.needs:
        return done
    files = {source.sha256: _fetch(source.file, minion) for source in done.needs}
    return call(host, replace(request, files=files), check=minion.test)


def request_of(asked: Asked, minion: Minion) -> Request:
    """Make what the core wants of what was asked."""
    return Request(str(asked.site), manifest_of(asked, minion), root=asked.root)


def manifest_of(asked: Asked, minion: Minion) -> t.Any:
    """Find a site's manifest, by default in the pillar, with what `sdb://` values stand for."""
    if asked.manifest is not None:
        return _plain(asked.manifest, minion)
    sites = sites_of(minion)
    if asked.site not in sites:
        known = ", ".join(sites) or "none"
        raise ManifestError(
            f"{asked.site}: is not in this minion's pillar, where fungible:sites has {known}: "
            "add it there, or refresh the pillar"
        )
    return _plain(sites[asked.site], minion)


def sites_of(minion: Minion) -> dict[str, t.Any]:
    """
    Tell the sites of the pillar.

    Not by ``pillar.get``: from Salt 3008 on it gives asterisks instead of values outside of templates.
    """
    ours = minion.pillar.get("fungible")
    sites = ours.get("sites") if isinstance(ours, t.Mapping) else None
    return {str(name): one for name, one in sites.items()} if isinstance(sites, t.Mapping) else {}


def _plain(value: t.Any, minion: Minion) -> t.Any:
    """Make plain data of what pillars and renderers give."""
    if isinstance(value, t.Mapping):
        return {str(key): _plain(one, minion) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one, minion) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _looked_up(str(value), minion)


def _looked_up(text: str, minion: Minion) -> t.Any:
    if not text.startswith("sdb://"):
        return text
    try:
        found = minion.salt["sdb.get"](text, strict=True)
    except SaltException as exc:
        raise ManifestError(f"{text}: cannot be looked up: {exc}") from None
    if found in (None, ""):
        raise ManifestError(f"{text}: is not set: set it, or mend the path")
    return found


def _fetch(file: str, minion: Minion) -> str:
    """Bring a file of the master to this minion; its digest is verified by the core."""
    url = file if file.startswith("salt://") else f"salt://{file}"
    try:
        path = minion.salt["cp.cache_file"](url, saltenv=minion.saltenv)
    except SaltException as exc:
        raise HostError(f"{url}: cannot be fetched from the master: {exc}") from None
    if not path:
        raise HostError(f"{url}: is not on the master: put it below its file_roots")
    return str(path)
