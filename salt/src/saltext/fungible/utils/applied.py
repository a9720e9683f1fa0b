# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
What was applied to this minion, and what of it is no longer so.

The manifest that was applied lies on the minion, without its secrets, which the pillar has. So neither a manifest that
waits in the pillar for its deploy nor a rollback is a deviation.
"""

from __future__ import annotations

import json
import typing as t
from functools import partial

from saltext.fungible._core import app, chain, cutover, identity, journal
from saltext.fungible._core.errors import BusyError, CoreError, ManifestError
from saltext.fungible._core.host.local import LocalHost
from saltext.fungible._core.manifest import secrets
from saltext.fungible._core.places import Places
from saltext.fungible._core.request import Request, words
from saltext.fungible.utils import face

UNKNOWN: t.Final = "a secret that the pillar does not have"  # decides nothing that is on disk but for an instance's id


def sites(root: str) -> list[str]:
    """Tell the sites that were applied to this minion."""
    host = LocalHost()
    known = host.children(Places(root, "").state)
    return [name for name in known if host.stat(Places(root, name).manifest) is not None]


def deviations(asked: face.Asked, minion: face.Minion) -> dict[str, list[str]]:
    """Tell each part of a site that is not as it was applied, and the steps that repair it."""
    request = _request(asked, minion)
    found = {part: words(call(LocalHost(), request, check=True).plan) for part, call in _calls(request).items()}
    return {part: steps for part, steps in found.items() if steps}


def quietly(asked: face.Asked, minion: face.Minion) -> dict[str, t.Any]:
    """Tell the deviations of a site, or the error that hides them; nothing while somebody is at work on it."""
    try:
        with LocalHost().lock(Places(asked.root, asked.site).lock, 0):
            return deviations(asked, minion)
    except BusyError:
        return {}
    except CoreError as exc:
        return {"error": str(exc)}


def repair(asked: face.Asked, minion: face.Minion) -> list[str]:
    """Make a site again what was applied, and tell the steps."""
    request = _request(asked, minion)
    done = [face.carry_out(request, call, minion).plan for call in _calls(request).values()]
    return words(*done)


def _calls(request: Request) -> dict[str, face.Call]:
    """Tell the calls that have nothing to do where all is as it was applied, in the order of a repair."""
    ctx = request.on(LocalHost())
    live = journal.read(LocalHost(), ctx.places).live
    if not live:
        return {}  # the app was taken away
    calls: dict[str, face.Call] = {
        "chain": chain.plugin_chain,
        "release": partial(app.stateless_app, state="staged"),
    }
    if live != identity.instance_id(ctx.site):
        return {**calls, "route": partial(cutover.cut_over, rollback=True)}  # it was rolled back, and stays so
    return {
        **calls,
        "instance": partial(app.stateless_app, state="running"),
        "route": partial(cutover.cut_over, rollback=False),
    }


def _request(asked: face.Asked, minion: face.Minion) -> Request:
    text = LocalHost().read(Places(asked.root, asked.site).manifest)
    if text is None:
        there = ", ".join(sites(asked.root)) or "none"
        raise ManifestError(f"{asked.site}: was not applied to this minion, which has {there}: deploy it first")
    return Request(asked.site, _filled(json.loads(text), _secrets(asked, minion), ""), root=asked.root)


def _secrets(asked: face.Asked, minion: face.Minion) -> dict[str, t.Any]:
    try:
        return secrets.split(face.manifest_of(asked, minion))[1]
    except ManifestError:
        return {}  # the site left the pillar


def _filled(value: t.Any, known: t.Mapping[str, t.Any], path: str) -> t.Any:
    """Put secrets back where they were taken out."""
    if value is None:
        return known.get(path, UNKNOWN)
    inside = f"{path}." if path else ""
    if isinstance(value, dict):
        return {key: _filled(one, known, f"{inside}{key}") for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known, f"{inside}{number}") for number, one in enumerate(value)]
    return value
