# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same inputs give the same names everywhere, every ingredient counts, and no name tells a secret."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.examples import SECRET, SHA, Data, blog, extension, notes, site_of

from ansible_collections.fungible.deploy.plugins.module_utils._core import identity

OTHER: t.Final = "0f" * 32
INSTALL: t.Final = {"title": "x", "user": "x", "email": "x", "password": "first password"}


def release(data: Data) -> str:
    return identity.release_id(site_of(data))


def instance(data: Data) -> str:
    return identity.instance_id(site_of(data))


def with_plugin(**over: t.Any) -> Data:
    """Change the first plugin of the blog."""
    first, *others = blog()["plugins"]["use"]
    return blog({"plugins": {"use": [{**first, **over}, *others]}})


def turned(data: t.Any) -> t.Any:
    """Write every mapping the other way round."""
    if isinstance(data, dict):
        return {key: turned(data[key]) for key in reversed(list(data))}
    return [turned(one) for one in data] if isinstance(data, list) else data


def test_these_names_are_for_ever() -> None:
    assert release(notes()) == "1-338f473f75c5"
    assert instance(notes()) == "1-338f473f75c5.4d65b108"
    assert release(blog()) == "6.4-203f7b9c5f8b"
    assert instance(blog()) == "6.4-203f7b9c5f8b.59d636de"


def test_a_release_is_named_by_its_version_and_the_digest_of_its_canonical_lock_entry() -> None:
    app = f'{{"generation":1,"kind":"procfile","sha256":"{SHA}","version":"1"}}'
    entry = f'{{"app":{app},"format":1,"mounts":[],"plugins":[]}}'
    assert release(notes()) == f"1-{hashlib.sha256(entry.encode()).hexdigest()[:12]}"


@pytest.mark.parametrize("make", [notes, blog])
def test_the_order_of_keys_is_no_matter(make: t.Callable[[], Data]) -> None:
    assert (release(turned(make())), instance(turned(make()))) == (release(make()), instance(make()))


@pytest.mark.parametrize(
    "data",
    [
        blog({"app": {"version": "6.5"}}),
        blog({"app": {"source": {"sha256": OTHER}}}),
        blog({"app": {"constants": {"WP_DEBUG": True}}}),
        blog({"app": {"table_prefix": "other_"}}),
        blog({"stores": {"uploads": {"mount": "wp-content/elsewhere"}}}),
        blog({"stores": {"uploads": None}}),
        blog({"plugins": {"locked": False}}),
        blog({"plugins": {"use": blog()["plugins"]["use"][:-1]}}),
        blog({"plugins": {"use": blog()["plugins"]["use"][::-1]}}),
        with_plugin(version="1.1"),
        with_plugin(name="akismet2"),
        with_plugin(kind="mu-plugin"),
        with_plugin(state="disabled"),
        with_plugin(network=True),
        with_plugin(source={"url": "https://downloads.example/akismet.zip", "sha256": OTHER}),
    ],
    ids=repr,
)
def test_whatever_decides_the_bytes_of_a_release_decides_its_name(data: Data) -> None:
    assert release(data) != release(blog())
    assert instance(data).rpartition(".")[0] == release(data)


def test_another_kind_of_database_is_another_release_of_wordpress() -> None:
    chain = {"use": [*blog()["plugins"]["use"], extension("sqlite-database-integration")]}
    data = blog({"plugins": chain})
    other = blog({"plugins": chain})
    other["stores"]["db"] = {"kind": "sqlite"}
    assert release(data) != release(other)


@pytest.mark.parametrize(
    "data",
    [
        blog({"app": {"source": {"url": "https://mirror.example/wp.zip"}}}),
        blog({"app": {"source": {"url": None, "file": "wp.zip"}}}),
        blog({"app": {"health": {"path": "/up"}, "keep": 9}}),
        blog({"routes": [{"host": "other.example", "drain": "5m"}]}),
        blog({"migration": {"backup": False}}),
        blog({"app": {"install": INSTALL}}),
    ],
    ids=repr,
)
def test_what_decides_no_byte_and_no_process_changes_no_name(data: Data) -> None:
    assert (release(data), instance(data)) == (release(blog()), instance(blog()))


@pytest.mark.parametrize(
    "data",
    [
        blog({"app": {"secret": "another secret of the site"}}),
        blog({"app": {"env": {"TOKEN": "x"}}}),
        blog({"app": {"ini": {"memory_limit": "1G"}}}),
        blog({"app": {"user": "somebody"}}),
        blog({"app": {"runtime": "supervisor"}}),
        blog({"stores": {"db": {"password": "rotated"}}}),
        blog({"stores": {"db": {"user": "other"}}}),
        blog({"stores": {"db": {"database": "other"}}}),
        blog({"stores": {"uploads": {"path": "/data"}}}),
        blog({"stores": {"more": {"kind": "sqlite"}}}),
    ],
    ids=repr,
)
def test_another_configuration_is_another_instance_of_the_same_release(data: Data) -> None:
    assert release(data) == release(blog())
    assert instance(data) != instance(blog())


def test_what_a_new_site_is_installed_with_is_forgotten_by_its_instances() -> None:
    rotated = {**INSTALL, "password": "rotated password"}
    assert instance(blog({"app": {"install": INSTALL}})) == instance(blog({"app": {"install": rotated}}))


def test_a_name_tells_nothing_of_a_password_to_whoever_guesses_it() -> None:
    """The digest is keyed: with another site's secret the same configuration has another one."""
    first, second = (blog({"app": {"secret": f"{number} secret of a site"}}) for number in ("one", "two"))
    assert instance(first).rpartition(".")[2] != instance(second).rpartition(".")[2]


def test_no_secret_is_among_what_decides_a_release() -> None:
    data = blog({"app": {"env": {"TOKEN": "a token"}, "install": INSTALL}})
    entry = json.dumps(identity.lock_entry(site_of(data)))
    assert not [one for one in (SECRET, "pass word", "a token", INSTALL["password"]) if one in entry]


@given(st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9.+_-]{0,30}[A-Za-z0-9])?\Z"))
def test_the_release_of_an_instance_is_read_from_its_name(version: str) -> None:
    site = site_of(notes({"app": {"version": version}}))
    assert identity.release_of(identity.instance_id(site)) == identity.release_id(site)
    assert identity.release_id(site).startswith(f"{version}-")
