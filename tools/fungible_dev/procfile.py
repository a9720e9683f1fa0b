# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the small application of the demo and the tests, as an archive."""

from __future__ import annotations

import enum

from . import places
from .archives import sha256_of, write_tar_gz
from .artifact_store import Artifact, replaced

SOURCE = places.CHECKOUT / "tests/fixtures/procfile_app"


class Broken(enum.Enum):
    """What may be wrong with a version."""

    NOTHING = ""
    START = "start"  # exits at once
    HEALTH = "health"  # starts, and is never healthy
    MIGRATE = "migrate"  # its migration fails, and leaves the database as it was
    RENAME = "rename"  # works, but its migration renames a column that the other versions use


def procfile_app(version: str = "1", broken: Broken | str = Broken.NOTHING) -> Artifact:
    """Return the application in a version; from version 2 on, its migration adds a column."""
    kind = Broken(broken)
    name = "-".join(filter(None, ["procfile-app", version, kind.value]))
    path = replaced(f"{name}.tar.gz", lambda fresh: write_tar_gz(fresh, app_files(version, kind), top="procfile-app"))
    return Artifact(path, sha256_of(path), version)


def app_files(version: str, broken: Broken) -> dict[str, bytes]:
    """Return the application's files, with the version and its fault filled in."""
    files = {path.name: path.read_bytes() for path in sorted(SOURCE.iterdir()) if path.is_file()}
    filled = files["version.py"].replace(b"@version@", version.encode()).replace(b"@broken@", broken.value.encode())
    return {**files, "version.py": filled}
