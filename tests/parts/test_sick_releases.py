# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that cannot start, is never healthy or cannot migrate gets no visitor, and can be mended and run again."""

from __future__ import annotations

import os
import signal
import threading
import typing as t

import pytest
from tests.parts.support.dying import in_child
from tests.parts.support.refused import refused

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, InstanceError, StoreError

if t.TYPE_CHECKING:
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts

SOON = {"path": "/healthz", "within": "1s"}


@pytest.fixture
def live(scene: Scene) -> Scene:
    """Give a site whose version 1 is live, and which has a note."""
    scene.deploy("1")
    scene.machine.get("/add?one")
    return scene


def mark(scene: Scene, name: str) -> None:
    (scene.machine.root / "srv/fungible/tiny/stores/uploads" / name).touch()


def is_marked(scene: Scene, name: str) -> bool:
    return (scene.machine.root / "srv/fungible/tiny/stores/uploads" / name).exists()


def die_once(live: Scene, condition: t.Callable[[], bool], work: t.Callable[[], t.Sequence[str]]) -> None:
    """Do the work in a child that is killed once something is so."""

    def watch() -> None:
        live.machine.until(condition)
        os.kill(os.getpid(), signal.SIGKILL)

    def begin() -> t.Sequence[str]:
        threading.Thread(target=watch).start()
        return work()

    assert in_child(begin).killed


@pytest.mark.parametrize(
    ("broken", "why", "words"),
    [
        ("start", "Connection refused", "web: this version never starts"),
        ("health", "status 503", "web: this version wants the mark mended"),
    ],
)
def test_an_instance_that_is_never_healthy_is_stopped_and_marked_bad(
    live: Scene, broken: str, why: str, words: str
) -> None:
    machine, manifest = live.machine, live.manifest("2", broken, health=SOON)
    with refused(live, "/healthz did not answer 200 within 1 s", why, "marked bad", words, error=InstanceError):
        machine.deploy(manifest)
    assert len(machine.programs()) == 2
    assert machine.enabled() == sorted(machine.programs())
    [bad] = machine.journal(manifest).bad
    assert bad.startswith("2-")
    with refused(live, f"instance {bad}: was marked bad", error=InstanceError):
        machine.do("cutover", manifest)
    with refused(live, f"instance {bad}: was marked bad", error=InstanceError):
        machine.do("cutover", manifest, check=True)


def test_a_bad_instance_that_is_healthy_at_last_loses_its_mark(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "health", health=SOON)
    with refused(live, "marked bad"):
        machine.deploy(manifest)
    mark(live, "mended")
    assert [step.split()[0] for step in machine.deploy(manifest)] == ["start", "switch", "drain", "record"]
    assert machine.journal(manifest).bad == {}
    assert machine.get().body == live.app("2", "health").page
    assert machine.deploy(manifest) == []


def test_a_bad_release_is_never_pruned(live: Scene) -> None:
    machine = live.machine
    with refused(live, "marked bad"):
        machine.deploy(live.manifest("2", "health", health=SOON, keep=2))
    for version in "345":
        machine.deploy(live.manifest(version, keep=2))
    kept = sorted(path.name.partition("-")[0] for path in (machine.root / "srv/fungible/tiny/releases").iterdir())
    assert kept == ["2", "4", "5"]  # the bad one, the last good one and the live one
    assert machine.deploy(live.manifest("5", keep=2)) == []


def test_a_migration_that_fails_stops_before_the_start_and_goes_on_once_mended(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "migrate")
    with refused(live, "tiny: the migration to release 2-", "failed: this migration wants", error=StoreError):
        machine.deploy(manifest)
    with refused(live, "its migration was not run: run fungible.deploy.migration first", error=InstanceError):
        machine.do("running", manifest)
    assert len(machine.programs()) == 2
    mark(live, "mended")
    steps = machine.deploy(manifest)
    assert [step.split()[0] for step in steps] == ["back", "migrate", "start", "switch", "drain", "record"]
    assert machine.get("/notes").body == "one"
    assert machine.deploy(manifest) == []


def test_a_migration_that_is_killed_is_told_and_runs_again(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "slow")

    def kill() -> None:
        machine.until(lambda: is_marked(live, "migrating"))
        [pid] = [pid for pid in machine.pids() if b"\0migrate\0" in read(pid)]
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with refused(live, "tiny: the migration to release 2-", "failed", error=StoreError):
        machine.deploy(manifest)
    killer.join()
    mark(live, "go on")
    machine.deploy(manifest)
    assert machine.get().body == live.app("2", "slow").page
    assert machine.get("/notes").body == "one"


def read(pid: int) -> bytes:
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()


def test_a_migration_that_outlives_its_run_is_not_run_beside_itself(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "slow")

    die_once(live, lambda: is_marked(live, "migrating"), lambda: machine.deploy(manifest))
    for other in (manifest, live.manifest("3")):
        with refused(live, "still runs from before: wait until it ends, then run again", error=HostError):
            machine.deploy(other)
    mark(live, "go on")
    machine.until(lambda: not [pid for pid in machine.pids() if b"\0migrate\0" in read(pid)])
    machine.deploy(manifest)
    assert machine.get("/notes").body == "one"


def test_an_instance_that_was_not_seen_to_start_is_not_given_visitors(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "health", health={"path": "/healthz", "within": "30s"})

    def began() -> bool:
        logs = (machine.root / "var/log/fungible").glob("fungible-tiny-2-*")
        return any("this version wants the mark mended" in path.read_text() for path in logs)

    die_once(live, began, lambda: machine.deploy(manifest))
    with refused(live, "does not run: run stateless_app with state: running first", error=InstanceError):
        machine.do("cutover", manifest)
    mark(live, "mended")
    assert [step.split()[0] for step in machine.deploy(manifest)] == ["start", "switch", "drain", "record"]
