# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests on real parts stand on: machines that end with the test, whatever happens in it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest
from tests.parts.support.machine import Machine
from tests.parts.support.scene import Scene

NEEDED: t.Final = {
    "supervisord": "pip install supervisor",
    "haproxy": "apt install haproxy",
    "nginx": "apt install nginx-light",
    "php": "apt install php-cli php-sqlite3",
}
MEMORY: t.Final = Path("/dev/shm")


@pytest.fixture(scope="session", autouse=True)
def parts() -> t.Iterator[None]:
    """Find the programs, those of this Python's environment first."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [f"{name} ({remedy})" for name, remedy in NEEDED.items() if not shutil.which(name, path=path)]
    assert not missing, f"not on this machine: {', '.join(missing)}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        yield


@pytest.fixture(scope="module")
def folder() -> t.Iterator[Path]:
    """Give a folder with a short path (sockets need one), in memory where there is such a place."""
    with tempfile.TemporaryDirectory(prefix="fg-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture
def machine(folder: Path) -> t.Iterator[Machine]:
    root = Path(tempfile.mkdtemp(dir=folder))
    with Machine(root) as made:
        yield made


@pytest.fixture
def scene(machine: Machine) -> Scene:
    apps = machine.root.with_name(f"{machine.root.name}-apps")
    apps.mkdir()
    return Scene(machine, apps)
