# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real supervisord is stopped, asked and started anew in whatever state its programs are."""

from __future__ import annotations

import sys
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.procfile import WAIT
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import Unit
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.supervisor import Supervisor

if t.TYPE_CHECKING:
    from tests.parts.support.machine import Machine

pytestmark = pytest.mark.parts

FINISHES: t.Final = """\
import signal, time

def finish(*_):
    time.sleep(0.2)
    open("{done}", "w").close()
    raise SystemExit

signal.signal(signal.SIGTERM, finish)
open("{ready}", "w").close()
signal.pause()
"""


def started(machine: Machine, command: str) -> tuple[Supervisor, Places, str]:
    """Start a program of a shell's command and tell its name."""
    places, runtime = Places(str(machine.root), machine.site), Supervisor()
    unit = Unit("fungible-test", "a test", ("/bin/sh", "-c", command), machine.host.whoami(), "root")
    for path, file in runtime.files(places, unit).items():
        machine.host.write(path, file.text, file.mode)
    runtime.start(machine.host, places, (unit.name,))
    return runtime, places, unit.name


def test_a_program_that_exits_again_and_again_can_be_stopped(machine: Machine) -> None:
    """Between two of its lives it is in a state in which supervisord can neither stop it nor forget it."""
    runtime, places, name = started(machine, "echo begun; exit 1")
    log = machine.root / "var/log/fungible" / f"{name}.log"
    for lives in range(2, 4):
        machine.until(lambda: log.read_text().count("begun") >= lives)  # noqa: B023 - called here
        machine.until(lambda: not [pid for pid in machine.pids() if b"begun" in cmdline(pid)])
    runtime.stop(machine.host, places, (name,))
    assert machine.programs() == {}
    assert machine.enabled() == []


def cmdline(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def test_a_program_that_was_stopped_by_hand_is_started_again(machine: Machine) -> None:
    runtime, places, name = started(machine, "exec sleep 600")
    machine.rpc("stopProcess", name)
    assert not runtime.is_running(machine.host, places, name)
    assert runtime.is_enabled(machine.host, places, name)
    runtime.start(machine.host, places, (name,))
    assert runtime.is_running(machine.host, places, name)


def test_a_program_that_runs_is_left_alone_by_a_second_start(machine: Machine) -> None:
    runtime, places, name = started(machine, "exec sleep 600")
    pid = machine.rpc("getProcessInfo", name)["pid"]
    runtime.start(machine.host, places, (name,))
    assert machine.rpc("getProcessInfo", name)["pid"] == pid


def test_a_stop_waits_for_what_the_shell_started(machine: Machine) -> None:
    ready, done = machine.root / "ready", machine.root / "done"
    program = machine.root / "program.py"
    program.write_text(FINISHES.format(ready=ready, done=done))
    runtime, places, name = started(machine, f"{WAIT}; {sys.executable} {program}")
    machine.until(ready.exists)
    runtime.stop(machine.host, places, (name,))
    assert done.exists()
    assert machine.programs() == {}
