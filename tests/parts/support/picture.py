# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on disk below a root, so that two ends of a deploy can be compared byte for byte, but for times."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import typing as t
from pathlib import Path

PARTS: t.Final = ("srv", "etc", "var/lib", "var/cache")
HALF: t.Final = re.compile(r"\.(new|gone|probe)$|(^|/)\.fungible-")
TIMES: t.Final = ("since", "migrated", "staged")


def picture(root: Path) -> dict[str, str]:
    """Tell every entry with its mode and content; of a database its tables. Locks and backups are left out."""
    found = {}
    for path in _entries(root):
        name = str(path.relative_to(root))
        if path.name not in ("lock", ".lock") and "/backups" not in name:
            found[name] = f"{path.lstat().st_mode:o} {_content(path)}"
    return found


def differences(found: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> list[str]:
    """Tell how one picture differs from another."""
    names = sorted({*found, *wanted})
    return [f"{name}: {found.get(name)} != {wanted.get(name)}" for name in names if found.get(name) != wanted.get(name)]


def half_done(root: Path) -> list[str]:
    """Tell what a run that was cut off left half done."""
    return [str(path.relative_to(root)) for path in _entries(root) if HALF.search(path.name)]


def tables(database: Path) -> str:
    """Tell the statements that make an SQLite file's tables."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return "\n".join(sorted(row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql <> ''")))
    finally:
        connection.close()


def notes(database: Path) -> list[str]:
    """Tell what the tiny application keeps in an SQLite file."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return [row[0] for row in connection.execute("SELECT text FROM notes ORDER BY rowid")]
    finally:
        connection.close()


def _entries(root: Path) -> t.Iterator[Path]:
    for part in PARTS:
        for folder, folders, files in os.walk(root / part):
            yield from (Path(folder, name) for name in (*folders, *files))


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if path.is_dir():
        return "directory"
    if path.name == "journal.json":
        return _timeless(path)
    if path.suffix == ".sqlite":
        return tables(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _timeless(path: Path) -> str:
    known = json.loads(path.read_text(encoding="utf-8"))
    for key in TIMES:
        known[key] = sorted(known[key]) if isinstance(known[key], dict) else bool(known[key])
    return json.dumps(known, sort_keys=True)


class Copy:
    """A copy of what is on disk, to go back to as often as needed."""

    def __init__(self, root: Path, place: Path) -> None:
        self._root, self._place = root, place
        place.mkdir()
        for part in PARTS:
            if (root / part).exists():
                _copy(root / part, place / part)

    def put_back(self) -> None:
        for part in PARTS:
            shutil.rmtree(self._root / part, ignore_errors=True)
            if (self._place / part).exists():
                _copy(self._place / part, self._root / part)


def _copy(source: Path, place: Path) -> None:
    """Copy with times, modes, owners, and hard links within the part."""
    place.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(source), str(place)], check=True)
