# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mapping written by a person is taken as it was meant, or refused with the key, its path and what would be right."""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import schema as s

if t.TYPE_CHECKING:
    from collections.abc import Callable

SHAPE: t.Final = s.Record(
    {
        "name": s.Field(s.Text(r"[a-z]+", "must be lower-case letters"), "its name"),
        "port": s.Field(s.Number(1, 10), "its port", 5),
        "within": s.Field(s.Duration(), "how long", 30),
        "locked": s.Field(s.Flag(), "whether", True),
        "way": s.Field(s.Choice(("left", "right")), "which way", "left"),
        "secret": s.Field(s.Text(r"[a-z]{8,}", "must be at least 8 letters", secret=True), "a secret", "abcdefgh"),
        "free": s.Field(s.MapOf(s.Text(r"[A-Z]+", "must be capitals"), s.Scalar()), "anything", {}),
        "many": s.Field(s.ListOf(s.Number(0, 3)), "some", ()),
        "one": s.Field(
            s.OneOf("kind", {kind: s.Record({"kind": s.Field(s.Choice((kind,)), "k")}) for kind in ("dog", "cat")}),
            "one of two",
            None,
        ),
    }
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from("5 on"))
KEYS = st.one_of(st.sampled_from([*SHAPE.fields, "kind"]), st.text(max_size=5), st.integers(), st.none())
JSONISH = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5))
)


def refusal(shape: s.Type, value: t.Any, where: str = "site") -> str:
    with pytest.raises(ManifestError) as caught:
        shape.parse(value, where)
    return str(caught.value)


def refused(data: t.Any) -> str | None:
    """Tell what is wrong, if anything is."""
    try:
        SHAPE.parse(data, "site")
    except ManifestError as exc:
        return str(exc)
    return None


def complaint(data: t.Any) -> str:
    return refusal(SHAPE, data)


def test_what_is_left_out_has_its_default() -> None:
    assert SHAPE.parse({"name": "jo"}, "site") == {
        "name": "jo",
        "port": 5,
        "within": 30,
        "locked": True,
        "way": "left",
        "secret": "abcdefgh",
        "free": {},
        "many": (),
        "one": None,
    }


def test_nothing_is_the_same_as_left_out() -> None:
    assert SHAPE.parse(dict.fromkeys(SHAPE.fields, None) | {"name": "jo"}, "site") == SHAPE.parse({"name": "jo"}, "x")


@given(JSONISH)
def test_anything_is_taken_or_refused_in_one_line_that_names_its_path(data: t.Any) -> None:
    line = refused(data)
    assert line is None or (line.startswith("site") and "\n" not in line)


LINES = st.text(st.characters(exclude_categories=("Cc", "Cs")))
CANONICAL: t.Final[dict[str, st.SearchStrategy[t.Any]]] = {
    "port": st.integers(1, 10) | st.integers(1, 10).map(str),
    "within": st.integers(0, 10**8) | st.from_regex(r"\A[0-9]{1,9}[smhd]?\Z"),
    "secret": st.from_regex(r"\A[a-z]{8,}\Z") | st.none(),
    "locked": st.none()
    | st.booleans()
    | st.sampled_from(["yes", "no", "on", "off", "true", "false", "True", "YES", "Off"]),
    "way": st.sampled_from(["left", "right", None]),
    "free": st.dictionaries(st.from_regex(r"\A[A-Z]+\Z"), st.booleans() | st.integers() | LINES, max_size=3),
    "many": st.lists(st.integers(0, 3)),
    "one": st.sampled_from([{"kind": "dog"}, {"kind": "cat"}, None]),
}


@given(st.fixed_dictionaries({"name": st.just("jo")}, optional={key: one | JSONISH for key, one in CANONICAL.items()}))
def test_the_published_schema_takes_what_the_parser_takes(data: t.Any) -> None:
    if refused(data) is None:
        jsonschema.validate(data, SHAPE.json_schema())


