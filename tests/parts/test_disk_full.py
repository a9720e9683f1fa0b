# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is full while files are placed, or while data are migrated, costs a visitor nothing."""

from __future__ import annotations

import os
import tempfile
import typing as t
from pathlib import Path

import pytest
from tests.parts.support.disk import resize, small
from tests.parts.support.machine import Machine
from tests.parts.support.picture import differences, half_done, picture
from tests.parts.support.refused import refused
from tests.parts.support.scene import Scene

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, StoreError
from fungible_dev.archives import sha256_of, write_tar_gz

pytestmark = pytest.mark.parts

MEGABYTE: t.Final = 1 << 20


@pytest.fixture
def live(folder: Path) -> t.Iterator[Scene]:
    """Give a site whose version 1 is live, on a file system of its own."""
    root, apps = (Path(tempfile.mkdtemp(dir=folder)) for _ in range(2))
    with small(root, "8m"), Machine(root) as machine:
        scene = Scene(machine, apps)
        scene.deploy("1")
        machine.get("/add?one")
        yield scene


@pytest.mark.parametrize("megabytes", [3, 12])
def test_a_disk_that_is_full_while_files_are_placed(live: Scene, megabytes: int) -> None:
    """Test the fetch of an archive of 12 MB, and the unpacking of one that fits twice less a little."""
    machine = live.machine
    path = live.folder / "large.tar.gz"
    files = {"Procfile": b"web: true\n", "large": os.urandom(megabytes * MEGABYTE), "larger": bytes(4 * MEGABYTE)}
    write_tar_gz(path, files, top="large")
    manifest = live.manifest("2", source={"path": str(path), "sha256": sha256_of(path)})
    before = picture(machine.root)
    with refused(live, str(machine.root), "No space left on device", "free some space there", error=HostError):
        machine.do("staged", manifest)
    kept = [line for line in differences(picture(machine.root), before) if not line.startswith("var/cache/fungible/")]
    assert kept == []
    assert half_done(machine.root) == []
    resize(machine.root, "64m")
    machine.do("staged", manifest)
    assert machine.do("staged", manifest).steps == ()


def test_a_disk_that_is_full_while_data_are_migrated(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2", "large")
    with refused(live, "the migration to release 2-", "failed", "disk is full", error=StoreError):
        machine.deploy(manifest)
    assert machine.get("/notes").body == "one"
    assert machine.get("/add?two").status == 200
    resize(machine.root, "256m")
    machine.deploy(manifest)
    assert machine.get().body == live.app("2", "large").page
    assert machine.get("/notes").body.split() == ["one", "two"]


def test_a_disk_that_is_full_while_data_are_backed_up(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2")
    machine.do("staged", manifest)
    filler = machine.root / "filler"
    free = os.statvfs(machine.root)
    filler.write_bytes(bytes(free.f_bfree * free.f_bsize))
    with refused(live, "backups", "full", error=StoreError):
        machine.do("migrate", manifest)
    backups = machine.root / "var/lib/fungible/tiny/backups"
    assert list(backups.glob("[!.]*before-2*")) == []
    filler.unlink()
    machine.deploy(manifest)
    assert live.served() == "2"
    assert len(list(backups.glob("[!.]*before-2*"))) == len(list(backups.glob("*before-2*"))) == 1
