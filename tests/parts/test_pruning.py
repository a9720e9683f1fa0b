# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pruning keeps the live release and the last good one, and as many more as were asked for, the newest first."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts


def releases(scene: Scene) -> list[str]:
    place = scene.machine.root / "srv/fungible/tiny/releases"
    return sorted(path.name.partition("-")[0] for path in place.iterdir())


@pytest.mark.parametrize(("keep", "kept"), [(2, ["4", "5"]), (3, ["3", "4", "5"]), (4, ["2", "3", "4", "5"])])
def test_as_many_releases_stay_as_were_asked_for(scene: Scene, keep: int, kept: list[str]) -> None:
    for version in "12345":
        scene.deploy(version, keep=keep)
        assert scene.deploy(version, keep=keep) == []
    assert releases(scene) == kept
    instances = scene.machine.root / "var/lib/fungible/tiny/instances"
    assert sorted(path.name.partition("-")[0] for path in instances.iterdir()) == kept
    assert scene.machine.enabled() == sorted(scene.machine.programs())


def test_the_last_good_release_stays_even_where_it_is_the_oldest(scene: Scene) -> None:
    for version in "1213":
        scene.deploy(version, keep=2)
    assert releases(scene) == ["1", "3"]
    scene.machine.roll_back(scene.manifest("3", keep=2))
    assert scene.served() == "1"


def test_after_a_rollback_the_release_that_was_left_stays(scene: Scene) -> None:
    for version in "123":
        scene.deploy(version, keep=2)
    scene.machine.roll_back(scene.manifest("3", keep=2))
    assert (scene.served(), releases(scene)) == ("2", ["2", "3"])
    scene.deploy("3", keep=2)
    assert (scene.served(), releases(scene)) == ("3", ["2", "3"])
