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
from tests.parts.support.deaths import COUNTS
from tests.parts.support.machine import Machine
from tests.parts.support.scene import Scene

from ansible_collections.fungible.deploy.plugins.module_utils._core import cutover
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress.server import FPM_NAMES

NEEDED: t.Final = {
    "supervisord": "pip install supervisor",
    "haproxy": "apt install haproxy",
    "nginx": "apt install nginx-light",
    "php": "apt install php-cli php-sqlite3",
    "php-fpm": "apt install php-fpm",
}
MEMORY: t.Final = Path("/dev/shm")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many times runs died."""
    for line in COUNTS:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def parts() -> t.Iterator[None]:
    """Find the programs, those of this Python's environment first."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [
        f"{name} ({remedy})"
        for name, remedy in NEEDED.items()
        if not any(shutil.which(one, path=path) for one in (FPM_NAMES if name == "php-fpm" else (name,)))
    ]
    assert not missing, f"not on this machine: {', '.join(missing)}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setattr(cutover, "QUIET", 0)  # hundreds of deploys would wait
        yield


@pytest.fixture(scope="module")
def folder(parts: None) -> t.Iterator[Path]:
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
