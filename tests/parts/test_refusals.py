# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be deployed is refused in one line, before a visitor notices, and a mended rerun goes through."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import typing as t
import zipfile

import pytest
from tests.parts.support import wordpress
from tests.parts.support.machine import Machine, free_ports
from tests.parts.support.picture import differences, half_done, picture
from tests.parts.support.refused import refused
from tests.parts.support.scene import Scene

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import (
    ArtifactError,
    HostError,
    InstanceError,
    RouterError,
    StoreError,
)
from fungible_dev.archives import sha256_of
from fungible_dev.places import CHECKOUT

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Manifest

pytestmark = pytest.mark.parts


@pytest.fixture
def live(scene: Scene) -> Scene:
    """Give a site whose version 1 is live."""
    scene.deploy("1")
    return scene


def with_archive(live: Scene, path: Path) -> Manifest:
    return live.manifest("2", source={"path": str(path), "sha256": sha256_of(path)})


def test_bytes_that_are_not_the_locked_ones_are_refused_and_not_kept(live: Scene) -> None:
    before = picture(live.machine.root)
    source = {**live.app("2").source, "sha256": "0" * 64}
    with refused(live, "tiny-2.tar.gz", live.app("2").sha256, "0" * 64, "was locked", error=ArtifactError):
        live.machine.deploy(live.manifest("2", source=source))
    assert differences(picture(live.machine.root), before) == []


def test_bytes_that_changed_since_they_were_fetched_are_refused(live: Scene) -> None:
    machine, manifest = live.machine, live.manifest("2")
    kept = machine.root / "var/cache/fungible" / live.app("2").sha256
    kept.write_bytes(live.app("1").path.read_bytes())
    with refused(live, "tiny-2.tar.gz", "run again", error=ArtifactError):
        machine.deploy(manifest)
    machine.deploy(manifest)
    assert live.served() == "2"


def test_an_archive_without_a_procfile_is_refused(live: Scene, tmp_path: Path) -> None:
    path = archive(tmp_path, {"app/readme": b"no application"})
    with refused(live, "other.tar", "no Procfile", "right archive?", error=ArtifactError):
        live.machine.deploy(with_archive(live, path))
    assert half_done(live.machine.root) == []


def test_a_procfile_without_web_is_refused(live: Scene, tmp_path: Path) -> None:
    path = archive(tmp_path, {"app/Procfile": b"worker: true\n"})
    with refused(live, "other.tar", "has no line `web: <command>`", error=ArtifactError):
        live.machine.deploy(with_archive(live, path))


def test_an_archive_that_is_no_wordpress_is_refused(machine: Machine, live: Scene, tmp_path: Path) -> None:
    other = machine.beside(wordpress.SITE)
    path = archive(tmp_path, {"app/index.php": b"<?php"})
    manifest = wordpress.manifest(other, "6.5.5", source={"path": str(path), "sha256": sha256_of(path)})
    with refused(live, "other.tar", "is no WordPress: wp-includes/version.php", error=ArtifactError):
        other.do("staged", manifest)


def archive(folder: Path, files: t.Mapping[str, bytes], *members: tarfile.TarInfo) -> Path:
    path = folder / "other.tar"
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        for member in members:
            tar.addfile(member)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = kind, target, mode
    return entry


HOSTILE: t.Final = {
    "out of its folder": member("app/../../../evil"),
    "absolute": member("/evil"),
    "absolute link": member("app/link", tarfile.SYMTYPE, "/etc"),
    "link outwards": member("app/link", tarfile.SYMTYPE, "../../evil"),
    "device": member("app/null", tarfile.CHRTYPE),
    "set-uid": member("app/sh", mode=0o4755),
    "twice but for case": member("app/PROCFILE"),
    "not UTF-8": member("app/\udcff"),
}


