# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the bundle hold the same as the wheel, and nothing else?"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fungible_dev import salt_bundle
from fungible_dev.errors import ToolError
from fungible_dev.packages import CORE, EXTENSION
from fungible_dev.places import CHECKOUT


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return salt_bundle.build(tmp_path_factory.mktemp("bundle"))


def sources(folder: Path) -> dict[str, bytes]:
    root = CHECKOUT / folder
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")}


def archive_of(bundle: Path) -> Path:
    [archive] = (bundle / "_utils").iterdir()
    return archive


def test_whatever_is_imported_is_in_the_archive_byte_for_byte(bundle: Path) -> None:
    with zipfile.ZipFile(archive_of(bundle)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    expected = {f"saltext/fungible/_core/{name}": data for name, data in sources(CORE).items()}
    utils = {name: data for name, data in sources(EXTENSION).items() if name.startswith("utils/")}
    expected |= {f"saltext/fungible/{name}": data for name, data in utils.items()}
    assert held == {"saltext/fungible/__init__.py": b"", **expected}


def test_whatever_is_loaded_is_the_wheels_file_with_one_thing_before_it(bundle: Path) -> None:
    found = {path.relative_to(bundle).as_posix(): path.read_text(encoding="utf-8") for path in bundle.glob("_[!u]*/*")}
    kinds = ("beacons/", "modules/", "states/")
    files = {f"_{name}": data.decode() for name, data in sources(EXTENSION).items() if name.startswith(kinds) and data}
    assert found.keys() == files.keys()
    preamble = salt_bundle.PREAMBLE.format(archive=archive_of(bundle).name)
    assert {name: text.replace(preamble, "", 1) for name, text in found.items()} == files


def test_the_same_sources_give_the_same_bundle(bundle: Path, tmp_path: Path) -> None:
    again = salt_bundle.build(tmp_path / "again")
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")} == {
        path.relative_to(bundle): path.read_bytes() for path in bundle.rglob("*.*")
    }


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(ToolError, match="is not empty"):
        salt_bundle.build(tmp_path)


def load(bundle: Path, name: str, then: str) -> subprocess.CompletedProcess[str]:
    """Load a synced file as Salt's loader does, where nothing of ours is installed."""
    code = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("loaded", {str(bundle / name)!r})
loaded = importlib.util.module_from_spec(spec)
spec.loader.exec_module(loaded)
{then}
"""
    return subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)


@pytest.fixture
def synced(bundle: Path, tmp_path: Path) -> Path:
    """Lay the bundle out as `saltutil.sync_all` does."""
    for folder in bundle.iterdir():
        shutil.copytree(folder, tmp_path / folder.name[1:])
    return tmp_path


@pytest.mark.parametrize("name", ["modules/fungible.py", "states/cutover.py", "beacons/fungible.py"])
def test_a_synced_file_finds_the_archive(synced: Path, name: str) -> None:
    done = load(synced, name, "import saltext.fungible; print(saltext.fungible.__file__)")
    assert str(next((synced / "utils").iterdir())) in done.stdout, done.stderr


def test_a_synced_file_knows_its_version(synced: Path) -> None:
    done = load(synced, "modules/fungible.py", "print(loaded.version())")
    assert done.stdout.strip() == salt_bundle._version()


def test_without_its_archive_a_file_says_what_is_missing(synced: Path) -> None:
    next((synced / "utils").iterdir()).unlink()
    done = load(synced, "modules/fungible.py", "")
    assert "is not on this minion: run saltutil.sync_all" in done.stderr


def test_a_file_without_its_future_import_cannot_be_bundled(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(ToolError, match="does not say from __future__"):
        salt_bundle._with_preamble(tmp_path / "odd.py", "x.zip")


def test_the_command_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert salt_bundle.main([str(tmp_path / "out")]) == 0
    assert "saltutil.sync_all" in capsys.readouterr().out
    assert salt_bundle.main([str(tmp_path / "out")]) == 1
    assert salt_bundle.main([]) == 2
