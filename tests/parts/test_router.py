# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that is killed comes back as it was, and what others write beside our files is heard before it does harm."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from tests.parts.support.machine import ask, free_ports
from tests.parts.support.refused import refused

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import RouterError
from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy_files

if t.TYPE_CHECKING:
    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts


@pytest.fixture
def live(scene: Scene) -> Scene:
    """Give a site with a live release in the second slot."""
    scene.deploy("1")
    scene.deploy("2")
    return scene


def worker(live: Scene) -> int:
    """Tell the process that serves, or 0 where there is none at the moment."""
    said = live.machine.host.talk(live.machine.admin, "show info")
    return int(said.partition("\nPid: ")[2].split("\n")[0] or 0)


@pytest.mark.parametrize("whom", ["master", "worker"])
def test_a_killed_router_comes_back_with_the_same_weights(live: Scene, whom: str) -> None:
    machine, manifest = live.machine, live.manifest("2")
    weights, before = machine.weights(manifest), worker(live)
    assert weights == ({"a": 0, "b": 1}, {"a": 0, "b": 1})
    master = machine.rpc("getProcessInfo", haproxy_files.UNIT)["pid"]
    os.kill(master if whom == "master" else before, signal.SIGKILL)
    machine.until(lambda: worker(live) not in (0, before))
    machine.until(lambda: machine.get().status == 200)
    assert machine.weights(manifest) == weights
    assert live.served() == "2"
    assert machine.deploy(manifest) == []


def test_weights_that_somebody_set_by_hand_are_put_right(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2")
    machine.host.talk(machine.admin, "set server fungible_tiny/b weight 0")
    assert machine.get().status == 503
    [step] = machine.deploy(manifest, check=True)
    assert step.startswith("switch tiny to 2-")
    assert machine.deploy(manifest) == [step]
    assert live.served() == "2"


def test_a_file_that_haproxy_refuses_beside_ours_is_named_before_anything_is_written(live: Scene) -> None:
    machine = live.machine
    theirs = machine.root / "etc/fungible/haproxy/zz-theirs.cfg"
    theirs.write_text("backend theirs\n    nonsense\n")
    manifest = live.manifest("3", hosts=("site.example", "other.example"))
    with refused(
        live, "haproxy refuses the configuration", str(theirs), "unknown keyword 'nonsense'", error=RouterError
    ):
        machine.deploy(manifest)
    assert "other.example" not in "".join(path.read_text() for path in theirs.parent.glob("*.map"))
    theirs.unlink()
    machine.deploy(manifest)
    assert machine.get("/", {"Host": "other.example"}).body == live.app("3").page


def test_a_file_of_the_users_own_beside_ours_is_kept_and_at_work(live: Scene) -> None:
    machine = live.machine
    theirs = machine.root / "etc/fungible/haproxy/zz-theirs.cfg"
    theirs.write_text(
        'backend fungible_theirs\n    http-request return status 200 content-type text/plain string "theirs"\n'
    )
    machine.deploy(live.manifest("3", hosts=("site.example", "other.example")))
    assert "theirs,BACKEND" in machine.host.talk(machine.admin, "show stat")
    assert live.served() == "3"


def test_a_file_of_ours_that_was_changed_by_hand_is_put_back(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2")
    [ours] = (machine.root / "etc/fungible/haproxy").glob("frontend-*.cfg")
    kept = ours.read_text()
    ours.write_text(kept + "    http-request deny\n")
    assert machine.deploy(manifest, check=True) == ["configure the router for site.example"]
    machine.deploy(manifest)
    assert ours.read_text() == kept
    machine.restart_router()
    assert live.served() == "2"


def test_a_name_that_moves_to_another_address_is_no_longer_answered_at_the_old_one(live: Scene) -> None:
    machine = live.machine
    old = machine.listen
    machine.listen = free_ports(1)
    machine.deploy(live.manifest("2"))
    assert live.served() == "2"
    machine.until(lambda: ask(old).status != 200)
