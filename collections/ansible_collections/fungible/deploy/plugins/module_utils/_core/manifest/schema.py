# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Is a mapping written by a person well formed? Checks it against a table of fields and names what is wrong, where."""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import ManifestError
from ..wording import SURROGATE

REQUIRED: t.Final = object()
UNITS: t.Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
LINE: t.Final = r"[^\x00-\x1f\x7f]"


class Type(t.Protocol):
    """Be a kind of value: it can be parsed from what YAML gives, and described as JSON Schema."""

    def parse(self, value: t.Any, where: str) -> t.Any: ...
    def json_schema(self) -> dict[str, t.Any]: ...


@dataclass(frozen=True)
class Text:
    """Be a string; `pattern` must match all of it, and `rule` says in words what the pattern asks."""

    pattern: str = f"{LINE}+"
    rule: str = "must be text without control characters"
    secret: bool = False

    def parse(self, value: t.Any, where: str) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            raise ManifestError(f"{where}: must be text, not a number: put it in quotes")
        if not isinstance(value, str):
            raise ManifestError(f"{where}: must be text, not {_name(value)}")
        if not re.fullmatch(self.pattern, value) or SURROGATE.search(value):
            shown = "its value" if self.secret else repr(value)
            raise ManifestError(f"{where}: {shown} {self.rule}")
        return str(value)

    def json_schema(self) -> dict[str, t.Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Url(Text):
    """Be a URL that anybody may read: a login in it would be in locks and errors."""

    pattern: str = "https?://[!-~]+"
    rule: str = "must be an https:// or http:// URL, without spaces, and with letters beyond ASCII as %.."

    def parse(self, value: t.Any, where: str) -> str:
        if "@" in re.split("[/?#]", str(value).partition("://")[2] or str(value), maxsplit=1)[0]:
            raise ManifestError(f"{where}: has a login in its URL, which many would read: take it out")
        url = super().parse(value, where)
        try:
            urlsplit(url).port  # noqa: B018 - it is read when it is asked for
        except ValueError as exc:
            raise ManifestError(f"{where}: its host or port cannot be read: mend the URL") from exc
        return url


@dataclass(frozen=True)
class Number:
    """Be a whole number within bounds; digits in a string do too, since templates give strings."""

    least: int
    most: int

    def parse(self, value: t.Any, where: str) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ManifestError(f"{where}: must be a whole number, not {_name(value)}")
        if not self.least <= value <= self.most:
            raise ManifestError(f"{where}: {value} is outside {self.least}..{self.most}")
        return value

    def json_schema(self) -> dict[str, t.Any]:
        number = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,12}$"}]}


@dataclass(frozen=True)
class Duration:
    """Be a time span: `30s`, `15m`, `1h`, `2d`; a bare number is seconds."""

    def parse(self, value: t.Any, where: str) -> int:
        match = re.fullmatch(r"([0-9]{1,9})([smhd]?)", str(value)) if isinstance(value, (str, int)) else None
        if not match or isinstance(value, bool):
            raise ManifestError(f"{where}: {value!r} is not a time span: write 30s, 15m, 1h or 2d")
        return int(match[1]) * UNITS[match[2]]

    def json_schema(self) -> dict[str, t.Any]:
        return {"anyOf": [{"type": "string", "pattern": "^[0-9]{1,9}[smhd]?$"}, {"type": "integer", "minimum": 0}]}


@dataclass(frozen=True)
class Flag:
    """Be true or false; the words that YAML and templates use for them do too."""

    WORDS: t.ClassVar = {
        spelling: value
        for word, value in (
            ("true", True),
            ("yes", True),
            ("on", True),
            ("false", False),
            ("no", False),
            ("off", False),
        )
        for spelling in (word, word.capitalize(), word.upper())
    }

    def parse(self, value: t.Any, where: str) -> bool:
        word = str(value)
        if word not in self.WORDS:
            raise ManifestError(f"{where}: must be true or false, not {value!r}")
        return self.WORDS[word]

    def json_schema(self) -> dict[str, t.Any]:
        return {"anyOf": [{"type": "boolean"}, {"enum": list(self.WORDS)}]}


