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
from functools import partial

from salt.exceptions import CommandExecutionError, SaltException

from saltext.fungible._core.catalogue import expansion
from saltext.fungible._core.errors import CoreError, HostError, ManifestError
from saltext.fungible._core.host.local import LocalHost
from saltext.fungible._core.lock import file as lock_file
from saltext.fungible._core.request import Outcome, Request
from saltext.fungible._core.wording import told

if t.TYPE_CHECKING:
    from saltext.fungible._core.lock.file import Lock

NOTHING: t.Final = "nothing to change"
LOCK: t.Final = "salt://fungible.lock"

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
        done = outcome(asked, call, minion)
    except CoreError as exc:
        return {"name": asked.site, "result": False, "changes": {}, "comment": str(exc)}
    plan, would = done.plan, "would " if minion.test else ""
    changes = {
        key: {"old": plan.before.get(key, ""), "new": plan.after.get(key, "")} for key in {**plan.before, **plan.after}
    }
    comment = [f"{would}{step}" for step in plan.steps] or [NOTHING]
    return {
        "name": asked.site,
        "result": None if minion.test and changes else True,
        "changes": changes,
        "comment": "; ".join([*comment, *(f"warning: {one}" for one in done.warnings)]),
    }


def change(asked: Asked, call: Call, minion: Minion) -> dict[str, t.Any]:
    """Carry out an execution module's function, or only ask, and tell its steps and the facts before and after."""
    try:
        done = outcome(asked, call, minion)
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None
    plan = done.plan
    steps = [str(step) for step in plan.steps]
    told = {"changed": bool(plan), "steps": steps, "before": dict(plan.before), "after": dict(plan.after)}
    return {**told, **_warnings(done)}


def inform(asked: Asked, facts: Facts, minion: Minion) -> dict[str, t.Any]:
    """Tell facts; nothing is changed."""
    try:
        request = request_of(asked, minion)
        return told({**facts(LocalHost(), request), **_warnings(request)})
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None


def survey(root: str, facts: Facts, minion: Minion) -> dict[str, t.Any]:
    """Tell facts of every site of the pillar; one whose manifest is no good does not hide the others."""
    asked = {site: _request_or_error(Asked(site, root=root), minion) for site in sites_of(minion)}
    found = facts(LocalHost(), [one for one in asked.values() if isinstance(one, Request)])
    refused = {site: {"error": one} for site, one in asked.items() if isinstance(one, str)}
    return told({**found, "sites": {**found["sites"], **refused}})


def _request_or_error(asked: Asked, minion: Minion) -> Request | str:
    try:
        return request_of(asked, minion)
    except CoreError as exc:
        return str(exc)


def outcome(asked: Asked, call: Call, minion: Minion) -> Outcome:
    """Make a call of the core, once more if files of the master have to come first."""
    if asked.unknown:
        raise ManifestError(f"{', '.join(sorted(asked.unknown))}: is no argument of this state: take it out")
    request = request_of(asked, minion)
    return replace(carry_out(request, call, minion), warnings=request.warnings)


def _warnings(of: Request | Outcome) -> dict[str, list[str]]:
    return {"warnings": list(of.warnings)} if of.warnings else {}


def carry_out(request: Request, call: Call, minion: Minion) -> Outcome:
    """Make a call of the core; the files that it needs are brought, and only then."""
    host = LocalHost()
    done = call(host, request, check=minion.test)
    if not done.needs:
        return done
    files = {source.sha256: _fetch(source.file, minion) for source in done.needs}
    return call(host, replace(request, files=files), check=minion.test)


def request_of(asked: Asked, minion: Minion) -> Request:
    """Make what the core wants of what was asked: the manifest, expanded by the catalogue and the lock."""
    lock = partial(lock_of, minion)
    expanded = expansion.expand(str(asked.site), manifest_of(asked, minion), catalogue_of(minion), lock)
    return Request(
        str(asked.site), expanded.manifest, root=asked.root, warnings=expanded.warnings, notes=expanded.notes
    )


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
    """Tell the sites of the pillar."""
    sites = _ours(minion).get("sites")
    return {str(name): one for name, one in sites.items()} if isinstance(sites, t.Mapping) else {}


def catalogue_of(minion: Minion) -> t.Any:
    """Find the catalogue that sites share, in the pillar."""
    return _plain(_ours(minion).get("catalogue"), minion)


def lock_of(minion: Minion) -> Lock | None:
    """Fetch the lock from the master, where the pillar or the default says that it is; there, it need not be yet."""
    said = _ours(minion).get("lock")
    where = str(said or LOCK)
    path = _fetch(where, minion) if said else _cached(where, minion)
    if not path:
        return None
    text = LocalHost().read(path)
    return lock_file.parse(text or "", where, artifacts=str(_ours(minion).get("artifacts") or ""))


def _ours(minion: Minion) -> t.Mapping[str, t.Any]:
    """
    Tell what of the pillar is ours.

    Not by ``pillar.get``: from Salt 3008 on it gives asterisks instead of values outside of templates.
    """
    ours = minion.pillar.get("fungible")
    return ours if isinstance(ours, t.Mapping) else {}


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
    path = _cached(url, minion)
    if not path:
        raise HostError(f"{url}: is not on the master: put it below its file_roots")
    return path


def _cached(url: str, minion: Minion) -> str:
    try:
        return str(minion.salt["cp.cache_file"](url, saltenv=minion.saltenv) or "")
    except SaltException as exc:
        raise HostError(f"{url}: cannot be fetched from the master: {exc}") from None
