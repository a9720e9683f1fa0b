# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a catalogue is one line with its path, whoever uses it."""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.examples import SHA, blog, merged

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue import catalogue
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import schema as s

Data = dict[str, t.Any]
SOURCE: t.Final = {"url": "https://downloads.example/x.zip", "sha256": SHA}


def entry(**over: t.Any) -> Data:
    return {"version": "1.0", "source": SOURCE, **over}


def shared(over: Data | None = None) -> Data:
    base: Data = {
        "extensions": {"akismet": entry(), "audit-log": entry(kind="mu-plugin"), "donor-forms": entry()},
        "chains": {"baseline": {"use": ["audit-log", "akismet"]}, "forms": {"include": ["baseline"], "use": []}},
    }
    return t.cast("Data", merged(base, over or {}))


@pytest.mark.parametrize("data", [None, {}])
def test_nothing_is_no_catalogue(data: t.Any) -> None:
    assert catalogue.parse(data) is None


@pytest.mark.parametrize("data", [{"unknown": "warn"}, {"extensions": None, "chains": None}, shared()])
def test_a_catalogue_may_be_small(data: t.Any) -> None:
    assert catalogue.parse(data) is not None


@pytest.mark.parametrize(
    ("over", "line"),
    [
        ({"extension": {}}, "catalogue.extension: unknown key: did you mean extensions?"),
        ({"unknown": "ignore"}, "catalogue.unknown: 'ignore' is not one of error, warn"),
        (
            {"extensions": {"akismet": {"requries": {}}}},
            "catalogue.extensions.akismet.requries: unknown key: did you mean requires?",
        ),
        (
            {"extensions": {"akismet": {"requires": {"worpress": ">=5"}}}},
            "catalogue.extensions.akismet.requires.worpress: unknown key: did you mean wordpress?",
        ),
        (
            {"extensions": {"akismet": {"requires": {"wordpress": "5.8"}}}},
            "catalogue.extensions.akismet.requires.wordpress: '5.8' must be comparisons such as >=5.8 or >=5.8,<7",
        ),
        (
            {"extensions": {"akismet": {"requires": {"extensions": ["audit log"]}}}},
            "catalogue.extensions.akismet.requires.extensions[0]: 'audit log' must be a name, or a name and its vers",
        ),
        ({"extensions": {"akismet": {"version": None}}}, "catalogue.extensions.akismet.version: is missing: its vers"),
        (
            {"extensions": {"akismet": {"version": 5.3}}},
            "catalogue.extensions.akismet.version: must be text, not a number: put it in quotes",
        ),
        (
            {"extensions": {"akismet": {"source": {"file": "x.zip"}}}},
            "catalogue.extensions.akismet.source: must have one of url, path, file, dir",
        ),
        ({"extensions": {"a b": entry()}}, "catalogue.extensions.a b: 'a b' must be letters, digits, . _ and -"),
        (
            {"extensions": {"akismet": {"after": ["audit-lgo"]}}},
            "catalogue.extensions.akismet.after[0]: audit-lgo is not in catalogue.extensions: did you mean audit-log?",
        ),
        (
            {"extensions": {"akismet": {"before": ["xyz"]}}},
            "catalogue.extensions.akismet.before[0]: xyz is not in catalogue.extensions: add it or take it out",
        ),
        (
            {"chains": {"forms": {"use": ["donor-form"]}}},
            "catalogue.chains.forms.use[0]: donor-form is not in catalogue.extensions: did you mean donor-forms?",
        ),
        (
            {"chains": {"forms": {"include": ["base"]}}},
            "catalogue.chains.forms.include[0]: base is not in catalogue.chains: did you mean baseline?",
        ),
        (
            {"chains": {"forms": {"includes": ["baseline"]}}},
            "catalogue.chains.forms.includes: unknown key: did you mean include?",
        ),
        (
            {"chains": {"baseline": {"include": ["more"]}, "more": {"include": ["forms"]}}},
            "catalogue.chains: baseline includes more, more includes forms, forms includes baseline: take one of",
        ),
        (
            {"chains": {"forms": {"include": ["forms"]}}},
            "catalogue.chains: forms includes forms: take one of these out",
        ),
        ({"chains": ["baseline"]}, "catalogue.chains: must be a mapping, not a list"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(over: Data, line: str) -> None:
    with pytest.raises(ManifestError) as caught:
        catalogue.parse(shared(over))
    assert str(caught.value).startswith(line)


@pytest.mark.parametrize("data", [[], "text", 5, True])
def test_a_catalogue_is_a_mapping(data: t.Any) -> None:
    with pytest.raises(ManifestError, match=r"^catalogue: must be a mapping, not "):
        catalogue.parse(data)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["akismet", "forms", "warn"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["extensions", "chains", "use", "include", "akismet", "version"]), inner)
    ),
    max_leaves=6,
)


def refused(data: t.Any) -> str | None:
    try:
        catalogue.parse(data)
    except ManifestError as exc:
        return str(exc)
    return None


@given(ODD, st.sampled_from(["extensions", "chains", "unknown"]))
def test_whatever_it_says_is_taken_or_refused_in_one_line(odd: t.Any, key: str) -> None:
    for line in (refused(odd), refused({**shared(), key: odd})):
        assert line is None or (line.startswith("catalogue") and "\n" not in line)


def test_the_published_schema_has_what_people_write() -> None:
    schema = catalogue.declared_schema().json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    use = [{"name": "akismet"}, {"name": "x", "before": ["y"], "requires": {"php": ">=8", "extensions": ["y>=1,<2"]}}]
    jsonschema.validate(blog({"plugins": {"chains": ["a"], "remove": ["b"], "use": use}}), schema)


def test_every_key_says_what_it_means() -> None:
    tables: list[s.Record] = [catalogue.CATALOGUE, catalogue.ENTRY, catalogue.CHAIN, catalogue.USE, catalogue.DECLARED]
    assert all(field.help for table in tables for field in table.fields.values())
