# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which values of a manifest are secret? Takes them out, so that the rest can be shown, and puts them back."""

from __future__ import annotations

import typing as t

from . import schema as s
from .kinds.registry import KINDS
from .manifest import site_schema

if t.TYPE_CHECKING:
    from .kinds.protocol import Kind


def split(data: t.Any, kinds: t.Mapping[str, Kind] = KINDS) -> tuple[t.Any, dict[str, str]]:
    """Part a manifest, well formed or not, from its secrets, which are named by their paths."""
    found: dict[str, str] = {}
    return _split(site_schema(kinds), data, "", found), found


def join(data: t.Any, secrets: t.Mapping[str, str]) -> t.Any:
    """Put secrets back where they were."""
    whole = _copy(data)
    for path, value in secrets.items():
        *parents, last = path.split(".")
        place = whole
        for key in parents:
            place = place[key]
        place[last] = value
    return whole


def _split(shape: t.Any, data: t.Any, path: str, found: dict[str, str]) -> t.Any:
    if isinstance(shape, s.Text):
        if shape.secret and data is not None:
            found[path] = data
            return None
        return data
    if isinstance(data, t.Mapping):
        return {
            key: _split(_shape_of(shape, data, key), value, _below(path, key), found) for key, value in data.items()
        }
    return data


def _shape_of(shape: t.Any, data: t.Mapping[str, t.Any], key: str) -> t.Any:
    if isinstance(shape, s.OneOf):
        shape = shape.shapes.get(str(data.get(shape.key)), s.Record({}))
    if isinstance(shape, s.Record):
        return shape.fields[key].type if key in shape.fields else None
    return shape.value if isinstance(shape, s.MapOf) else None


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else str(key)


def _copy(data: t.Any) -> t.Any:
    return {key: _copy(value) for key, value in data.items()} if isinstance(data, t.Mapping) else data
