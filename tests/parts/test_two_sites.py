# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two sites behind one router are deployed at once, and the visitors of neither notice the other."""

from __future__ import annotations

import os
import typing as t

import pytest
from tests.parts.support.dying import in_child
from tests.parts.support.held import AnnouncingHost, held
from tests.parts.support.prober import Prober
from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts

TURNS: t.Final = 8


def test_a_switch_waits_while_another_site_has_the_router_read_its_files(scene: Scene) -> None:
    """Else the new HAProxy could begin with the weights from before the switch."""
    machine, waits = scene.machine, scene.folder / "waits"
    scene.deploy("1")
    machine.start(scene.manifest("2"))
    lock = str(machine.root / "etc/fungible/haproxy/.lock")
    before = machine.weights(scene.manifest("2"))

    def look() -> None:
        machine.until(waits.exists)
        assert machine.weights(scene.manifest("2")) == before
        (scene.folder / "seen").touch()

    with held(lock, until=look):
        machine.do("cutover", scene.manifest("2"), host=AnnouncingHost(lock, waits))
    assert (scene.folder / "seen").exists()
    assert scene.served() == "2"


def test_a_switch_and_another_sites_reload_at_once(scene: Scene) -> None:
    machine, second = scene.machine, Scene(scene.machine.beside("second"), scene.folder)
    names = ("second.example", "more.example")
    scene.deploy("1")
    second.machine.deploy(second.manifest("1", hosts=names))

    def reload_again_and_again() -> list[str]:
        steps = []
        for turn in range(TURNS):
            steps += second.machine.deploy(second.manifest("1", hosts=names[: turn % 2 + 1]))
        return steps

    def switch_again_and_again() -> list[str]:
        for turn in range(TURNS):
            scene.deploy("21"[turn % 2])
        return []

    # Both run at once, as two people would run them; every so often a switch and a reload meet.
    with Prober(machine.listen, scene.whole("12")) as prober:
        pid = os.fork()
        if pid == 0:
            ended = in_child(reload_again_and_again)
            os._exit(0 if sum(step.startswith("configure the router") for step in ended.steps) == TURNS else 1)
        done, bad = prober.during(lambda: in_child(switch_again_and_again))
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert done.error == ""
    assert bad == []
    assert scene.served() == "1"
    written, working = machine.weights(scene.manifest("1"))
    assert written == working
    assert machine.deploy(scene.manifest("1")) == []
