# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that dies before any change it makes leaves one whole release served, and the next run comes to the same end."""

from __future__ import annotations

import typing as t

import pytest

from tests.parts.support.deaths import Deaths
from tests.parts.support.picture import differences, half_done, picture
from tests.parts.support.scene import Beginning, Scene

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host

pytestmark = pytest.mark.parts

NOTES = ["one", "two"]


@pytest.fixture
def upgraded(scene: Scene) -> Scene:
    """Give a site with a live release and one before it, two notes in its store, and room for no third release."""
    for version in "12":
        scene.deploy(version, keep=2)
    for note in NOTES:
        scene.machine.get(f"/add?{note}")
    return scene


def test_an_upgrade_that_dies_anywhere_is_finished_by_the_next_run(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("3", keep=2, hosts=("site.example", "other.example"))
    deaths = Deaths(scene, Beginning(scene, "2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(serves="23"):
        with death:
            before = scene.served()
            assert death.bad == []
            machine.restart_router()
            after = scene.served()
            assert before <= after
            machine.get("/add?three")
            again = deaths.again(serves="23")
            assert again.bad == []
            assert scene.served() == "3"
            assert machine.get("/", {"Host": "other.example"}).body == scene.app("3").page
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
            assert machine.deploy(manifest) == []
            assert machine.get("/notes").body.split() == [*NOTES, "three"]
    deaths.tell()


def test_after_a_death_anywhere_a_third_release_can_be_deployed_instead(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest, instead = scene.manifest("3", keep=2), scene.manifest("4", keep=2)
    deaths = Deaths(scene, Beginning(scene, "2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(serves="23"):
        with death:
            before = scene.served()
            other = death.then(lambda host: machine.deploy(instead, host=host), serves="234")
            assert other.bad == []
            assert scene.served() == "4"
            assert half_done(machine.root) == []
            assert machine.deploy(instead) == []
            assert [name for name in machine.programs() if "tiny-4" not in name] == ["fungible-router"]
            assert machine.enabled() == sorted(machine.programs())
            assert machine.journal(instead).previous.startswith(f"{before}-")
            assert machine.get("/notes").body.split() == NOTES
            machine.roll_back(instead)
            assert scene.served() == before
    deaths.tell()
