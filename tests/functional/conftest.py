# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the functional tests stand on: one master and its minions for all of them, ended whatever happens."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest
from salt._logging import shutdown_temp_handler
from tests.functional.support.fleet import Fleet, Minion, install_wheel

if t.TYPE_CHECKING:
    from saltfactories.manager import FactoriesManager

PROGRAMS: t.Final = {"supervisord": "pip install supervisor", "haproxy": "apt install haproxy"}
PATH: t.Final = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("parts")


@pytest.fixture(scope="session")
def folder() -> t.Iterator[Path]:
    """Give a folder with a short path: sockets need one."""
    with tempfile.TemporaryDirectory(prefix="fg-salt-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def salt_factories_default_root_dir(folder: Path) -> Path:
    return folder


@pytest.fixture(scope="session")
def salt_factories_config() -> dict[str, t.Any]:
    missing = [f"{name} ({remedy})" for name, remedy in PROGRAMS.items() if not shutil.which(name, path=PATH)]
    assert not missing, f"not on this machine: {', '.join(missing)}"
    shutdown_temp_handler()  # it would complain at the end about pytest's closed streams
    return {"environ": {**os.environ, "PATH": PATH}}


@pytest.fixture(scope="session")
def installed(folder: Path) -> Path:
    return install_wheel(folder)


@pytest.fixture(scope="session")
def fleet(salt_factories: FactoriesManager, folder: Path, installed: Path) -> t.Iterator[Fleet]:
    made = Fleet(salt_factories, folder, installed)
    try:
        made.master.start()
        for name in ("web1", "web2"):
            made.minion(name).daemon.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def web1(fleet: Fleet) -> Minion:
    return fleet.minions[0]


@pytest.fixture
def web2(fleet: Fleet) -> Minion:
    return fleet.minions[1]
