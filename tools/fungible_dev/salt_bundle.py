# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How do minions get the Salt extension without installing it: files for salt://, made of the wheel's own sources.

    python3 -m fungible_dev.salt_bundle FOLDER

FOLDER is put below the master's `file_roots`; then `salt '*' saltutil.sync_all`. Whatever the modules import is in one
archive below `_utils`, named after its content, so that a minion never mixes two versions.
"""

from __future__ import annotations

import configparser
import hashlib
import io
import sys
import typing as t
import zipfile
from pathlib import Path

from . import places
from .errors import ToolError
from .packages import CORE, EXTENSION

LOADED: t.Final = ("beacons", "modules", "states")  # what Salt's loader reads; all else is imported by these
PACKAGE: t.Final = "saltext/fungible"
EPOCH: t.Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can say
AFTER: t.Final = "from __future__ import annotations\n"

PREAMBLE: t.Final = """
# Put here when the bundle was made: what this file imports is in an archive that came with it.
import importlib
import sys
from pathlib import Path

_BUNDLE = Path(__file__).resolve().parents[1] / "utils" / "{archive}"
if str(_BUNDLE) not in sys.path:
    if not _BUNDLE.is_file():
        raise ImportError(f"{{_BUNDLE}}: is not on this minion: run saltutil.sync_all")
    for _name in [one for one in sys.modules if f"{{one}}.".startswith("saltext.fungible.")]:
        del sys.modules[_name]  # of another version
    sys.path[:] = [str(_BUNDLE), *(one for one in sys.path if not one.startswith(f"{{_BUNDLE.parent}}/fungible-"))]
    importlib.invalidate_caches()
"""


def build(out: Path) -> Path:
    """Write the bundle into an empty or absent folder."""
    if out.exists() and any(out.iterdir()):
        raise ToolError(f"{out}: is not empty: name a new folder")
    packed = _pack()
    archive = f"fungible-{hashlib.sha256(packed).hexdigest()[:12]}.zip"
    _write(out / "_utils" / archive, packed)
    for kind in LOADED:
        for source in sorted((places.CHECKOUT / EXTENSION / kind).glob("[!_]*.py")):
            _write(out / f"_{kind}" / source.name, _with_preamble(source, archive).encode())
    return out


def _with_preamble(source: Path, archive: str) -> str:
    head, after, rest = source.read_text(encoding="utf-8").partition(AFTER)
    if not after:
        raise ToolError(f"{source}: does not say {AFTER.strip()}")
    return head + after + PREAMBLE.format(archive=archive) + rest


def _pack() -> bytes:
    """Pack what is imported; the same sources give the same bytes."""
    extension = places.CHECKOUT / EXTENSION
    # A folder without __init__.py, which others may share, is only seen in an archive that lists it.
    files = {"saltext/": b"", f"{PACKAGE}/__init__.py": b"", f"{_metadata_folder()}/METADATA": _metadata()}
    for folder, inside in ((extension / "utils", "utils"), (places.CHECKOUT / CORE, "_core")):
        for source in folder.rglob("*.py"):
            files[f"{PACKAGE}/{inside}/{source.relative_to(folder).as_posix()}"] = source.read_bytes()
    for name in ("Apache-2.0", "BSD-2-Clause"):
        files[f"LICENSES/{name}.txt"] = (places.CHECKOUT / f"LICENSES/{name}.txt").read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _version() -> str:
    config = configparser.ConfigParser()
    config.read(places.CHECKOUT / "setup.cfg", encoding="utf-8")
    return config["metadata"]["version"]


def _metadata_folder() -> str:
    return f"saltext_fungible-{_version()}.dist-info"


def _metadata() -> bytes:
    """Tell the version as an installed package would, so that `fungible.version` finds it."""
    return f"Metadata-Version: 2.1\nName: saltext-fungible\nVersion: {_version()}\n".encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def main(argv: list[str]) -> int:
    """Build the bundle where the first argument says."""
    if len(argv) != 1 or argv[0].startswith("-"):
        print("usage: python3 -m fungible_dev.salt_bundle FOLDER", file=sys.stderr)
        return 2
    try:
        build(Path(argv[0]))
    except ToolError as exc:
        print(f"salt_bundle: {exc}", file=sys.stderr)
        return 1
    print(f"Put {argv[0]} below the master's file_roots, then: salt '*' saltutil.sync_all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
