# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest's secrets can be taken out and put back, and none stays behind, however malformed the manifest is."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.examples import Data, blog, notes
from tests.unit.core.manifest.test_manifest import places, put

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest, secrets

MARK: t.Final = "hush-hush"


def full() -> Data:
    """Give a manifest with a secret in every place that has one."""
    install = {"title": "x", "user": "x", "email": "x", "password": f"{MARK}-install"}
    app = {"secret": f"{MARK}-of-the-site", "install": install, "env": {"A": f"{MARK}-a", "B": f"{MARK}-b"}}
    return blog({"app": app, "stores": {"db": {"password": f"{MARK}-db"}}})


def test_secrets_are_named_by_their_paths() -> None:
    public, found = secrets.split(full())
    assert found == {
        "app.secret": f"{MARK}-of-the-site",
        "app.install.password": f"{MARK}-install",
        "app.env.A": f"{MARK}-a",
        "app.env.B": f"{MARK}-b",
        "stores.db.password": f"{MARK}-db",
    }
    assert public == blog(
        {
            "app": {"install": {"title": "x", "user": "x", "email": "x"}},
        }
    ) | {
        "app": {
            **blog()["app"],
            "secret": None,
            "install": {"title": "x", "user": "x", "email": "x", "password": None},
            "env": {"A": None, "B": None},
        },
        "stores": {**blog()["stores"], "db": {**blog()["stores"]["db"], "password": None}},
    }


@pytest.mark.parametrize("data", [notes(), blog(), full()])
def test_what_was_taken_out_is_put_back(data: Data) -> None:
    assert secrets.join(*secrets.split(data)) == data
    manifest.parse("site", secrets.join(*secrets.split(data)))


def test_the_manifest_itself_is_left_as_it_was() -> None:
    data = full()
    public, found = secrets.split(data)
    secrets.join(public, found)
    assert data == full()
    assert public["app"]["secret"] is None


def test_nothing_of_a_manifest_without_secrets_changes() -> None:
    public, found = secrets.split({"routes": [{"host": "a"}], "plugins": {"use": [], "locked": True}})
    assert (public, found) == ({"routes": [{"host": "a"}], "plugins": {"use": [], "locked": True}}, {})


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just({}), st.lists(st.text(max_size=3), max_size=2)
)


def with_marks_kept(data: t.Any, path: tuple[t.Any, ...], wrap: str, junk: t.Any) -> t.Any:
    """Break a manifest at one place, with its secrets still somewhere in it."""
    inner = data
    for key in path:
        inner = inner[key]
    broken = {"list": [inner], "deeper": {"deeper": inner}, "beside": {"unknown": junk, "kept": inner}, "junk": junk}
    return put(data, path, broken[wrap])


@given(
    place=st.sampled_from(places(full())),
    wrap=st.sampled_from(["list", "deeper", "beside", "junk"]),
    junk=JUNK,
)
def test_no_secret_stays_in_a_manifest_however_malformed(place: tuple[t.Any, ...], wrap: str, junk: t.Any) -> None:
    broken = with_marks_kept(full(), place, wrap, junk)
    public, found = secrets.split(broken)
    assert MARK not in json.dumps(public)
    assert secrets.join(public, found) == broken


@pytest.mark.parametrize("word", ["mariadbb", None, 5])
def test_a_store_of_an_unknown_kind_keeps_nothing(word: t.Any) -> None:
    public, _found = secrets.split(blog({"stores": {"db": {"kind": word, "password": MARK}}}))
    assert MARK not in json.dumps(public)


@pytest.mark.parametrize(
    "path", ["stores.dbb.password", "stores.db.password.deeper", "routes.7.host", "routes.x", "x.y"]
)
def test_a_secret_that_leads_nowhere_is_told(path: str) -> None:
    with pytest.raises(ManifestError, match=f"secrets: {path} leads nowhere"):
        secrets.join(blog(), {path: MARK})


def test_a_secret_may_be_given_beside_the_manifest() -> None:
    data = blog({"stores": {"db": {"password": None}}})
    whole = secrets.join(data, {"stores.db.password": MARK})
    assert whole["stores"]["db"]["password"] == MARK
