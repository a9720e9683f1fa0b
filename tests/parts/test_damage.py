# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of a release that was changed, added or removed is found, told by check mode, and put right."""

from __future__ import annotations

import os
import typing as t

import pytest
from tests.parts.support.picture import differences, picture

from ansible_collections.fungible.deploy.plugins.module_utils._core import app

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.scene import Scene

pytestmark = pytest.mark.parts


def change(release: Path) -> None:
    (release / "page.html").chmod(0o644)
    (release / "page.html").write_text("defaced")


def change_unseen(release: Path) -> None:
    """Change the bytes of a file, and nothing else about it, in a file of its own."""
    path = release / "page.html"
    seen, text = path.stat(), path.read_text()
    path.unlink()
    path.write_text("X" * len(text))
    path.chmod(0o444)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


DAMAGES: t.Final[dict[str, t.Callable[[Path], object]]] = {
    "1 changed (page.html)": change,
    "1 missing (static/style.css)": lambda release: (release / "static/style.css").unlink(),
    "1 added (static/shell.php)": lambda release: (release / "static/shell.php").write_text("<?php"),
    "1 changed (app.py)": lambda release: (release / "app.py").chmod(0o666),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_in_check_mode_and_repaired(scene: Scene, damage: str) -> None:
    machine, manifest = scene.machine, scene.manifest("1")
    scene.deploy("1")
    wanted, pids = picture(machine.root), machine.live_pids("1")
    DAMAGES[damage](machine.release(manifest))
    damaged = picture(machine.root)
    predicted = machine.deploy(manifest, check=True)
    assert f"repair release {machine.release(manifest).name}: {damage}" in predicted
    assert picture(machine.root) == damaged
    assert machine.do("staged", manifest).steps
    machine.deploy(manifest)
    assert differences(picture(machine.root), wanted) == []
    assert machine.live_pids("1") == pids
    assert scene.served() == "1"
    assert machine.deploy(manifest) == []


def test_damage_that_only_bytes_show_is_found_by_a_thorough_look(scene: Scene) -> None:
    machine, manifest = scene.machine, scene.manifest("1")
    scene.deploy("1")
    change_unseen(machine.release(manifest))
    assert not app.facts(machine.host, machine.request(manifest))["damage"]["changed"]
    assert app.facts(machine.host, machine.request(manifest), thorough=True)["damage"]["changed"] == ["page.html"]


def test_a_live_instance_whose_tree_was_changed_is_repaired_as_it_runs(scene: Scene) -> None:
    machine, manifest = scene.machine, scene.manifest("1")
    scene.deploy("1")
    wanted, pids = picture(machine.root), machine.live_pids("1")
    tree = next((machine.root / "srv/fungible/tiny/instances").iterdir()) / "tree"
    (tree / "page.html").unlink()
    (tree / "page.html").write_text("defaced")
    (tree / "uploads").unlink()
    [step] = machine.deploy(manifest, check=True)
    assert step.startswith("configure instance 1-")
    assert machine.deploy(manifest) == [step]
    assert differences(picture(machine.root), wanted) == []
    assert machine.live_pids("1") == pids
    assert scene.served() == "1"
