# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do the tables of cases say: the manifests and artifacts that they share, and each case as one value.

A table is `<primitive>/<anything>.yml`, a list of cases. `manifests.yml`, `catalogues.yml` and `artifacts.yml` are
common to all.
In every text `$release_NAME` and `$instance_NAME` stand for the ids of the manifest NAME, and `$sha256_NAME` for the
digest of the first artifact whose name begins so.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml

HERE: t.Final = Path(__file__).parent
DOWNLOADS: t.Final = "https://downloads.example/"


@dataclass(frozen=True)
class Case:
    """Be what is there, what is asked for, and what must come of it."""

    primitive: str
    name: str  # a sentence
    manifest: str
    catalogue: str = ""  # the one that the case's manifests are expanded by
    ask: t.Mapping[str, t.Any] = field(default_factory=dict)  # the primitive's own options
    host: t.Mapping[str, t.Any] = field(default_factory=dict)  # what the machine is like: see World
    given: t.Sequence[t.Any] = ()  # what happened before, in order: see World
    root: str = "/"
    steps: t.Sequence[str] = ()
    before: t.Mapping[str, str] = field(default_factory=dict)
    after: t.Mapping[str, str] = field(default_factory=dict)
    warnings: t.Sequence[str] = ()
    travels: t.Sequence[str] = ()  # artifacts that must come from the controller first
    error: str = ""  # the one line, asked or done
    error_when_done: str = ""  # planned like any other, then refused with this line
    again: t.Sequence[str] = ()  # the steps of a second run

    def __str__(self) -> str:
        return f"{self.primitive}: {self.name}"


def cases(primitive: str = "") -> list[Case]:
    """Read the tables of one primitive, or of all."""
    tables = sorted(HERE.glob(f"{primitive or '*'}/*.yml"))
    return [Case(primitive=path.parent.name, **case) for path in tables for case in _read(path)]


def _read(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@functools.cache
def artifacts() -> dict[str, str]:
    """Tell every artifact by its name, as the fake host's archives are: files by their paths, as JSON."""
    known = _read(HERE / "artifacts.yml")
    return {name: files if isinstance(files, str) else json.dumps(files) for name, files in known.items()}


def sha256(artifact: str) -> str:
    return hashlib.sha256(artifacts()[artifact].encode()).hexdigest()


@functools.cache
def sites() -> dict[str, str]:
    """Tell which site each manifest is of."""
    known = _read(HERE / "manifests.yml")
    return {name: one.get("site") or known[one["base"]]["site"] for name, one in known.items()}


@functools.cache
def _manifests() -> dict[str, t.Any]:
    known, found = _read(HERE / "manifests.yml"), {}
    for name, one in known.items():
        base = known[one["base"]]["manifest"] if "base" in one else {}
        found[name] = _with_digests(_merged(base, one["manifest"]))
    return found


def manifest(name: str) -> t.Any:
    """Give a manifest; a `source` needs only say where, its digest is filled in."""
    return copy.deepcopy(_manifests()[name])


@functools.cache
def _catalogues() -> dict[str, t.Any]:
    return {name: _with_digests(one) for name, one in _read(HERE / "catalogues.yml").items()}


def catalogue(name: str) -> t.Any:
    """Give a catalogue, or none; a `source` needs only say where."""
    return copy.deepcopy(_catalogues()[name]) if name else None


def _merged(base: t.Any, over: t.Any) -> t.Any:
    """Lay one structure over another; a key whose value is nothing is taken out."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    both = {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}
    return {key: value for key, value in both.items() if value is not None}


def _with_digests(data: t.Any) -> t.Any:
    if isinstance(data, list):
        return [_with_digests(one) for one in data]
    if not isinstance(data, dict):
        return data
    found = {key: _with_digests(value) for key, value in data.items()}
    artifact = Path(str(found.get("url") or found.get("path") or found.get("file") or "")).name
    return {"sha256": sha256(artifact), **found} if artifact in artifacts() else found
