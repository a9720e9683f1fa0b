# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the tarball and the wheel hold what they should, and does what is in them work?"""

from __future__ import annotations

import configparser
import subprocess
import sys
import tarfile
import typing as t
import zipfile
from pathlib import Path

import pytest
import yaml

from fungible_dev.packages import COLLECTION, CORE, EXTENSION, build_collection, build_wheel, install_collection
from fungible_dev.places import CHECKOUT

IN_WHEEL = "saltext/fungible"
IN_TARBALL = {"CHANGELOG.rst", "COPYING", "FILES.json", "LICENSES", "MANIFEST.json", "README.md"}
FOLDERS_IN_TARBALL = {"changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"}


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_collection(tmp_path_factory.mktemp("tarball"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True)
    return target


@pytest.fixture(scope="session")
def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    return config


def _sources(folder: Path) -> set[str]:
    """Name a package's files, relative to it, without what Python leaves behind."""
    root = CHECKOUT / folder
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix() for path in found}


def _packages(folder: Path, name: str) -> set[str]:
    inner = {Path(source).parent.as_posix() for source in _sources(folder)}
    return {name if one == "." else f"{name}.{one.replace('/', '.')}" for one in inner}


def _run_installed(code: list[str], installed: Path, cwd: Path) -> str:
    """Run this Python where only the installed wheel can answer for the extension."""
    done = subprocess.run(
        [sys.executable, *code], cwd=cwd, env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_wheel_holds_the_extension_and_the_whole_core_and_nothing_else(wheel: Path) -> None:
    expected = {f"{IN_WHEEL}/{name}" for name in _sources(EXTENSION)}
    expected |= {f"{IN_WHEEL}/_core/{name}" for name in _sources(CORE)}
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in held if ".dist-info/" not in name} == expected


def test_wheel_holds_the_core_byte_for_byte(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        different = [
            name
            for name in sorted(_sources(CORE))
            if archive.read(f"{IN_WHEEL}/_core/{name}") != (CHECKOUT / CORE / name).read_bytes()
        ]
    assert not different


def test_every_package_is_named_in_setup_cfg(setup_cfg: configparser.ConfigParser) -> None:
    named = set(setup_cfg["options"]["packages"].split())
    assert named == _packages(EXTENSION, "saltext.fungible") | _packages(CORE, "saltext.fungible._core")


def test_wheel_carries_its_licences_and_its_entry_point(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        kept = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist() if ".dist-info/" in name}
    assert b"[salt.loader]\nsaltext.fungible = saltext.fungible" in kept["entry_points.txt"]
    assert {"licenses/LICENSES/Apache-2.0.txt", "licenses/LICENSES/BSD-2-Clause.txt"} <= set(kept)


def test_tarball_holds_the_whole_core(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        held = set(archive.getnames())
    assert not {f"plugins/module_utils/_core/{name}" for name in _sources(CORE)} - held


def test_tarball_holds_no_tests_and_nothing_of_a_developer(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        names = [Path(name) for name in archive.getnames()]
    assert not {name.parts[0] for name in names} - IN_TARBALL - FOLDERS_IN_TARBALL
    assert not [name for name in names if any(part.startswith(".") or part == "__pycache__" for part in name.parts)]
    assert not [name for name in names if name.suffix in {".pyc", ".orig", ".rej", ".swp"} or str(name).endswith("~")]


def test_tarball_installs_as_a_collection(tarball: Path, tmp_path: Path) -> None:
    folder = install_collection(tarball, tmp_path)
    core = folder / "plugins/module_utils/_core"
    assert {path.relative_to(core).as_posix() for path in core.rglob("*") if path.is_file()} == _sources(CORE)


def test_both_packages_have_one_version(setup_cfg: configparser.ConfigParser) -> None:
    galaxy: dict[str, t.Any] = yaml.safe_load((CHECKOUT / COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == setup_cfg["metadata"]["version"]


def test_installed_core_imports_under_its_second_name(installed_wheel: Path, tmp_path: Path) -> None:
    code = "from saltext.fungible._core import errors; print(errors.__file__)"
    printed = _run_installed(["-c", code], installed_wheel, tmp_path)
    assert Path(printed.strip()) == installed_wheel / IN_WHEEL / "_core/errors.py"


def test_salt_finds_the_installed_extension(
    installed_wheel: Path, tmp_path: Path, setup_cfg: configparser.ConfigParser
) -> None:
    pytest.importorskip("salt.loader")
    (tmp_path / "minion").write_text(f"root_dir: {tmp_path}\nfile_client: local\nid: packaging\n", encoding="utf-8")
    script = str(Path(sys.executable).parent / "salt-call")
    options = ["--local", "--config-dir", str(tmp_path), "--out=json", "--log-level=quiet"]
    printed = _run_installed([script, *options, "fungible.version"], installed_wheel, tmp_path)
    assert yaml.safe_load(printed) == {"local": setup_cfg["metadata"]["version"]}
