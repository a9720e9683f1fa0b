# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What if both tools work on a site at once, or are given the same mistake?"""

from __future__ import annotations

import re
import typing as t

import pytest
from tests.conformance.support.tools import DEPLOY, NOTHING, Tool, do, nothing

if t.TYPE_CHECKING:
    from tests.conformance.conftest import Place


def test_two_runs_at_once_do_each_step_once(place: Place) -> None:
    place.clear()
    place.declare("1")
    do(place.desk.salt)
    place.declare("2")
    would = do(place.desk.ansible, check=True)
    runs = [tool.start(DEPLOY) for tool in place.desk.tools]
    told = [run.end() for run in runs]
    for predicted, *both in zip(would, *told, strict=True):
        assert sorted(one.words for one in both) == sorted([predicted.words, NOTHING])
    assert place.site.served().startswith("2-")
    assert all(nothing(do(tool, check=True)) for tool in place.desk.tools)


TRAVELLED: t.Final = re.compile(
    r"^/\S+/(?:[0-9a-f]{12}-)?"
)  # each tool has its own place for files that come from elsewhere
MISTAKES: t.Final[dict[str, dict[str, t.Any]]] = {
    "a key that is not known": {"app": {"verison": "2"}},
    "a number where text belongs": {"app": {"version": 2}},
    "a store of no known kind": {"stores": {"db": {"kind": "sqlitte"}}},
    "two places for one artifact": {"app": {"source": {"url": "https://downloads.example/a.tar.gz"}}},
    "a wrong digest": {"app": {"version": "9", "source": {"sha256": "0" * 64}}},
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_in_the_same_line_by_both(place: Place, what: str) -> None:
    manifest = place.site.manifest("1")
    for key, values in MISTAKES[what].items():
        for name, value in values.items():
            known = manifest[key].get(name)
            manifest[key][name] = {**known, **value} if isinstance(value, dict) and key == "app" else value
    place.desk.declare({"notes": manifest})
    ansible, salt = (TRAVELLED.sub("", do(tool)[-1].error) for tool in place.desk.tools)
    assert ansible
    assert ansible == salt


def before_its_last_words(error: str) -> str:
    """Leave out what the application said: its log has what it said to the other tool too."""
    return error.partition("its last words")[0]


@pytest.mark.parametrize(
    ("broken", "first"), [("start", "ansible"), ("health", "salt"), ("migrate", "ansible")], indirect=["first"]
)
def test_a_release_that_fails_is_told_in_the_same_words_and_the_old_one_serves(
    place: Place, first: Tool, second: Tool, broken: str
) -> None:
    place.clear()
    place.declare("1")
    do(first)
    place.declare("2", broken)
    told = do(second)[-1]
    assert told.error
    assert "\n" not in told.error
    assert place.site.served().startswith("1-")
    assert before_its_last_words(do(first)[-1].error) == before_its_last_words(told.error)
    place.declare("2")
    do(first)
    assert place.site.served().startswith("2-")
    assert nothing(do(second, check=True))