@dataclass(frozen=True)
class Choice:
    """Be one of a few words."""

    words: tuple[str, ...]

    def parse(self, value: t.Any, where: str) -> str:
        if value not in self.words:
            raise ManifestError(f"{where}: {value!r} is not one of {', '.join(self.words)}{nearest(value, self.words)}")
        return str(value)

    def json_schema(self) -> dict[str, t.Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Scalar:
    """Be a string, a whole number or a boolean, kept as it is."""

    def parse(self, value: t.Any, where: str) -> str | int | bool:
        if not isinstance(value, (str, int, bool)):
            raise ManifestError(f"{where}: must be text, a whole number or true/false, not {_name(value)}")
        if isinstance(value, str) and (not re.fullmatch(f"{LINE}*", value) or SURROGATE.search(value)):
            raise ManifestError(f"{where}: {value!r} must be text without control characters")
        return value

    def json_schema(self) -> dict[str, t.Any]:
        return {"type": ["string", "integer", "boolean"], "pattern": f"^{LINE}*$"}


@dataclass(frozen=True)
class ListOf:
    """Be a list of one type."""

    item: Type

    def parse(self, value: t.Any, where: str) -> list[t.Any]:
        if not isinstance(value, (list, tuple)):
            raise ManifestError(f"{where}: must be a list, not {_name(value)}")
        return [self.item.parse(one, f"{where}[{index}]") for index, one in enumerate(value)]

    def json_schema(self) -> dict[str, t.Any]:
        return {"type": "array", "items": self.item.json_schema()}


@dataclass(frozen=True)
class MapOf:
    """Be a mapping from names of the user's choice to one type."""

    key: Text
    value: Type

    def parse(self, value: t.Any, where: str) -> dict[str, t.Any]:
        _require_mapping(value, where)
        return {self.key.parse(k, f"{where}.{k}"): self.value.parse(v, f"{where}.{k}") for k, v in value.items()}

    def json_schema(self) -> dict[str, t.Any]:
        return {
            "type": "object",
            "propertyNames": self.key.json_schema(),
            "additionalProperties": self.value.json_schema(),
        }


@dataclass(frozen=True)
class Field:
    """Be one key of a record: its type, its default (none: required), and what it means."""

    type: Type
    help: str
    default: t.Any = REQUIRED

    def json_schema(self) -> dict[str, t.Any]:
        shape = self.type.json_schema()
        if self.default is not REQUIRED:  # nothing is the same as left out
            shape = {"anyOf": [*shape["anyOf"], {"type": "null"}]} if "anyOf" in shape else _or_null(shape)
        return {**shape, "description": self.help}


@dataclass(frozen=True)
class Record:
    """Be a mapping with known keys; `make` builds the result from the parsed values."""

    fields: t.Mapping[str, Field]
    make: t.Callable[..., t.Any] = dict

    def parse(self, value: t.Any, where: str) -> t.Any:
        _require_mapping(value, where)
        for key in value:
            if key not in self.fields:
                known = ", ".join(self.fields)
                raise ManifestError(
                    f"{where}.{key}: unknown key{nearest(key, self.fields) or f'; known here are {known}'}"
                )
        return self.make(**{key: self._field(key, value, where) for key in self.fields})

    def _field(self, key: str, value: t.Mapping[str, t.Any], where: str) -> t.Any:
        spec = self.fields[key]
        if value.get(key) is not None:
            return spec.type.parse(value[key], f"{where}.{key}")
        if spec.default is REQUIRED:
            raise ManifestError(f"{where}.{key}: is missing: {spec.help}")
        return spec.default

    def json_schema(self) -> dict[str, t.Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [key for key, spec in self.fields.items() if spec.default is REQUIRED],
            "properties": {key: spec.json_schema() for key, spec in self.fields.items()},
        }


@dataclass(frozen=True)
class OneOf:
    """Be a record whose shape hangs on the word under one key."""

    key: str
    shapes: t.Mapping[str, Record] = field(default_factory=dict)

    def parse(self, value: t.Any, where: str) -> t.Any:
        _require_mapping(value, where)
        if self.key not in value:
            raise ManifestError(f"{where}.{self.key}: is missing: one of {', '.join(self.shapes)}")
        word = Choice(tuple(self.shapes)).parse(value[self.key], f"{where}.{self.key}")
        return self.shapes[word].parse(value, where)

    def json_schema(self) -> dict[str, t.Any]:
        return {"oneOf": [shape.json_schema() for shape in self.shapes.values()]}


def _require_mapping(value: t.Any, where: str) -> None:
    if not isinstance(value, t.Mapping):
        raise ManifestError(f"{where}: must be a mapping, not {_name(value)}")


def _or_null(shape: dict[str, t.Any]) -> dict[str, t.Any]:
    if isinstance(shape.get("type"), str):
        return {**shape, "type": [shape["type"], "null"]}
    return {"anyOf": [shape, {"type": "null"}]}


def nearest(word: t.Any, known: t.Iterable[str]) -> str:
    """Guess which of the known words was meant; empty where none is near."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f": did you mean {close[0]}?" if close else ""


def _name(value: t.Any) -> str:
    if value is None:
        return "nothing"
    names = {bool: "true/false", dict: "a mapping", list: "a list", str: "text", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
