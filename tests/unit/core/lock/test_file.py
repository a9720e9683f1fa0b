# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock is read as it was written, and not at all where somebody changed it."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.catalogue import Requires
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.expansion import expand
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import Entry, Lock, artifact, dump, parse
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.wanted import Want, Wanted

SHA: t.Final = "5e" * 32


def entry(name: str = "akismet", **over: t.Any) -> Entry:
    source = Wanted(directory="wordpress.org", redirects=("a.example",))
    said = {"url": "https://a/akismet.zip", "requires": Requires(">=5", "", ("forms",)), "licence": "GPL", **over}
    return Entry(Want(name, "plugin", ">=5", source), "5.3", SHA, "0" * 64, **said)


def edited(change: t.Callable[[dict[str, t.Any]], object]) -> str:
    data = json.loads(dump(Lock((entry(),))))
    change(data)
    return json.dumps(data)


@given(st.permutations([entry("a"), entry("b", published=False), entry("c", url="", file="c.zip")]))
def test_a_lock_is_read_as_it_was_written_and_its_entries_have_one_order(entries: list[Entry]) -> None:
    text = dump(Lock(tuple(entries)))
    assert text == dump(parse(text))
    assert [one.want.name for one in parse(text).entries] == ["a", "b", "c"]
    assert set(parse(text).entries) == set(entries)
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda data: data["entries"][0].update(version="6.0"), "entry 1: akismet was edited by hand"),
        (lambda data: data["entries"][0].pop("digest"), "entry 1: akismet was edited by hand"),
        (lambda data: data["entries"].append(5), "entry 2: must be a mapping"),
        (
            lambda data: data["entries"].append(entry(licence="MIT").written()),
            "akismet (>=5 from wordpress.org) is locked twice, as after a merge: take it from",
        ),
        (lambda data: data.update(entries=5), "has no entries"),
        (lambda data: data.update(format=2), "has format 2, and this fungible knows up to 1: update fungible"),
        (lambda data: data.update(format="1"), "has no format that is known"),
        (lambda data: data.update(format=True), "has no format that is known"),
    ],
)
def test_a_lock_that_was_changed_is_told(change: t.Callable[[t.Any], object], line: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse(edited(change))
    assert str(caught.value).startswith(f"fungible.lock: {line}")


@given(st.text() | st.sampled_from(["[" * 100_000, "[]", "null", '{"format": 1e999}']))
def test_what_is_no_lock_is_told_in_one_line(text: str) -> None:
    with pytest.raises(CoreError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "suffix"),
    [("https://a/b.zip?key=1", ".zip"), ("b.PHP", ".php"), ("b.tar.gz", ".tar.gz"), ("https://a/download", "")],
)
def test_an_artifact_is_kept_under_its_digest_and_what_tells_what_it_is(location: str, suffix: str) -> None:
    assert artifact(location, SHA) == f"{SHA}{suffix}"


def test_a_large_lock_is_read_and_expanded_by() -> None:
    count = 10_000
    lock = parse(dump(Lock(tuple(entry(f"extension-{number}", requires=Requires()) for number in range(count)))))
    source = {"directory": "wordpress.org", "redirects": ["a.example"]}
    shared = {"extensions": {one.want.name: {"version": ">=5", "source": source} for one in lock.entries}}
    manifest = {"plugins": {"use": [{"name": "extension-7"}, {"name": f"extension-{count - 1}"}]}}
    found = expand("blog", manifest, shared, lambda: lock).manifest["plugins"]["use"]
    assert [one["source"]["tree"] for one in found] == ["0" * 64] * 2