@pytest.mark.parametrize("flaw", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(live: Scene, tmp_path: Path, flaw: str) -> None:
    root = live.machine.root
    path = archive(tmp_path, {"app/Procfile": b"web: true\n"}, HOSTILE[flaw])
    manifest = with_archive(live, path)
    before = {**picture(root), f"var/cache/fungible/{sha256_of(path)}": f"100644 {sha256_of(path)}"}
    with refused(live, "other.tar", error=ArtifactError):
        live.machine.deploy(manifest)
    assert [line for line in differences(picture(root), before) if not line.startswith("var/cache: ")] == []
    assert not list(root.rglob("evil"))


def test_a_bomb_is_refused_and_leaves_nothing(live: Scene, tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("app/Procfile", "web: true\n")
        bomb.writestr("app/zeros", bytes(80 << 20))
    with refused(live, "other.zip", "times its size, as bombs do", error=ArtifactError):
        live.machine.deploy(with_archive(live, path))
    assert half_done(live.machine.root) == []
    assert sum(one.stat().st_size for one in (live.machine.root / "srv").rglob("*")) < 1 << 20


def test_a_port_that_is_taken_is_refused_until_it_is_free(live: Scene) -> None:
    manifest = live.manifest("2")
    with socket.create_server(("127.0.0.1", live.machine.port + 1)):
        with refused(live, f"port {live.machine.port + 1}: is taken", "tiny.app.port", error=HostError):
            live.machine.deploy(manifest)
        assert live.machine.journal(manifest).bad == {}
    live.machine.deploy(manifest)
    assert live.served() == "2"


def test_a_listening_address_that_is_taken_is_refused_until_it_is_free(live: Scene) -> None:
    other = f"127.0.0.1:{free_ports(1)}"
    manifest = live.manifest("2")
    manifest["routes"].append({"host": "other.example", "listen": other})
    with socket.create_server(("127.0.0.1", int(other.rpartition(":")[2]))), refused(live, other, "another program"):
        live.machine.deploy(manifest)
    live.machine.deploy(manifest)
    assert live.served() == "2"


def test_a_name_that_another_site_has_is_refused(live: Scene) -> None:
    second = Scene(live.machine.beside("second"), live.folder)
    with refused(live, "second.routes: site.example on", "fungible_tiny", "one site a name", error=RouterError):
        second.deploy("1")


def test_a_root_that_is_too_long_for_sockets_is_refused(folder: Path) -> None:
    root = folder / "a-long-name-for-a-root" / ("x" * 60)
    root.mkdir(parents=True)
    with Machine(root, wordpress.SITE) as machine:
        manifest = wordpress.manifest(machine, "6.5.5")
        for task in ("store", "staged", "migrate"):
            machine.do(task, manifest)
        with pytest.raises(HostError, match=r"is longer than a socket's path may be: choose a shorter root$"):
            machine.do("running", manifest)
        assert machine.pids() == []


def test_a_root_that_is_too_long_for_supervisord_is_refused(folder: Path) -> None:
    root = folder / "another-long-name" / ("x" * 60)
    root.mkdir(parents=True)
    with Machine(root) as machine:
        scene = Scene(machine, folder)
        with pytest.raises(HostError, match=r"supervisor\.sock.* longer than a socket's path may be"):
            scene.deploy("1")
        assert machine.pids() == []


def test_a_store_whose_place_is_taken_by_a_file_is_refused(live: Scene) -> None:
    place = live.machine.root / "srv/fungible/tiny/stores/more"
    place.write_text("a file")
    manifest = live.manifest("2")
    manifest["stores"]["more"] = {"kind": "directory", "mount": "more"}
    with refused(live, str(place), "is not a directory: move it away", error=StoreError):
        live.machine.deploy(manifest)
    place.unlink()
    live.machine.deploy(manifest)
    assert live.served() == "2"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ("is not a journal", "restore it from a backup")),
        ('{"format": 1, "slots": {}, "strange": 1}', ("is not a journal", "restore it from a backup")),
        ('{"format": 2}', ("was written by a newer fungible", "update this one")),
    ],
)
def test_a_journal_that_cannot_be_read_stops_every_step(live: Scene, text: str, words: tuple[str, ...]) -> None:
    path = live.machine.root / "var/lib/fungible/tiny/journal.json"
    kept = path.read_text()
    path.write_text(text)
    for task in ("staged", "migrate", "running", "cutover"):
        with refused(live, str(path), *words, error=HostError):
            live.machine.do(task, live.manifest("2"))
    path.write_text(kept)
    live.deploy("2")
    assert live.served() == "2"


def test_a_rollback_with_nothing_before_is_refused(live: Scene) -> None:
    with refused(live, "is the first that was live here: nothing to roll back to", error=InstanceError):
        live.machine.roll_back(live.manifest("1"))


def test_a_rollback_of_what_was_never_deployed_is_refused(scene: Scene) -> None:
    with refused(scene, "nothing is live here", error=InstanceError):
        scene.machine.roll_back(scene.manifest("1"))


def test_through_ansible_a_refusal_is_one_line_without_a_traceback(live: Scene, tmp_path: Path) -> None:
    path = archive(tmp_path, {"app/Procfile": b"web: true\n"}, HOSTILE["link outwards"])
    machine, manifest = live.machine, with_archive(live, path)
    task = {"site": machine.site, "manifest": manifest, "root": str(machine.root), "state": "staged"}
    with refused(live, "app/link", error=ArtifactError):
        machine.do("staged", manifest)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ansible", "adhoc", "localhost", "--connection", "local"),
            *("--module-name", "fungible.deploy.stateless_app", "--args", json.dumps(task)),
            *("--extra-vars", f"ansible_python_interpreter={sys.executable}"),
        ],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"), "ANSIBLE_LOCALHOST_WARNING": "0"},
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    [line] = [line for line in done.stdout.splitlines() if '"msg"' in line]
    assert "other.tar" in line
    assert "app/link" in line
    assert live.served() == "1"
