# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is the real Akismet plugin had: it lies in Debian's wordpress package."""

from __future__ import annotations

import re
import tempfile
import typing as t
from pathlib import Path

from . import places, show
from .archives import read_tree, write_zip
from .artifact_store import Artifact, kept
from .commands import run
from .environment import ensure_system, refresh_apt_lists
from .errors import ToolError

FOLDER = "usr/share/wordpress/wp-content/plugins/akismet"
# Of another version, what apt has verified is taken, and its digest noted.
KNOWN_SHA256 = {"5.0.2": "186f4391552b87656296b3eb08d5c36acb61923ef6a9b3508a505e5a34fffeab"}
_VERSION = re.compile(rb"^\s*\*?\s*Version:\s*([0-9][0-9A-Za-z.]*)", re.MULTILINE)


def akismet() -> Artifact:
    """Return Akismet, in the version that this machine's Debian has, as a zip with the usual top folder."""
    here = sorted(places.folder("artifacts").glob("akismet-*.zip"))
    if here:
        return _kept(here[-1].stem.partition("-")[2], _fetched)
    files = _fetched()
    return _kept(_version(files), lambda: files)


def _kept(version: str, files: t.Callable[[], dict[str, bytes]]) -> Artifact:
    def build(path: Path) -> None:
        write_zip(path, files(), top="akismet")

    return kept(f"akismet-{version}.zip", version, build, sha256=KNOWN_SHA256.get(version))


def _fetched() -> dict[str, bytes]:
    ensure_system(["dpkg"], "taking the Akismet plugin out of Debian's wordpress package")
    show.note("Fetching with apt: wordpress, for its Akismet plugin (downloaded, not installed)")
    refresh_apt_lists()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        run(["apt-get", "download", "-q", "wordpress"], log="apt-download", cwd=top)  # apt checks signed digests
        (package,) = top.glob("wordpress_*.deb")
        run(["dpkg-deb", "-x", package, top / "tree"], log="dpkg-deb")
        return read_tree(top / "tree" / FOLDER, root=top / "tree")


def _version(files: dict[str, bytes]) -> str:
    found = _VERSION.search(files["akismet.php"])
    if found is None:
        raise ToolError("Debian's Akismet does not say its version in akismet.php")
    return found.group(1).decode()
