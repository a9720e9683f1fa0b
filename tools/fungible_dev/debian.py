# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are the plugins and themes had that Debian has as packages? With apt, which checks them, and never installed."""

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

WORDPRESS = "wordpress"
CONTENT = "usr/share/wordpress/wp-content"
PACKAGES = {
    "akismet": WORDPRESS,
    "http-authentication": "wordpress-plugin-http-authentication",
    "shibboleth": "wordpress-shibboleth",
    "twentytwentythree": "wordpress-theme-twentytwentythree",
    "xrds-simple": "wordpress-xrds-simple",
}
# Debian never has other bytes under the same name. Of another release of it, what apt has verified is taken.
KNOWN_SHA256 = {
    "wordpress-plugin-http-authentication_4.6-2_all.deb": (
        "267ee32b7e2fe5383dc2ad6685de87e0afec09b09f17d9ea34f5ebab817e7255"
    ),
    "wordpress-shibboleth_1.8-1.1_all.deb": "4580e0b2f3ba6f89e2a55ea67dd1d7396fcc3a84b4551ebcdeac375d76a22f5d",
    "wordpress-theme-twentytwentythree_6.1.9+dfsg1-0+deb12u1_all.deb": (
        "0771f56e40dea08b1cd5ad5106d65eec75c2135fdcb407cc55fb4cbc265af012"
    ),
    "wordpress-xrds-simple_1.2-1.1_all.deb": "c76265995c26017cf55eecefe7ebf5cb3421d24fb793ecbfdf9351fd9b01f5c4",
    "wordpress_6.1.9+dfsg1-0+deb12u1_all.deb": "506283af0a6194efeb39f2fb19e6131d59142a20b81e280b8e9f331385c54937",
}
_URI = re.compile(r"^'[^']+' (\S+\.deb) ", re.MULTILINE)
_VERSION = re.compile(rb"^\s*\*?\s*Version:\s*([0-9][0-9A-Za-z.]*)", re.MULTILINE)


def extension(name: str) -> Artifact:
    """Return a plugin or theme, in the version that this machine's Debian has, as a zip with the usual top folder."""
    here = sorted(places.folder("artifacts").glob(f"{name}-[0-9]*.zip"))
    if here:
        return _zipped(name, here[-1].stem[len(name) + 1 :], lambda: _files(name))
    files = _files(name)
    return _zipped(name, _version(name, files), lambda: files)


def package(name: str) -> Artifact:
    """Return a package as it is, in the version that this machine's Debian has."""
    ensure_system(["dpkg"], f"taking files out of Debian's package {name}")
    here = sorted(places.folder("artifacts").glob(f"{name}_*.deb"))
    file = here[-1].name if here else _file(name)
    return kept(file, file.split("_")[1], lambda path: _download(name, path), sha256=KNOWN_SHA256.get(file))


def unpack(name: str, into: Path) -> None:
    """Unpack a package below a folder, as it would be below /; its scripts are not run."""
    run(["dpkg-deb", "-x", package(name).path, into], log="dpkg-deb")


def _zipped(name: str, version: str, files: t.Callable[[], dict[str, bytes]]) -> Artifact:
    return kept(f"{name}-{version}.zip", version, lambda path: write_zip(path, files(), top=name))


def _files(name: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        unpack(PACKAGES[name], top)
        (tree,) = (top / CONTENT).glob(f"*/{name}")
        return read_tree(tree, root=top)


def _version(name: str, files: dict[str, bytes]) -> str:
    found = _VERSION.search(files.get(f"{name}.php", files.get("style.css", b"")))
    if found is None:
        raise ToolError(f"{name} does not say its version, as Debian's {PACKAGES[name]} has it")
    return found[1].decode()


def _file(name: str) -> str:
    """Ask apt what the package's file is called."""
    refresh_apt_lists()
    found = _URI.search(run(["apt-get", "download", "-q", "--print-uris", name], log="apt-uris"))
    if found is None:
        raise ToolError(f"this machine's apt knows no package {name}; run: sudo apt-get update")
    return found[1]


def _download(name: str, path: Path) -> None:
    show.note(f"Fetching with apt: {name} (downloaded, not installed)")
    refresh_apt_lists()
    with tempfile.TemporaryDirectory() as folder:
        run(["apt-get", "download", "-q", name], log="apt-download", cwd=Path(folder))  # apt checks signed digests
        (file,) = Path(folder).glob("*.deb")
        path.write_bytes(file.read_bytes())
