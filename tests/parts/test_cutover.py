# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A switch between two releases of the notes application, there and back under load, fails no request."""

from __future__ import annotations

import json
import threading
import typing as t

import pytest
from tests.parts.support.machine import Answer, Machine

from fungible_dev import artifacts
from fungible_dev.load import Aim, Load

if t.TYPE_CHECKING:
    from tests.parts.support.machine import Manifest
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts

SWITCHES: t.Final = 20


def manifest(machine: Machine, version: str) -> Manifest:
    app = artifacts.procfile_app(version)
    return {
        "app": {
            "kind": "procfile",
            "version": version,
            "source": {"path": str(app.path), "sha256": app.sha256},
            "secret": "a secret of the test",
            "port": machine.port,
            "health": {"path": "/healthz", "within": "20s", "warm": ["/"]},
        },
        "stores": {"db": {"kind": "sqlite"}},
        "routes": [{"host": "site.example", "listen": f"127.0.0.1:{machine.listen}", "drain": "20s"}],
    }


def version_of(answer: Answer) -> str:
    return str(json.loads(answer.body)["version"])


def test_ten_switches_there_and_back_under_load_fail_no_request(machine: Machine) -> None:
    machine.deploy(manifest(machine, "1"))
    aim = Aim(f"http://127.0.0.1:{machine.listen}", rate=100, seconds=120, paths=("/", "/whoami"), host="site.example")
    with Load.start(aim) as load:
        for number in range(SWITCHES):
            version = "21"[number % 2]
            machine.deploy(manifest(machine, version))
            assert version_of(machine.get("/whoami")) == version
        assert load.is_running
    report = load.stop()
    assert report.failures == {}
    assert report.failed == 0
    assert len(report.releases) == 2
    assert report.total > SWITCHES * 10


def test_a_rollback_and_a_way_forward_under_load_fail_no_request(machine: Machine) -> None:
    machine.deploy(manifest(machine, "1"))
    machine.deploy(manifest(machine, "2"))
    aim = Aim(f"http://127.0.0.1:{machine.listen}", rate=100, seconds=60, paths=("/",), host="site.example")
    with Load.start(aim) as load:
        for _ in range(3):
            machine.roll_back(manifest(machine, "2"))
            assert version_of(machine.get("/whoami")) == "1"
            machine.deploy(manifest(machine, "2"))
            assert version_of(machine.get("/whoami")) == "2"
        assert load.is_running
    assert load.stop().failures == {}


def test_requests_in_flight_finish_where_they_began(machine: Machine) -> None:
    machine.deploy(manifest(machine, "1"))
    [pid] = machine.live_pids("1").values()
    answers: list[Answer] = []
    visitors = [threading.Thread(target=lambda: answers.append(machine.get("/slow?s=1"))) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    machine.until(lambda: machine.in_flight(manifest(machine, "1"), "a") == len(visitors))
    machine.deploy(manifest(machine, "2"))
    for visitor in visitors:
        visitor.join()
    assert [(one.status, one.body) for one in answers] == [(200, "version 1 took 1 s")] * len(visitors)
    assert version_of(machine.get("/whoami")) == "2"
    assert pid not in machine.pids()


def test_the_old_release_gets_no_new_request_while_it_finishes_the_old_ones(machine: Machine) -> None:
    machine.deploy(manifest(machine, "1"))
    slow = threading.Thread(target=lambda: machine.get("/slow?s=2"))
    slow.start()
    machine.until(lambda: machine.in_flight(manifest(machine, "1"), "a") == 1)
    run = threading.Thread(target=lambda: machine.deploy(manifest(machine, "2")))
    run.start()
    machine.until(lambda: version_of(machine.get("/whoami")) == "2")
    assert machine.in_flight(manifest(machine, "1"), "a") == 1
    assert {version_of(machine.get("/whoami")) for _ in range(20)} == {"2"}
    slow.join()
    run.join()


def test_a_request_is_waited_for_where_the_application_would_drop_it(scene: Scene) -> None:
    """Unlike the notes application the tiny one ends at once when it is asked to stop."""
    machine, answers = scene.machine, list[Answer]()
    scene.deploy("1")
    visitor = threading.Thread(target=lambda: answers.append(machine.get("/slow")))
    visitor.start()
    machine.until(lambda: machine.in_flight(scene.manifest("1"), "a") == 1)
    run = threading.Thread(target=lambda: scene.deploy("2"))
    run.start()
    machine.until(lambda: machine.weights(scene.manifest("2"))[1]["b"] == 1)
    assert scene.served() == "2"
    (machine.root / "srv/fungible/tiny/stores/uploads/go on").touch()
    visitor.join()
    run.join()
    assert [one.body for one in answers] == ["1 took its time"]
    assert machine.live_pids("1") == {}


def test_a_request_is_waited_for_before_an_app_is_removed(scene: Scene) -> None:
    machine, answers = scene.machine, list[Answer]()
    scene.deploy("1")
    visitor = threading.Thread(target=lambda: answers.append(machine.get("/slow")))
    visitor.start()
    machine.until(lambda: machine.in_flight(scene.manifest("1"), "a") == 1)
    assert machine.names() == ["site.example"]
    run = threading.Thread(target=lambda: machine.absent(scene.manifest("1")))
    run.start()
    machine.until(lambda: machine.names() == [])
    assert machine.get("/notes").status == 404
    (machine.root / "srv/fungible/tiny/stores/uploads/go on").touch()
    visitor.join()
    run.join()
    assert [one.body for one in answers] == ["1 took its time"]
    assert machine.get("/notes").status == 0


def test_the_new_release_is_warm_before_its_first_visitor(machine: Machine) -> None:
    """The pages to warm are asked of the instance itself, while visitors still get the old one."""
    machine.deploy(manifest(machine, "1"))
    for task in ("staged", "migrate", "running"):
        machine.do(task, manifest(machine, "2"))
    assert version_of(machine.get("/whoami")) == "1"
    assert len(machine.live_pids("2")) == 1
    machine.do("cutover", manifest(machine, "2"))
    assert version_of(machine.get("/whoami")) == "2"