@given(st.fixed_dictionaries({"name": st.just("jo")}, optional=CANONICAL))
def test_what_a_person_would_write_is_taken_and_fits_the_published_schema(data: dict[str, t.Any]) -> None:
    SHAPE.parse(data, "site")
    jsonschema.validate(data, SHAPE.json_schema())


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ([], "site: must be a mapping, not a list"),
        (None, "site: must be a mapping, not nothing"),
        ("x", "site: must be a mapping, not text"),
        ({}, "site.name: is missing: its name"),
        ({"name": None}, "site.name: is missing: its name"),
        ({"name": 6.5}, "site.name: must be text, not a number: put it in quotes"),
        ({"name": True}, "site.name: must be text, not true/false"),
        ({"name": {}}, "site.name: must be text, not a mapping"),
        ({"name": "Jo"}, "site.name: 'Jo' must be lower-case letters"),
        ({"name": "jo\n"}, "site.name: 'jo\\n' must be lower-case letters"),
        ({"name": "jo", "prot": 1}, "site.prot: unknown key: did you mean port?"),
        (
            {"name": "jo", "zzz": 1},
            "site.zzz: unknown key; known here are name, port, within, locked, way, secret, free, many, one",
        ),
        ({"name": "jo", 5: 1}, f"site.5: unknown key; known here are {', '.join(SHAPE.fields)}"),
        ({"name": "jo", "port": "x"}, "site.port: must be a whole number, not text"),
        ({"name": "jo", "port": 1.0}, "site.port: must be a whole number, not a number"),
        ({"name": "jo", "port": True}, "site.port: must be a whole number, not true/false"),
        ({"name": "jo", "port": 11}, "site.port: 11 is outside 1..10"),
        ({"name": "jo", "port": "0"}, "site.port: 0 is outside 1..10"),
        ({"name": "jo", "within": "soon"}, "site.within: 'soon' is not a time span: write 30s, 15m, 1h or 2d"),
        ({"name": "jo", "within": -1}, "site.within: -1 is not a time span: write 30s, 15m, 1h or 2d"),
        ({"name": "jo", "within": True}, "site.within: True is not a time span: write 30s, 15m, 1h or 2d"),
        ({"name": "jo", "within": 1.5}, "site.within: 1.5 is not a time span: write 30s, 15m, 1h or 2d"),
        ({"name": "jo", "locked": "maybe"}, "site.locked: must be true or false, not 'maybe'"),
        ({"name": "jo", "locked": 1}, "site.locked: must be true or false, not 1"),
        ({"name": "jo", "way": "rigth"}, "site.way: 'rigth' is not one of left, right: did you mean right?"),
        ({"name": "jo", "way": ["left"]}, "site.way: ['left'] is not one of left, right: did you mean left?"),
        ({"name": "jo", "free": {"a": 1}}, "site.free.a: 'a' must be capitals"),
        ({"name": "jo", "free": {1: 1}}, "site.free.1: must be text, not a number: put it in quotes"),
        ({"name": "jo", "free": {"A": 1.5}}, "site.free.A: must be text, a whole number or true/false, not a number"),
        ({"name": "jo", "many": [1, 2, 9]}, "site.many[2]: 9 is outside 0..3"),
        ({"name": "jo", "many": "12"}, "site.many: must be a list, not text"),
        ({"name": "jo", "one": {}}, "site.one.kind: is missing: one of dog, cat"),
        ({"name": "jo", "one": {"kind": "dgo"}}, "site.one.kind: 'dgo' is not one of dog, cat: did you mean dog?"),
        ({"name": "jo", "one": {"kind": "dog", "fur": 1}}, "site.one.fur: unknown key; known here are kind"),
    ],
)
def test_what_is_wrong_is_told_with_its_path_and_a_remedy(data: t.Any, line: str) -> None:
    assert complaint(data) == line


@pytest.mark.parametrize(
    "value", ["short", "WRONG CASE AND LONG", "tab\tbed in secret", 12345678, ["hidden"], {"a": "b"}]
)
def test_a_secret_that_is_wrong_is_not_shown(value: t.Any) -> None:
    message = complaint({"name": "jo", "secret": value})
    assert message.startswith("site.secret: ")
    assert str(value) not in message
    assert "hidden" not in message


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("30s", 30), (45, 45), ("45", 45), ("15m", 900), ("1h", 3600), ("2d", 172800)]
)
def test_a_time_span_is_seconds(text: t.Any, seconds: int) -> None:
    assert s.Duration().parse(text, "x") == seconds


@pytest.mark.parametrize("word", ["٣", "1_0", " 1", "1e1", "+1", "0x1", ""])
def test_a_number_in_a_string_is_plain_digits(word: str) -> None:
    assert "must be a whole number" in refusal(s.Number(0, 99), word)


@pytest.mark.parametrize("word", ["yes", "Yes", "ON", "true", True])
def test_what_yaml_takes_for_true_is_true(word: t.Any) -> None:
    assert s.Flag().parse(word, "x") is True


def test_text_that_cannot_be_written_anywhere_is_refused() -> None:
    assert refusal(s.Text(), "\ud800") == "site: '\\ud800' must be text without control characters"
    assert refusal(s.Scalar(), "a\nb") == "site: 'a\\nb' must be text without control characters"


def test_a_record_makes_what_it_is_told_to() -> None:
    shape: s.Record = s.Record({"x": s.Field(s.Number(0, 9), "x")}, lambda x: x + 1)
    assert shape.parse({"x": "1"}, "site") == 2


SHAPES: t.Final[list[Callable[[], s.Type]]] = [s.Text, s.Duration, s.Flag, s.Scalar]


@pytest.mark.parametrize("shape", [SHAPE, *(make() for make in SHAPES)], ids=lambda shape: type(shape).__name__)
def test_what_is_published_is_itself_a_schema(shape: s.Type) -> None:
    jsonschema.Draft202012Validator.check_schema(shape.json_schema())
