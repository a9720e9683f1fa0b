# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a tree holds: one line a file, with its digest; the text that releases are verified against."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from ..wording import printable, told

# Modification times are made from content, so that web servers' ETags (size and time) are equal exactly when the
# bytes are: https://nginx.org/en/docs/http/ngx_http_core_module.html#etag. They fall in the years 1980 to 2014.
EPOCH = 315_532_800
SPAN = 1 << 30


@dataclass(frozen=True)
class Entry:
    """Be one entry of a tree: a file (`sha256`, `size`), a link (`target`), or an empty directory."""

    path: str
    kind: str  # f: file, x: executable file, l: link, d: empty directory (a mount point), o: left out
    sha256: str = "-"
    size: int = 0
    target: str = ""

    def __str__(self) -> str:
        return f"{self.kind}\t{self.sha256}\t{self.size}\t{self.path}" + (f"\t{self.target}" if self.target else "")

    @classmethod
    def parse(cls, line: str) -> Entry:
        kind, sha256, size, path, *target = line.split("\t")
        return cls(path, kind, sha256, int(size), target[0] if target else "")

    @property
    def mtime(self) -> int:
        return mtime(self.sha256)

    @property
    def mode(self) -> int:
        return 0o555 if self.kind == "x" else 0o444


def mtime(sha256: str) -> int:
    """Make a file's modification time from its digest."""
    return EPOCH + int(sha256[:10], 16) % SPAN


def dump(entries: t.Iterable[Entry]) -> str:
    """Write entries as the text that is kept with a release."""
    return "".join(f"{entry}\n" for entry in entries)


def load(text: str) -> list[Entry]:
    """Read what `dump` wrote."""
    return [Entry.parse(line) for line in text.splitlines()]


def digest(text: str) -> str:
    """Tell the digest of a tree from its listing's text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Damage:
    """Be how a tree differs from its listing, as sorted paths."""

    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.added)

    def __str__(self) -> str:
        parts = (("missing", self.missing), ("changed", self.changed), ("added", self.added))
        return "; ".join(f"{len(paths)} {word} ({_some(paths)})" for word, paths in parts if paths)


def _some(paths: tuple[str, ...], most: int = 3) -> str:
    return ", ".join(printable(told(path)) for path in paths[:most]) + (", ..." if len(paths) > most else "")
