# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the conformance tests stand on: a desk with both tools, and a machine that ends with the test."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest
from tests.conformance.support.tools import Desk, Told, Tool
from tests.functional.support.fleet import install_wheel
from tests.functional.support.site import Site

from fungible_dev.packages import build_collection, install_collection

PROGRAMS: t.Final = {
    "supervisord": "pip install supervisor",
    "haproxy": "apt install haproxy",
    "php": "apt install php-cli php-sqlite3",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("parts")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [f"{name} ({remedy})" for name, remedy in PROGRAMS.items() if not shutil.which(name, path=path)]
    assert not missing, f"not on this machine: {', '.join(missing)}"
    return install_wheel(tmp_path_factory.mktemp("extension"))


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the collection and install it, at the same moment as the wheel: what is compared is what ships."""
    into = tmp_path_factory.mktemp("collections")
    install_collection(build_collection(tmp_path_factory.mktemp("tarball")), into)
    return into


class Place:
    """Be a machine, and the desk from which both tools work on it."""

    def __init__(self, folder: Path, installed: Path, collections: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir()
        self.desk = Desk(folder / "desk", self.root, installed, collections)
        self.site = Site(self.root, self.desk.files)

    def declare(self, version: str, broken: str = "", **app: t.Any) -> None:
        self.desk.declare({self.site.name: self.site.manifest(version, broken, **app)})

    def clear(self) -> None:
        """Take everything away, so that the same root can be deployed to once more."""
        self.site.machine.end()
        shutil.rmtree(self.root)
        self.root.mkdir()


@pytest.fixture(scope="module")
def place(installed: Path, collections: Path) -> t.Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="fg-") as folder:
        made = Place(Path(folder), installed, collections)
        try:
            yield made
        finally:
            made.site.machine.end()


@pytest.fixture(params=["ansible", "salt"])
def first(request: pytest.FixtureRequest, place: Place) -> Tool:
    """Be the tool that begins."""
    return next(tool for tool in place.desk.tools if tool.name == request.param)


@pytest.fixture
def second(first: Tool, place: Place) -> Tool:
    """Be the other one."""
    return next(tool for tool in place.desk.tools if tool is not first)


__all__ = ["Place", "Told"]
