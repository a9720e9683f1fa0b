# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A feed tells which versions are vulnerable, whichever of its shapes it has; what is no feed is one clear line.

The shapes are those recorded at https://github.com/cydave/wphash-vuln-data (OSV) and
https://www.wordfence.com/help/wordfence-intelligence/v2-accessing-and-consuming-the-vulnerability-data-feed/.
"""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet import feed
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet.vulnerabilities import CORE

FORMS: t.Final = ("plugin", "donor-forms")
LOOK: t.Final = ("theme", "look")
WANTED: t.Final = frozenset({FORMS, LOOK, CORE})
OSV: t.Final[dict[str, t.Any]] = {
    "id": "GHSA-1",
    "aliases": ["CVE-2026-1000"],
    "summary": "Anybody can read the donors",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
    "affected": [
        {
            "package": {"ecosystem": "wordpress-plugin", "name": "donor-forms"},
            "ranges": [
                {"type": "GIT", "repo": "https://git.example", "events": [{"introduced": "0"}]},
                {
                    "type": "ECOSYSTEM",
                    "events": [{"fixed": "2.4"}, {"introduced": "2.0"}, {"introduced": "0"}, {"fixed": "1.5"}],
                },
            ],
            "versions": ["0.1-odd"],
        }
    ],
    "references": [
        {"type": "WEB", "url": "https://example.org/web"},
        {"type": "ADVISORY", "url": "https://example.org/advisory"},
    ],
}
WORDFENCE: t.Final[dict[str, t.Any]] = {
    "id": "848ccbdc",
    "title": "Anybody can read the donors",
    "cve": "CVE-2026-1000",
    "cvss": {"score": 9.8, "rating": "Critical"},
    "references": ["https://example.org/wordfence"],
    "software": [
        {
            "type": "plugin",
            "slug": "donor-forms",
            "affected_versions": {
                "* - 1.5": {"from_version": "*", "from_inclusive": True, "to_version": "1.5", "to_inclusive": False},
                "2.0 - 2.3": {"from_version": "2.0", "from_inclusive": True, "to_version": "2.3", "to_inclusive": True},
            },
            "patched_versions": ["1.5", "2.4"],
        }
    ],
}


def known(data: t.Any) -> t.Any:
    return feed.read([("the feed", data if isinstance(data, str) else json.dumps(data))], WANTED)


def osv(**affected: t.Any) -> dict[str, t.Any]:
    record = copy.deepcopy(OSV)
    record["affected"][0].update(affected)
    return record


@pytest.mark.parametrize(
    "data",
    [
        OSV,
        [OSV],
        {"vulns": [OSV]},
        {"848ccbdc": WORDFENCE},
        {"848ccbdc": WORDFENCE, "other": {**WORDFENCE, "software": []}},
    ],
    ids=["osv", "osv list", "osv answer", "wordfence", "wordfence of more"],
)
@pytest.mark.parametrize(
    ("version", "is_vulnerable"),
    [("1.4", True), ("1.5", False), ("1.5-beta", True), ("2.0", True), ("2.3", True), ("2.4", False), ("3", False)],
)
def test_both_formats_tell_the_same(data: t.Any, version: str, is_vulnerable: bool) -> None:
    assert [one["id"] for one in known(data).of(FORMS, version)] == ["CVE-2026-1000"] * is_vulnerable


def test_a_finding_says_what_people_need_to_know() -> None:
    assert known(OSV).of(FORMS, "2.1") == [
        {
            "id": "CVE-2026-1000",
            "title": "Anybody can read the donors",
            "severity": "CVSS:3.1/AV:N",
            "affected": ">=2.0,<2.4",
            "fixed": "2.4, 1.5",
            "link": "https://example.org/advisory",
        }
    ]
    (found,) = known({"848ccbdc": WORDFENCE}).of(FORMS, "2.1")
    assert (found["severity"], found["affected"], found["fixed"]) == ("critical", ">=2.0,<=2.3", "1.5, 2.4")


def test_a_vulnerability_that_two_feeds_know_is_told_once() -> None:
    both = feed.read([("one", json.dumps(OSV)), ("other", json.dumps({"x": WORDFENCE}))], WANTED)
    assert len(both.of(FORMS, "1.0")) == 1


def test_a_version_that_is_listed_is_vulnerable_whatever_the_ranges_say() -> None:
    assert known(osv(ranges=[])).of(FORMS, "0.1-odd")[0]["affected"] == "=0.1-odd"


def test_the_last_affected_version_is_affected() -> None:
    found = known(osv(ranges=[{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1.5"}]}]))
    assert [bool(found.of(FORMS, one)) for one in ("1.5", "1.5.1")] == [True, False]


@pytest.mark.parametrize(
    ("package", "wanted"),
    [
        ({"ecosystem": "WordPress:Plugin", "name": "Donor-Forms"}, FORMS),
        ({"ecosystem": "Packagist", "name": "wpackagist-plugin/donor-forms"}, FORMS),
        ({"ecosystem": "Packagist", "name": "wp-theme/look"}, LOOK),
        ({"ecosystem": "WordPress:Theme", "name": "look"}, LOOK),
        ({"ecosystem": "WordPress", "name": "wordpress"}, CORE),
        ({"ecosystem": "Packagist", "name": "roots/wordpress"}, CORE),
        ({"ecosystem": "Packagist", "name": "someone/donor-forms"}, None),
        ({"ecosystem": "npm", "name": "donor-forms"}, None),
    ],
)
def test_a_package_is_known_by_any_of_its_names(package: t.Any, wanted: t.Any) -> None:
    assert list(known(osv(package=package)).by_package) == ([wanted] if wanted else [])


def test_what_was_withdrawn_is_no_vulnerability() -> None:
    assert not known({**OSV, "withdrawn": "2026-01-01T00:00:00Z"}).by_package


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no JSON (neither an object nor a list)"),
        ("<html>", "is no JSON (neither an object nor a list)"),
        ('{"a": ', "is no JSON"),
        ('[{"id": "x", "affected": []}', "is no JSON (, is missing at character 28)"),
        ('{"id": "x", "affected": []} more', "is no JSON (something follows its end)"),
        ("[" * 100_000, "is no JSON"),
        ("{}", "has no record of OSV or of Wordfence Intelligence: is it a vulnerability feed?"),
        ('{"error": "give a key"}', "has no record of OSV or of Wordfence Intelligence: is it a vulnerability feed?"),
        ("[1, 2]", "has no record of OSV or of Wordfence Intelligence: is it a vulnerability feed?"),
    ],
)
def test_what_is_no_feed_is_one_clear_line(text: str, says: str) -> None:
    with pytest.raises(CoreError) as caught:
        known(text)
    assert str(caught.value).startswith(f"the feed: {says}")
    assert len(str(caught.value)) < 300


def test_a_feed_s_text_cannot_break_a_line() -> None:
    found = known({**OSV, "summary": "two\nlines\x1b[31m\u2028and \u202ea third " + "x" * 9999}).of(FORMS, "1.0")
    assert found[0]["title"].startswith("two lines [31m and a third")
    assert len(found[0]["title"]) <= 300


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
ODD = st.recursive(LEAVES, lambda one: st.lists(one) | st.dictionaries(st.text(max_size=5), one), max_leaves=5)


@given(st.sampled_from(["affected", "severity", "references", "aliases", "summary", "database_specific"]), ODD)
def test_an_osv_record_of_any_shape_is_read_or_passed_over(key: str, value: t.Any) -> None:
    assert known([{**OSV, key: value}, OSV]).of(FORMS, "1.0")


@given(st.sampled_from(["type", "slug", "affected_versions", "patched_versions"]), ODD)
def test_a_wordfence_record_of_any_shape_is_read_or_passed_over(key: str, value: t.Any) -> None:
    odd = {**WORDFENCE, "software": [{**WORDFENCE["software"][0], key: value}, value]}
    assert known({"odd": odd, "good": WORDFENCE}).of(FORMS, "1.0")
