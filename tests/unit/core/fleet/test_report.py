# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of all hosts become one table; nothing of a host is lost, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet.report import report

Facts = dict[str, t.Any]
FEED: t.Final = json.dumps(
    {
        "id": "CVE-2026-1000",
        "summary": "Anybody can read the donors",
        "affected": [
            {
                "package": {"ecosystem": "WordPress", "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
            for name, fixed in (("forms", "2.4"), ("wordpress", "6.5"))
        ],
        "references": [{"type": "WEB", "url": "https://example.org/1"}],
    }
)


def extension(name: str = "forms", version: str = "2.4", **over: t.Any) -> Facts:
    same = {"on_disk": version, "loaded": version}
    return {"name": name, "kind": "plugin", "version": version, "state": "enabled", "differing": 0, **same, **over}


def site(*extensions: Facts, **over: t.Any) -> Facts:
    app = {"kind": "wordpress", "version": "6.5", "loaded": "6.5", "differing": 0}
    return {"app": app, "release": "6.5-a", "staged": True, "live": "6.5-a", "extensions": list(extensions), **over}


def rows(hosts: Facts, **more: t.Any) -> list[Facts]:
    found: list[Facts] = json.loads(report(hosts, "json", **more))["extensions"]
    return found


def drift(*extensions: Facts, **over: t.Any) -> list[list[str]]:
    return [row["drift"] for row in rows({"web1": {"sites": {"shop": site(*extensions, **over)}}})]


def test_what_is_as_declared_has_no_drift() -> None:
    disabled = extension("gallery", state="disabled", loaded="")
    shipped = {"name": "hello", "kind": "plugin", "version": "", "state": "shipped", "on_disk": "1.7"}
    theme = extension("plain", kind="theme", loaded="")
    assert drift(extension(), disabled, shipped, theme) == [[]] * 5


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (extension(differing=3), ["3 files differ"]),
        (extension(on_disk="2.3", loaded="2.3"), ["declared 2.4, its files say 2.3"]),
        (extension(loaded="2.3"), ["live is 2.3"]),
        (extension(loaded=""), ["not loaded"]),
        (extension(state="disabled"), ["disabled, and loaded"]),
        ({**extension(version=""), "state": "undeclared"}, ["nobody declared it"]),
    ],
)
def test_drift_is_told_in_words(one: Facts, says: list[str]) -> None:
    assert drift(one)[1] == says


def test_the_drift_of_a_whole_release_is_told_once() -> None:
    assert drift(extension(on_disk="", loaded=""), staged=False, live="") == [["not staged", "not live"], []]
    assert drift(live="6.4-b") == [["live is 6.4-b"]]


def test_hosts_that_differ_in_a_site_are_named() -> None:
    def of(version: str) -> Facts:
        return {"sites": {"shop": site(extension(version=version))}}

    found = rows({"web2": of("2.3"), "web1": of("2.4"), "web3": of("2.4")})
    said = {row["host"]: row["drift"] for row in found if row["name"] == "forms"}
    assert said == {"web1": ["2.3 on web2"], "web2": ["2.4 on web1, web3"], "web3": ["2.3 on web2"]}


def test_a_host_or_a_site_that_could_not_be_asked_is_named() -> None:
    hosts = {"web1": {"error": "no route to host"}, "web2": {"sites": {"shop": {"error": "shop.app: is missing"}}}}
    for style in ("table", "json", "csv"):
        text = report(hosts, style)
        assert "could not be asked: no route to host" in text
        assert "could not be read: shop.app: is missing" in text


def test_vulnerable_versions_are_told_live_or_declared_of_the_application_too() -> None:
    old = site(extension(loaded="2.3"), live="6.4-b")
    old["app"]["loaded"] = "6.4"
    found = rows({"web1": {"sites": {"shop": old}}}, documents=[("feed", FEED)])
    assert [[(one["id"], one["version"]) for one in row["vulnerabilities"]] for row in found] == [
        [("CVE-2026-1000", "6.4")],
        [("CVE-2026-1000", "2.3")],
    ]


def test_a_lock_update_is_told_of_what_the_chain_has() -> None:
    shipped = {"name": "hello", "kind": "plugin", "version": "", "state": "shipped", "on_disk": "1.7"}
    told = {"sites": {"shop": site(extension(), shipped), "blog": site(extension())}}
    updates = {"shop": {"forms": "2.5", "hello": "9"}, "shop on web3": {}}
    found = rows({"web1": told, "web3": told}, updates=updates)
    said = {(row["host"], row["site"], row["name"]): row["update"] for row in found if row["update"]}
    assert said == {("web1", "shop", "forms"): "2.5"}


def test_the_table_merges_what_is_the_same_in_many_places() -> None:
    sites = {f"shop{number}": site(extension(version="2.3")) for number in range(5)}
    lines = report({"web1": {"sites": sites}}, documents=[("feed", FEED)]).splitlines()
    assert lines[1].split("  ")[0] == "forms"
    assert lines[1].endswith("web1/shop0, web1/shop1, web1/shop2 and 2 more")
    assert "CVE-2026-1000" in lines[1]
    assert lines[-2:] == [
        "CVE-2026-1000: forms <2.4, fixed in 2.4: Anybody can read the donors",
        "  https://example.org/1",
    ]


@given(st.text(min_size=1, max_size=12), st.text(max_size=12))
def test_csv_is_well_formed_and_no_cell_is_a_formula(name: str, version: str) -> None:
    text = report({name: {"sites": {"shop": site(extension(name, version))}}}, "csv")
    text.encode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(line) for line in read} == {11}
    assert not [cell for line in read for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_what_a_host_tells_cannot_steer_a_terminal() -> None:
    hosts = {"web1": {"error": "\x1b[31mred\nweb2"}}
    for style in ("table", "json", "csv"):
        assert "\x1b" not in report(hosts, style)
    assert "could not be asked: \ufffd[31mred\ufffdweb2" in report(hosts)


def test_an_order_of_answers_changes_nothing() -> None:
    one, other = {"web1": {"sites": {"a": site(extension())}}}, {"web2": {"sites": {"b": site(extension())}}}
    for style in ("table", "json", "csv"):
        assert report({**one, **other}, style) == report({**other, **one}, style)


@pytest.mark.parametrize("facts", [None, [], {}, {"sites": []}, "no"])
def test_what_is_no_inventory_is_one_clear_line(facts: t.Any) -> None:
    with pytest.raises(CoreError, match=r"^web1: what it told is no inventory"):
        report({"web1": facts})


def test_an_unknown_format_is_one_clear_line() -> None:
    with pytest.raises(CoreError, match=r"^format: 'xml' is not one of table, json, csv$"):
        report({}, "xml")
