# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
What did the minions of a fleet tell.

Each gives its facts or the reason why there are none, so that none is lost from a table.
"""

from __future__ import annotations

import typing as t

from saltext.fungible._core.host.local import LocalHost


def told(wanted: t.Iterable[str], answers: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Tell the facts of each minion by its id."""
    return {minion: _facts(answers.get(minion)) for minion in {*wanted, *answers}}


def _facts(answer: t.Any) -> dict[str, t.Any]:
    ret = answer.get("ret") if isinstance(answer, dict) else None
    if isinstance(ret, dict) and "sites" in ret:
        return ret
    said = str(ret or "it did not answer").strip().splitlines()
    return {"error": said[0]}  # Salt's own words for one that is gone go on about its jobs


def kept(path: str, text: str) -> str:
    """Write a file of the master, and tell so."""
    LocalHost().write(path, text)
    return f"written to {path}"
