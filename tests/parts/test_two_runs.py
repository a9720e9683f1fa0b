# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of two runs at once the second waits, and after its time is over it names the first and since when that runs."""

from __future__ import annotations

import getpass
import os
import re
import typing as t

import pytest
from tests.parts.support.held import AnnouncingHost, held
from tests.parts.support.refused import refused

from ansible_collections.fungible.deploy.plugins.module_utils._core import request
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import BusyError

if t.TYPE_CHECKING:
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts


def lock_of(scene: Scene) -> str:
    return scene.machine.context(scene.manifest("1")).places.lock


def test_the_second_run_waits_and_goes_on(scene: Scene) -> None:
    scene.deploy("1")
    lock, waits = lock_of(scene), scene.folder / "waits"
    with held(lock, until=lambda: scene.machine.until(waits.exists)):
        scene.machine.deploy(scene.manifest("2"), host=AnnouncingHost(lock, waits))
    assert scene.served() == "2"


def test_the_second_run_stops_after_its_time_and_names_the_first(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.deploy("1")
    monkeypatch.setattr(request, "LOCK_WAIT", 0.2)
    end, begin = os.pipe()
    with held(lock_of(scene), until=lambda: os.read(end, 1)) as pid:
        who = re.escape(f"{getpass.getuser()} (process {pid}) since ")
        since = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}"
        with refused(scene, f"(process {pid})", "waited 0.2 s: let it finish and run again", error=BusyError):
            scene.deploy("2")
        with pytest.raises(BusyError, match=f"{who}{since} is at work here"):
            scene.deploy("2")
        assert scene.machine.deploy(scene.manifest("1"), check=True) == []  # looking is free
        os.write(begin, b".")
    scene.deploy("2")
    assert scene.served() == "2"
