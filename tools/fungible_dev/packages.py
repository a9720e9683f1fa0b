# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are the collection's tarball and the Salt extension's wheel built, from a checkout that stays clean."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from . import places
from .commands import run
from .errors import ToolError

COLLECTION = Path("collections/ansible_collections/fungible/deploy")
CORE = COLLECTION / "plugins/module_utils/_core"
EXTENSION = Path("salt/src/saltext/fungible")

_WHEEL_NEEDS = (Path("setup.cfg"), Path("pyproject.toml"), Path("LICENSES"), Path("salt/README.md"), EXTENSION, CORE)
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")


def build_collection(out: Path, bin_dir: Path | None = None) -> Path:
    """Build the collection's tarball into the folder."""
    galaxy = _program(bin_dir, "ansible-galaxy")
    source = places.CHECKOUT / COLLECTION
    run([galaxy, "collection", "build", "--force", "--output-path", out, source], log="build-collection")
    return _only(out, "fungible-deploy-*.tar.gz")


def install_collection(tarball: Path, into: Path, bin_dir: Path | None = None) -> Path:
    """Install the tarball below a collections path and return the collection's folder; nothing is asked of Galaxy."""
    galaxy = _program(bin_dir, "ansible-galaxy")
    options = ["--force", "--no-deps", "--offline", "--collections-path", str(into)]
    run([galaxy, "collection", "install", *options, tarball], log="install-collection")
    return into / "ansible_collections/fungible/deploy"


def build_wheel(out: Path, bin_dir: Path | None = None) -> Path:
    """Build the Salt extension's wheel into the folder, from a copy: setuptools leaves files, and packs stale ones."""
    python = _program(bin_dir, "python")
    with tempfile.TemporaryDirectory(prefix="fungible-wheel-") as folder:
        _copy_sources(Path(folder))
        run([python, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, folder], log="build-wheel")
    return _only(out, "saltext_fungible-*.whl")


def lay_out_extension(into: Path) -> None:
    """Link the extension's files below the folder with the core in its place, as in the built wheel."""
    package = into / "saltext/fungible"
    package.mkdir(parents=True)
    for source in sorted((places.CHECKOUT / EXTENSION).iterdir()):
        (package / source.name).symlink_to(source)
    (package / "_core").symlink_to(places.CHECKOUT / CORE)


def _copy_sources(target: Path) -> None:
    for name in _WHEEL_NEEDS:
        source = places.CHECKOUT / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=_IGNORED)
        else:
            shutil.copy(source, target / name)


def _program(bin_dir: Path | None, name: str) -> Path:
    return (bin_dir or Path(sys.executable).parent) / name


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise ToolError(f"{folder}: expected one {pattern}, found {len(found)}; build into an empty folder")
    return found[0]
