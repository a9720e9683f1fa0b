# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell which sites and which catalogue the master gives its minions.

Pillars are compiled anew, since what minions have cached may be older than what people are about to lock.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import salt.pillar
import salt.utils.minions

from saltext.fungible._core.errors import ManifestError

Opts = t.Mapping[str, t.Any]


def ours(opts: Opts, tgt: str, tgt_type: str) -> dict[str, dict[str, t.Any]]:
    """Tell ``fungible`` of the pillar of each minion that has one."""
    minions = salt.utils.minions.CkMinions(opts).check_minions(tgt, tgt_type)["minions"]
    compiled = {minion: _pillar(opts, minion) for minion in sorted(minions)}
    return {minion: one["fungible"] for minion, one in compiled.items() if isinstance(one.get("fungible"), dict)}


def _pillar(opts: Opts, minion: str) -> dict[str, t.Any]:
    _id, grains, _cached = salt.utils.minions.get_minion_data(minion, opts)
    pillar: dict[str, t.Any] = salt.pillar.Pillar(opts, grains or {}, minion, "base").compile_pillar()
    if pillar.get("_errors"):
        raise ManifestError(f"the pillar of {minion}: {'; '.join(map(str, pillar['_errors']))}")
    return pillar


def beside_files(opts: Opts, name: str) -> str:
    """Tell the path of a file that minions find on the master by its name."""
    return str(Path(_roots(opts)[0], name))


def finder(opts: Opts) -> t.Callable[[str], str]:
    """Give a function that finds what a catalogue names among the files of the master; a whole path is one."""

    def find(name: str) -> str:
        places = [Path(root, name.removeprefix("salt://")) for root in _roots(opts)]
        return str(next((place for place in places if place.exists()), places[0]))

    return find


def _roots(opts: Opts) -> list[str]:
    """Tell the folders of the master's files, in the order in which Salt looks into them."""
    roots: list[str] = opts["file_roots"].get("base") or ["/srv/salt"]
    return roots
