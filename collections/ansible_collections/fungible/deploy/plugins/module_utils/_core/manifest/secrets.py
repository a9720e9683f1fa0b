# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which values of a manifest are secret? Takes them out, so that the rest can be shown, and puts them back."""

from __future__ import annotations

import typing as t

from ..catalogue.catalogue import declared_schema
from ..errors import ManifestError
from ..kinds.registry import KINDS
from . import schema as s

if t.TYPE_CHECKING:
    from ..kinds.protocol import Kind


def split(data: t.Any, kinds: t.Mapping[str, Kind] = KINDS) -> tuple[t.Any, dict[str, t.Any]]:
    """Part a manifest from its secrets, which are named by their paths; what it should not hold may be a secret too."""
    found: dict[str, t.Any] = {}
    return _split(declared_schema(kinds), data, "", found), found


def join(data: t.Any, secrets: t.Mapping[str, t.Any]) -> t.Any:
    """Put secrets back where they were."""
    whole = _copy(data)
    for path, value in secrets.items():
        if not path:
            return value
        *parents, last = path.split(".")
        place = whole
        for key in parents:
            place = _inside(place, key, path)
        place[_key(place, last, path)] = value
    return whole


def _split(shape: t.Any, data: t.Any, path: str, found: dict[str, t.Any]) -> t.Any:
    if isinstance(data, t.Mapping) and isinstance(shape, (s.Record, s.OneOf, s.MapOf)):
        return {
            key: _split(_shape_of(shape, data, key), value, _below(path, key), found) for key, value in data.items()
        }
    if isinstance(data, (list, tuple)) and isinstance(shape, s.ListOf):
        return [_split(shape.item, one, _below(path, index), found) for index, one in enumerate(data)]
    if data is None or _is_public(shape, data):
        return data
    found[path] = data
    return None


def _is_public(shape: t.Any, data: t.Any) -> bool:
    known = isinstance(shape, (s.Text, s.Number, s.Duration, s.Flag, s.Choice, s.Scalar))
    return known and not getattr(shape, "secret", False) and isinstance(data, (str, int, float))


def _shape_of(shape: t.Any, data: t.Mapping[str, t.Any], key: str) -> t.Any:
    if isinstance(shape, s.OneOf):
        shape = shape.shapes.get(str(data.get(shape.key)), s.Record({}))
    if isinstance(shape, s.Record):
        return shape.fields[key].type if key in shape.fields else None
    return shape.value if isinstance(shape, s.MapOf) else None


def _below(path: str, key: t.Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _inside(place: t.Any, key: str, path: str) -> t.Any:
    try:
        return place[_key(place, key, path)]
    except (KeyError, IndexError) as exc:
        raise ManifestError(f"secrets: {path} leads nowhere: the manifest has no {key} there") from exc


def _key(place: t.Any, key: str, path: str) -> t.Any:
    if isinstance(place, list) and key.isdigit() and int(key) < len(place):
        return int(key)
    if isinstance(place, dict):
        return key
    raise ManifestError(f"secrets: {path} leads nowhere: the manifest has no {key} there")


def _copy(data: t.Any) -> t.Any:
    if isinstance(data, t.Mapping):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(one) for one in data] if isinstance(data, (list, tuple)) else data
