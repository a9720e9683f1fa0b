# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process sees its release at one place, writes to its stores and nowhere else, and its web server only reads."""

from __future__ import annotations

import typing as t

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.context import ROUTER_USER
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import sandbox
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Process
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import Bind

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import Unit

ID: t.Final = "6.4-aaaaaaaaaaaa.bbbbbbbb"
CONF: t.Final = f"/var/lib/fungible/blog/instances/{ID}"
RELEASE: t.Final = Bind("/srv/fungible/blog/releases/6.4-aaaaaaaaaaaa", "/srv/blog")
UPLOADS: t.Final = Bind("/srv/fungible/blog/stores/uploads", "/srv/blog/wp-content/uploads")


def unit(process: Process) -> Unit:
    host = FakeHost()
    ctx = context_of(blog(), host)
    return sandbox.unit_of(ctx, sandbox.view(host, ctx, ID, "a"), ID, process, ["before"])


def test_the_application_writes_to_its_stores_alone() -> None:
    found = unit(Process("php", ("/usr/sbin/php-fpm",)))
    assert (found.user, found.group, found.groups) == ("fg-blog", "fg-blog", ())
    assert (found.reads, found.writes) == ((Bind(CONF, CONF), RELEASE), (UPLOADS,))
    assert found.environment == (f"{CONF}/environment",)
    assert (found.name, found.run) == (f"fungible-blog-{ID}-php", "/run/fungible/blog/a/php")
    assert (found.directory, found.after) == ("/srv/blog", ("before",))
    assert set(found.hides) >= {"/srv", "/var/lib/fungible"}


def test_the_web_server_knows_no_secret_and_writes_nowhere() -> None:
    found = unit(Process("web", ("/usr/sbin/nginx",), writes_stores=False, serves=True, network=False))
    assert found.user not in ("fg-blog", "root")
    assert (found.group, found.groups) == (ROUTER_USER, ("fg-blog",))
    assert (found.environment, found.writes) == ((), ())
    assert UPLOADS in found.reads
    assert not found.network


def test_a_store_without_a_mount_is_seen_where_it_is() -> None:
    host = FakeHost()
    ctx = context_of(notes(), host)
    found = sandbox.unit_of(ctx, sandbox.view(host, ctx, "1-a.b", "a"), "1-a.b", Process("web", ("x",)))
    assert found.writes == (Bind("/srv/fungible/notes/stores/db", "/srv/fungible/notes/stores/db"),)


def test_both_releases_see_themselves_at_the_same_place() -> None:
    host = FakeHost()
    ctx = context_of(blog(), host)
    assert {sandbox.view(host, ctx, name, "b").root for name in ("6.4-a.b", "6.5-c.d")} == {"/srv/blog"}


def test_a_version_may_have_a_plus_that_no_unit_may_have() -> None:
    host = FakeHost()
    ctx = context_of(notes({"app": {"version": "1.0+b2"}}), host)
    name = "1.0+b2-aaaaaaaaaaaa.bbbbbbbb"
    found = sandbox.unit_of(ctx, sandbox.view(host, ctx, name, "a"), name, Process("web", ("x",)))
    assert not set(found.name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.")


def test_a_missing_program_is_told_with_its_package() -> None:
    host = FakeHost()
    host.programs.remove("php")
    with pytest.raises(HostError) as caught:
        sandbox.view(host, context_of(blog(), host), ID, "a")
    assert str(caught.value) == "php: is not installed on this host: apt install php-cli"


def test_whoever_runs_the_code_elsewhere_needs_no_program_here() -> None:
    host = FakeHost()
    host.programs.clear()
    ctx = context_of(blog({"app": {"runtime": "none"}, "routes": []}), host)
    assert sandbox.view(host, ctx, ID, "a").programs["php"] == "php"


def test_what_the_core_says_of_itself_cannot_be_overwritten() -> None:
    host = FakeHost()
    ctx = context_of(blog({"app": {"env": {"FUNGIBLE_SITE": "other", "DB_NAME": "mine"}}}), host)
    found = sandbox.environment(ctx, sandbox.view(host, ctx, ID, "a"))
    assert (found["FUNGIBLE_SITE"], found["FUNGIBLE_ROOT"], found["DB_NAME"]) == ("blog", "/srv/blog", "mine")
