# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that dies before any of its changes leaves one whole release served, and the next comes to the same end."""

from __future__ import annotations

import getpass
import tarfile
import typing as t

import pytest
from tests.parts.support.deaths import Deaths
from tests.parts.support.picture import differences, half_done, notes, picture, tables
from tests.parts.support.scene import Scene

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Answer

pytestmark = pytest.mark.parts

NOTES = ["one", "two"]


def nobody(_: Answer) -> bool:
    """Tell that no answer is looked at: no router is there, or no site."""
    return True


def backups(scene: Scene, what: str) -> list[Path]:
    """Tell the backups that have a name, the oldest first."""
    return sorted((scene.machine.root / "var/lib/fungible/tiny/backups").glob(f"2*-{what}.*"))


def store_is_whole(scene: Scene, store: str) -> bool:
    place = scene.machine.root / "srv/fungible/tiny/stores" / store
    if store == "uploads":
        return (place / "kept.txt").exists()
    return (place / "database.sqlite").exists() and notes(place / "database.sqlite") == NOTES


def backup_is_whole(scene: Scene, store: str) -> bool:
    found = backups(scene, f"purged-{store}")
    if store == "uploads":
        return bool(found) and all("./kept.txt" in tarfile.open(path).getnames() for path in found)
    return bool(found) and all(notes(path) == NOTES for path in found)


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
    deaths = Deaths(scene.begin("2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("23")):
        with death:
            before = scene.served()
            assert death.bad == []
            machine.restart_router()
            after = scene.served()
            assert before <= after
            machine.get("/add?three")
            again = deaths.again(scene.whole("23"))
            assert again.bad == []
            assert scene.served() == "3"
            assert machine.get("/", {"Host": "other.example"}).body == scene.app("3").page
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
            assert machine.deploy(manifest) == []
            assert machine.get("/notes").body.split() == [*NOTES, "three"]
            assert "v3" not in tables(backups(scene, "before-3*-db")[0])
    deaths.tell()


def test_after_a_death_anywhere_a_third_release_can_be_deployed_instead(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest, instead = scene.manifest("3", keep=2), scene.manifest("4", keep=2)
    deaths = Deaths(scene.begin("2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("23")):
        with death:
            before = scene.served()
            assert death.then(lambda host: machine.start(instead, host=host), scene.whole(before)).bad == []
            machine.restart_router()
            assert scene.served() == before
            assert death.then(lambda host: machine.deploy(instead, host=host), scene.whole(f"{before}4")).bad == []
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


def test_a_first_deploy_that_dies_anywhere_is_finished_by_the_next_run(scene: Scene) -> None:
    machine, manifest = scene.machine, scene.manifest("1")
    machine.start_supervisord()
    deaths = Deaths(scene.begin(), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("1", 0)):
        with death:
            assert death.bad == []
            machine.restart_router()
            again = deaths.again(scene.whole("1", 0))
            assert again.bad == []
            assert scene.served() == "1"
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
            assert machine.deploy(manifest) == []
    deaths.tell()


def test_a_first_deploy_that_dies_while_it_starts_supervisord_is_finished_by_the_next_run(scene: Scene) -> None:
    machine, manifest = scene.machine, scene.manifest("1")
    begin = scene.begin()
    deaths = Deaths(begin, lambda host: machine.deploy(manifest, host=host))
    machine.end()
    for death in deaths.of(scene.whole("1", 0), numbers=deaths.about("fungible-supervisor", "supervisord")):
        with death:
            again = deaths.again(scene.whole("1", 0))
            assert again.bad == []
            assert scene.served() == "1"
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.deploy(manifest) == []
        machine.end()
    deaths.tell()


def test_a_rollback_that_dies_anywhere_is_finished_by_the_next_run(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("2", keep=2)
    deaths = Deaths(scene.begin("2"), lambda host: machine.roll_back(manifest, host=host))
    for death in deaths.of(scene.whole("12")):
        with death:
            before = scene.served()
            assert death.bad == []
            machine.restart_router()
            assert before >= scene.served()
            machine.get("/add?three")
            again = deaths.again(scene.whole("12"))
            assert again.bad == []
            assert scene.served() == "1"
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
            assert machine.roll_back(manifest) == []
            assert machine.get("/notes").body.split() == [*NOTES, "three"]
    deaths.tell()


def test_after_a_rollback_that_died_anywhere_the_release_can_be_deployed_again(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("2", keep=2)
    deaths = Deaths(scene.begin("2"), lambda host: machine.roll_back(manifest, host=host))
    for death in deaths.of(scene.whole("12")):
        with death:
            assert death.then(lambda host: machine.deploy(manifest, host=host), scene.whole("12")).bad == []
            assert scene.served() == "2"
            assert machine.deploy(manifest) == []
            assert machine.enabled() == sorted(machine.programs()) == sorted(deaths.begin.programs)
    deaths.tell()


def test_a_repair_that_dies_anywhere_is_finished_by_the_next_run(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("2", keep=2)
    wanted = picture(machine.root)
    release = machine.release(manifest)
    (release / "page.html").unlink()
    (release / "app.py").chmod(0o600)
    (release / "static/added").write_text("by hand")
    deaths = Deaths(scene.begin("2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("2")):
        with death:
            assert death.bad == []
            assert deaths.again(scene.whole("2")).bad == []
            assert differences(picture(machine.root), wanted) == []
            assert machine.deploy(manifest) == []
    deaths.tell()


def test_an_app_whose_removal_dies_anywhere_is_removed_by_the_next_run(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("2", keep=2)
    deaths = Deaths(scene.begin("2"), lambda host: machine.absent(manifest, host=host))
    for death in deaths.of(scene.whole("2", 404, 0)):
        with death:
            assert death.bad == []
            assert deaths.again(scene.whole("2", 404, 0)).bad == []
            assert machine.get().status == 0  # the last name that was listened for is gone
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs == {"fungible-router": "RUNNING"}
            assert machine.absent(manifest) == []
    deaths.tell()
    scene.deploy("2")
    assert machine.get("/notes").body.split() == NOTES


@pytest.mark.parametrize("store", ["db", "uploads"])
def test_a_purge_that_dies_anywhere_loses_nothing_that_was_not_backed_up(upgraded: Scene, store: str) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("2", keep=2)
    upload = machine.root / "srv/fungible/tiny/stores/uploads/kept.txt"
    upload.write_text("kept")
    machine.absent(manifest)
    deaths = Deaths(scene.begin(), lambda host: machine.purge(manifest, store, host=host))
    for death in deaths.of(nobody):
        with death:
            assert store_is_whole(scene, store) or backup_is_whole(scene, store)
            deaths.again(nobody)
            assert differences(picture(machine.root), deaths.end) == []
            assert backup_is_whole(scene, store)
            assert machine.purge(manifest, store) == []
    deaths.tell()
    scene.deploy("2")
    assert (machine.get("/notes").body.split(), upload.exists()) == (([], True) if store == "db" else (NOTES, False))


def test_whatever_died_a_reboot_brings_back_one_whole_release(upgraded: Scene) -> None:
    scene, machine = upgraded, upgraded.machine
    manifest = scene.manifest("3", keep=2)
    deaths = Deaths(scene.begin("2"), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("23"), numbers=deaths.late(every=3)):
        with death:
            before = scene.served()
            machine.reboot()
            assert before <= scene.served()
            assert deaths.again(scene.whole("23")).bad == []
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
    deaths.tell()


def test_the_first_deploy_of_a_second_site_can_die_anywhere_and_the_first_site_notices_nothing(upgraded: Scene) -> None:
    scene, second = upgraded, Scene(upgraded.machine.beside("second"), upgraded.folder)
    manifest = second.manifest("1", hosts=("second.example",))
    begin = scene.begin("2")
    deaths = Deaths(begin, lambda host: second.machine.deploy(manifest, host=host))
    for death in deaths.of(scene.whole("2"), numbers=deaths.late(every=1)):
        with death:
            assert death.bad == []
            assert deaths.again(scene.whole("2")).bad == []
            assert second.machine.get("/", {"Host": "second.example"}).body == second.app("1").page
            assert differences(picture(scene.machine.root), deaths.end) == []
            assert scene.machine.programs() == deaths.programs
            assert second.machine.deploy(manifest) == []
    deaths.tell()


def test_without_a_runtime_a_death_anywhere_leaves_current_at_one_whole_release(scene: Scene) -> None:
    machine, reloads = scene.machine, scene.folder / "reloads"
    options: dict[str, t.Any] = {
        "runtime": "none",
        "user": getpass.getuser(),
        "reload": ["cp", "/dev/null", str(reloads)],
    }
    manifest = scene.manifest("2", hosts=(), **options)
    machine.deploy(scene.manifest("1", hosts=(), **options))
    deaths = Deaths(scene.begin(), lambda host: machine.deploy(manifest, host=host))
    for death in deaths.of(nobody):
        with death:
            before = scene.linked()
            reloads.unlink(missing_ok=True)
            again = deaths.again(nobody)
            assert before == "2" or reloads.exists()
            assert scene.linked() == "2"
            assert reloads.exists() or not any(step.startswith("switch") for step in again.ended.steps)
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.deploy(manifest) == []
    deaths.tell()
