# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as no longer being what was applied, and what does not?"""

from __future__ import annotations

import typing as t

import pytest
from salt.exceptions import CommandExecutionError
from tests.cases import table
from tests.cases.world import World
from tests.unit.salt.loaded import Loaded

from saltext.fungible.utils import applied, face

CORE: t.Final = "saltext.fungible._core"
ROOT: t.Final = "/var/lib/fungible/notes"


class Scene:
    """Be a minion to which sites were applied, with a pillar that may say something else."""

    def __init__(self, patch: pytest.MonkeyPatch, *given: t.Any) -> None:
        self.world = World(table.Case("cutover", "a scene", "one", given=given), CORE)
        for module in (face, applied):
            patch.setattr(module, "LocalHost", lambda: self.world.host)
        self.module, self.beacon = Loaded(patch, "modules", "fungible"), Loaded(patch, "beacons", "fungible")
        self.declare("one")

    def declare(self, manifest: str) -> None:
        for loaded in (self.module, self.beacon):
            loaded.pillar["fungible"] = {"sites": {table.sites()[manifest]: table.manifest(manifest)}}

    def id(self, text: str) -> t.Any:
        return self.world.fill(text)

    def deviations(self) -> t.Any:
        return self.module.call("deviations")

    def reported(self, *config: t.Any) -> t.Any:
        return self.beacon.call("beacon", list(config))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene(monkeypatch, {"deployed": "one"}, {"deployed": "two"})
    made.declare("two")
    return made


def test_a_site_as_it_was_applied_deviates_in_nothing(scene: Scene) -> None:
    assert scene.deviations() == {}
    assert scene.world.host.changes == []
    assert scene.reported() == []
    assert scene.world.host.changes == [f"lock {ROOT}/lock"]


def test_a_catalogue_that_contradicts_itself_waits_like_everything_else_in_the_pillar(scene: Scene) -> None:
    for loaded in (scene.module, scene.beacon):
        loaded.pillar["fungible"]["catalogue"] = {"extension": {}}
    assert scene.deviations() == {}


def test_a_minion_without_sites_has_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch)
    assert (scene.deviations(), scene.reported()) == ({}, [])


def test_a_changed_file_of_the_release_is_told_with_its_repair(scene: Scene) -> None:
    scene.world.happen({"written": {"/srv/fungible/notes/releases/$release_two/app.py": "somebody's own"}})
    steps = [scene.id("repair release $release_two: 1 changed (app.py)")]
    assert scene.deviations() == {"notes": {"release": steps}}
    assert scene.module.call("repair", "notes", test=True) == steps
    assert scene.deviations() == {"notes": {"release": steps}}
    assert scene.module.call("repair", "notes") == steps
    assert scene.deviations() == {}


def test_a_route_that_was_changed_at_work_is_told(scene: Scene) -> None:
    scene.world.host.haproxy.weights.update({"fungible_notes/a": 0, "fungible_notes/b": 0})
    assert scene.deviations() == {"notes": {"route": [scene.id("switch notes to $instance_two")]}}
    scene.module.call("repair", "notes")
    assert scene.deviations() == {}


def test_an_instance_that_crashed_is_told(scene: Scene) -> None:
    scene.world.happen({"crashed": "two"})
    assert list(scene.deviations()["notes"]) == ["instance"]


def test_a_plugin_that_is_gone_from_the_cache_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, {"deployed": "blog"})
    scene.declare("blog")
    tree = f"/srv/fungible/.cache/trees/{table.sha256('akismet-5.3.zip')}"
    scene.world.host.remove(tree)
    assert scene.deviations() == {"blog": {"chain": ["unpack akismet 5.3"]}}


def test_a_manifest_that_waits_for_its_deploy_is_no_deviation(scene: Scene) -> None:
    scene.declare("three")
    assert scene.deviations() == {}
    scene.world.happen({"written": {"/srv/fungible/notes/releases/$release_two/app.py": "somebody's own"}})
    assert scene.module.call("repair", "notes") == [scene.id("repair release $release_two: 1 changed (app.py)")]


def test_a_secret_that_waits_for_its_deploy_is_no_deviation(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, {"deployed": "one"})
    scene.declare("rotated")
    assert scene.deviations() == {}


def test_a_rollback_is_no_deviation_and_is_repaired_as_such(scene: Scene) -> None:
    scene.world.happen({"rolled_back": "two"})
    assert scene.deviations() == {}
    scene.world.host.haproxy.weights.update({"fungible_notes/a": 0, "fungible_notes/b": 0})
    assert scene.module.call("repair", "notes") == [scene.id("switch notes to $instance_one")]


def test_a_site_that_left_the_pillar_is_still_looked_after(scene: Scene) -> None:
    scene.module.pillar.clear()
    assert scene.deviations() == {}
    scene.world.happen({"written": {"/srv/fungible/notes/releases/$release_two/app.py": "somebody's own"}})
    assert list(scene.deviations()["notes"]) == ["release"]


def test_an_app_that_was_taken_away_is_not_missed(scene: Scene) -> None:
    scene.world.happen({"gone": "two"})
    assert scene.deviations() == {}


def test_a_site_that_was_never_applied_is_told_with_those_that_were(scene: Scene) -> None:
    with pytest.raises(CommandExecutionError, match=r"^blog: was not applied to this minion, which has notes: "):
        scene.module.call("repair", "blog")


def test_the_beacon_reports_each_part_with_its_repair(scene: Scene) -> None:
    scene.world.happen({"written": {"/srv/fungible/notes/releases/$release_two/app.py": "somebody's own"}})
    steps = [scene.id("repair release $release_two: 1 changed (app.py)")]
    event = {"tag": "notes/release", "site": "notes", "root": "/", "part": "release", "found": steps}
    assert scene.reported() == scene.reported({"sites": ["notes"]}) == [event]
    assert scene.reported({"root": "/elsewhere"}) == []


def test_the_beacon_reports_an_error_as_one_line(scene: Scene) -> None:
    scene.world.happen({"written": {f"{ROOT}/journal.json": "not a journal"}})
    [event] = scene.reported()
    assert (event["tag"], event["part"]) == ("notes/error", "error")
    assert "is not a journal" in event["found"]


def test_the_beacon_is_silent_while_somebody_is_at_work(scene: Scene) -> None:
    scene.world.happen({"written": {"/srv/fungible/notes/releases/$release_two/app.py": "somebody's own"}})
    scene.world.happen({"busy": "somebody"})
    assert scene.reported() == []


@pytest.mark.parametrize(
    ("config", "valid"),
    [
        ([], True),
        ([{"sites": ["notes"]}, {"root": "/r"}, {"interval": 60}], True),
        ({"sites": ["notes"]}, False),
        ([{"sites": "notes"}], False),
        ([{"root": ["/"]}], False),
    ],
)
def test_the_beacons_configuration_is_validated(monkeypatch: pytest.MonkeyPatch, config: t.Any, valid: bool) -> None:
    verdict, reason = Loaded(monkeypatch, "beacons", "fungible").call("validate", config)
    assert (verdict, bool(reason)) == (valid, True)
