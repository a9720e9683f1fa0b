# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is in a `fungible.lock`? The same text for the same entries, and no entry that was edited by hand."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from .. import versions
from ..catalogue.catalogue import REQUIRES, Requires
from ..errors import ManifestError
from ..manifest import schema as s
from ..manifest.manifest import SHA256, SLUG, URL, VERSION
from .wanted import SOURCES, VERSIONS, Want

FORMAT: t.Final = 1
MOST: t.Final = 1 << 26
SUFFIXES: t.Final = (".php", ".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
MEND: t.Final = "take it from version control, or remove it and lock anew"


@dataclass(frozen=True)
class Entry:
    """Be what an extension was resolved to."""

    want: Want
    version: str
    sha256: str
    tree: str
    url: str = ""
    file: str = ""
    requires: Requires = field(default_factory=Requires)
    licence: str = ""
    published: bool | None = None  # whether the files are those of wordpress.org's checksums; none: it has none

    @property
    def location(self) -> str:
        return self.url or self.file

    @property
    def artifact(self) -> str:
        """Name its file among the artifacts."""
        return artifact(self.location, self.sha256)

    def source(self, artifacts: str) -> dict[str, t.Any]:
        """Write it as a source of a manifest, which is a file in `artifacts` if there is such a folder."""
        whole: dict[str, t.Any] = {"sha256": self.sha256, "tree": self.tree}
        if artifacts:
            return {**whole, "file": f"{artifacts.rstrip('/')}/{self.artifact}"}
        if self.file:
            return {**whole, "file": self.file}
        redirects = {"redirects": list(self.want.source.redirects)} if self.want.source.redirects else {}
        return {**whole, "url": self.url, **redirects}

    def written(self) -> dict[str, t.Any]:
        """Tell it as the lock has it, with its own digest."""
        want, needs = self.want, self.requires
        requires = {"wordpress": needs.wordpress, "php": needs.php, "extensions": list(needs.extensions)}
        said = {
            "name": want.name,
            "kind": want.kind,
            "wanted": _said({"version": want.version, "source": want.source.written()}),
            "version": self.version,
            "sha256": self.sha256,
            "tree": self.tree,
            "url": self.url,
            "file": self.file,
            "requires": _said(requires),
            "licence": self.licence,
            "published": self.published,
        }
        said = _said(said)
        return {**said, "digest": _digest(said)}


@dataclass(frozen=True)
class Lock:
    """Be what extensions were resolved to; `artifacts`: a folder of the artifacts, for hosts that reach no source."""

    entries: tuple[Entry, ...] = ()
    artifacts: str = ""

    @cached_property
    def by_want(self) -> t.Mapping[Want, Entry]:
        return {one.want: one for one in self.entries}

    @cached_property
    def by_name(self) -> t.Mapping[str, t.Sequence[Entry]]:
        found: dict[str, list[Entry]] = {}
        for one in self.entries:
            found.setdefault(one.want.name, []).append(one)
        return found

    def held(self, want: Want) -> Entry | None:
        """Find what is locked for a want, or for one of another range, of which the version will do as well."""
        if want in self.by_want:
            return self.by_want[want]
        same = [
            one
            for one in self.by_name.get(want.name, ())
            if (one.want.kind, one.want.source) == (want.kind, want.source) and want.allows(one.version)
        ]
        newest = max(same, key=lambda one: versions.key(one.version) or versions.LEAST, default=None)
        return replace(newest, want=want) if newest else None


ENTRY: t.Final = s.Record(
    {
        "name": s.Field(SLUG, "the extension's name"),
        "kind": s.Field(s.Text(), "what it is"),
        "wanted": s.Field(
            s.Record({"version": s.Field(VERSIONS, "which will do", ""), "source": s.Field(SOURCES, "where to look")}),
            "what was written",
        ),
        "version": s.Field(VERSION, "which it is"),
        "sha256": s.Field(SHA256, "the digest of its bytes"),
        "tree": s.Field(SHA256, "the digest of its tree"),
        "url": s.Field(URL, "where it is", ""),
        "file": s.Field(s.Text(), "where it is", ""),
        "requires": s.Field(REQUIRES, "what it says that it requires", Requires()),
        "licence": s.Field(s.Text(f"{s.LINE}*"), "what it says of its licence", ""),
        "published": s.Field(s.Flag(), "whether wordpress.org's checksums are those of its files", None),
        "digest": s.Field(SHA256, "of all that is said here"),
    }
)


def artifact(location: str, sha256: str) -> str:
    """Name the file that keeps an artifact: its digest, and the end of its name, which tells what it is."""
    name = location.split("?", maxsplit=1)[0].lower()
    return sha256 + next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")


def dump(lock: Lock) -> str:
    """Write a lock: the same text for the same entries, in one order."""
    entries = [one.written() for one in sorted(lock.entries, key=lambda one: one.want.key)]
    return json.dumps({"format": FORMAT, "entries": entries}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def parse(text: str, where: str = "fungible.lock", *, artifacts: str = "") -> Lock:
    """Read what `dump` wrote; an entry that was edited by hand is an error that names it."""
    data = _json(text, where)
    entries = data.get("entries")
    if not isinstance(entries, list):
        raise ManifestError(f"{where}: has no entries: {MEND}")
    found = Lock(tuple(_entry(one, f"{where}: entry {index + 1}") for index, one in enumerate(entries)), artifacts)
    for one in found.entries:
        if found.by_want[one.want] is not one:
            raise ManifestError(f"{where}: {one.want} is locked twice, as after a merge: {MEND}")
    return found


def _json(text: str, where: str) -> dict[str, t.Any]:
    if len(text) > MOST:
        raise ManifestError(f"{where}: has more than {MOST} characters, and is no lock: {MEND}")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ManifestError(f"{where}: is no JSON ({str(exc)[:120]}): {MEND}") from exc
    known: t.Any = data.get("format") if isinstance(data, dict) else None
    is_number = isinstance(known, int) and not isinstance(known, bool)
    if is_number and known > FORMAT:
        raise ManifestError(f"{where}: has format {known}, and this fungible knows up to {FORMAT}: update fungible")
    if not is_number or known != FORMAT or not isinstance(data, dict):
        raise ManifestError(f"{where}: has no format that is known: {MEND}")
    return data


def _entry(raw: t.Any, where: str) -> Entry:
    if not isinstance(raw, dict):
        raise ManifestError(f"{where}: must be a mapping: {MEND}")
    name = str(raw.get("name"))[:100]
    said = {key: value for key, value in raw.items() if key != "digest"}
    if raw.get("digest") != _digest(said):
        raise ManifestError(f"{where}: {name} was edited by hand, since its digest is another: {MEND}")
    read = ENTRY.parse(raw, f"{where}: {name}")
    wanted = read.pop("wanted")
    want = Want(read.pop("name"), read.pop("kind"), wanted["version"], wanted["source"])
    read.pop("digest")
    return Entry(want, **read)


def _said(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}


def _digest(said: t.Mapping[str, t.Any]) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
