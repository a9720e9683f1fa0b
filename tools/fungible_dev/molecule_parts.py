# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which artifacts do the scenarios deploy: a file of their paths and digests, which their group variables read."""

from __future__ import annotations

import json
import typing as t

from . import artifacts, places
from .archives import sha256_of, write_tar_gz
from .artifact_store import Artifact, replaced
from .artifacts import Broken
from .procfile import app_files

if t.TYPE_CHECKING:
    from pathlib import Path

WORKER = places.CHECKOUT / "molecule/procfile/files/worker.py"


def write(path: Path) -> Path:
    """Write the sources of all artifacts as manifests have them, by name, and return where."""
    found = {f"wordpress-{version}": artifacts.wordpress(version) for version in ("6.4.5", "6.5.5")}
    found |= {"akismet": artifacts.akismet(), "procfile-1": with_worker("1"), "procfile-2": with_worker("2")}
    found |= {f"procfile-2-{kind.value}": artifacts.procfile_app("2", kind) for kind in (Broken.START, Broken.HEALTH)}
    sources = {
        name: {"version": part.version, "source": {"file": str(part.path), "sha256": part.sha256}}
        for name, part in found.items()
    }
    path.write_text(json.dumps(sources, indent=1) + "\n", encoding="utf-8")
    return path


def with_worker(version: str) -> Artifact:
    """Return the small application with a process beside its web server."""
    files = app_files(version, Broken.NOTHING)
    files["worker.py"] = WORKER.read_bytes()
    files["Procfile"] += b"worker: python3 worker.py\n"

    def build(path: Path) -> None:
        write_tar_gz(path, files, top="procfile-app")

    path = replaced(f"procfile-worker-{version}.tar.gz", build)
    return Artifact(path, sha256_of(path), version)
