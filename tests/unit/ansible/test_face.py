# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module answers is a view of the plan, what went wrong is one line, and a bug of ours keeps its traceback."""

from __future__ import annotations

import json
import typing as t

import pytest
from tests.cases import table
from tests.cases.table import Case
from tests.cases.world import World
from tests.unit.ansible.modules import Runner, args_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.primitives import FACTS
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.listing import Damage

CHANGES: t.Final = sorted(FACTS)


def world(manifest: str, *given: t.Any) -> World:
    return World(Case("cutover", "a face", manifest, given=given))


@pytest.mark.parametrize("module", CHANGES)
def test_nothing_to_do_is_no_change_and_no_diff(module: str, runner: Runner) -> None:
    place = world("one", {"deployed": "one"})
    answer = runner.run(module, place.host, args_of(place))
    assert (answer["changed"], answer["steps"]) == (False, [])
    assert "diff" not in answer


@pytest.mark.parametrize("module", CHANGES)
def test_an_info_module_tells_the_cores_facts_and_changes_nothing(module: str, runner: Runner) -> None:
    place = world("one", {"deployed": "one"})
    answer = runner.run(f"{module}_info", place.host, args_of(place))
    facts = FACTS[module](place.host, place.request("one"))
    assert {key: answer[key] for key in facts} == json.loads(json.dumps(facts))
    assert not answer.get("changed")
    assert place.host.changes == []


def test_a_file_whose_name_no_answer_could_hold_does_not_hide_the_others(runner: Runner) -> None:
    place = world("one", {"staged": "one"})
    place.host.damage = lambda *_: Damage(added=("\udce9.php",))  # type: ignore[assignment, method-assign]
    answer = runner.run("stateless_app_info", place.host, args_of(place))
    assert answer["damage"]["added"] == ["\\xe9.php"]


def test_every_byte_is_hashed_when_it_is_asked_for(runner: Runner) -> None:
    asked: list[bool] = []
    place = world("one", {"staged": "one"})
    damage = place.host.damage

    def watched(tree: str, listing: str, thorough: bool = False) -> t.Any:
        asked.append(thorough)
        return damage(tree, listing, thorough)

    place.host.damage = watched  # type: ignore[method-assign]
    runner.run("stateless_app_info", place.host, {**args_of(place), "thorough": True})
    assert True in asked


@pytest.mark.parametrize("module", [*CHANGES, *(f"{name}_info" for name in CHANGES)])
def test_what_is_wrong_with_a_manifest_is_one_line(module: str, runner: Runner) -> None:
    place = world("mistyped")
    answer = runner.run(module, place.host, args_of(place))
    assert answer["msg"] == "notes.app.verison: unknown key: did you mean version?"
    assert "exception" not in answer or not answer["exception"]
    assert place.host.changes == []


@pytest.mark.parametrize("module", CHANGES)
def test_no_secret_is_in_an_answer(module: str, runner: Runner) -> None:
    place = world("blog")
    said = json.dumps(runner.run(module, place.host, args_of(place), check=True))
    secrets = place.module("manifest.secrets").split(table.manifest("blog"))[1].values()
    assert not [secret for secret in secrets if json.dumps(secret)[1:-1] in said]


def test_a_bug_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def has_systemd(self) -> bool:
            raise ZeroDivisionError

        def whoami(self) -> str:
            return "me"

    place = world("one")
    with pytest.raises(ZeroDivisionError):
        Runner(monkeypatch, capsys).run("cutover", Broken(), args_of(place))


@pytest.mark.parametrize(
    ("module", "args", "words"),
    [
        ("stateless_app", {"state": "gone"}, "value of state must be one of: staged, running, absent"),
        ("cutover", {"rolback": True}, "Unsupported parameters"),
        ("cutover", {"site": None}, "site"),
    ],
)
def test_what_ansible_itself_refuses_touches_nothing(
    module: str, args: dict[str, t.Any], words: str, runner: Runner
) -> None:
    place = world("one")
    answer = runner.run(module, place.host, {**args_of(place), **args})
    assert answer["failed"]
    assert words in answer["msg"]
    assert place.host.changes == []
