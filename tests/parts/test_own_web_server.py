# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""With runtime none, `current` leads to one whole release at every moment, and a switch runs the declared reload."""

from __future__ import annotations

import getpass
import os
import sys
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Manifest
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts

COUNT: t.Final = "import sys; open(sys.argv[1], 'a').write('reloaded\\n')"


def manifest(scene: Scene, version: str, *reload: str) -> Manifest:
    return scene.manifest(version, hosts=(), runtime="none", user=getpass.getuser(), reload=list(reload), keep=2)


def test_current_is_never_missing_and_never_half(scene: Scene) -> None:
    machine = scene.machine
    machine.deploy(manifest(scene, "1"))
    page = machine.root / "srv/fungible/tiny/current/page.html"
    pages = {scene.app(version).page.partition(" style")[0][2:] for version in "12"}
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        looks, wrong = 0, 0
        os.write(write, b"looking")
        while not (machine.root / "enough").exists():
            looks, wrong = looks + 1, wrong + (text_of(page) not in pages)
        os.write(write, f" {looks} {wrong}".encode())
        os._exit(0)
    assert os.read(read, 7) == b"looking"
    for number in range(30):
        version = "21"[number % 2]
        machine.deploy(manifest(scene, version))
        assert scene.linked() == version
    (machine.root / "enough").touch()
    os.waitpid(pid, 0)
    told = os.read(read, 100).split()
    assert int(told[0]) > 100
    assert int(told[1]) == 0


def text_of(page: Path) -> str:
    try:
        return page.read_text()
    except OSError as exc:
        return f"{exc}"


def test_the_declared_reload_is_run_once_a_switch(scene: Scene, tmp_path: Path) -> None:
    machine, log = scene.machine, tmp_path / "log"
    command = (sys.executable, "-c", COUNT, str(log))
    for version, times in (("1", 1), ("1", 1), ("2", 2), ("2", 2)):
        machine.deploy(manifest(scene, version, *command))
        assert log.read_text().count("reloaded") == times
    machine.roll_back(manifest(scene, "2", *command))
    assert log.read_text().count("reloaded") == 3
    assert scene.linked() == "1"
    assert machine.roll_back(manifest(scene, "2", *command)) == []


def test_a_reload_that_fails_is_told_and_run_again(scene: Scene, tmp_path: Path) -> None:
    machine, log = scene.machine, tmp_path / "log"
    with pytest.raises(HostError, match="false: exit status 1"):
        machine.deploy(manifest(scene, "1", "false"))
    steps = machine.deploy(manifest(scene, "1", sys.executable, "-c", COUNT, str(log)))
    assert [step.split()[0] for step in steps] == ["switch", "reload", "record"]
    assert log.read_text() == "reloaded\n"


def test_a_data_store_is_reached_through_current(scene: Scene) -> None:
    machine = scene.machine
    machine.deploy(manifest(scene, "1"))
    store, current = machine.root / "srv/fungible/tiny/stores/uploads", machine.root / "srv/fungible/tiny/current"
    (current / "uploads/kept").write_text("by version 1")
    machine.deploy(manifest(scene, "2"))
    assert (store / "kept").read_text() == (current / "uploads/kept").read_text() == "by version 1"
