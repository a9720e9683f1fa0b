# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ground that a site stands on is found out once: what runs it, and whose its processes and files are."""

from __future__ import annotations

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.context import ensure_users
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Owner
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import RuntimeName


def test_systemd_runs_a_site_as_a_user_of_its_own() -> None:
    ctx = context_of(blog())
    assert (ctx.runtime_name, ctx.owner) == (RuntimeName.SYSTEMD, Owner("fg-blog", "fg-blog"))
    assert ctx.web_user not in ("fg-blog", "root")
    assert ctx.runtime.sandboxed


@pytest.mark.parametrize(("systemd", "root"), [(False, "/"), (True, "/home/me"), (False, "/home/me")])
def test_elsewhere_supervisord_runs_it_as_whoever_asks(systemd: bool, root: str) -> None:
    ctx = context_of(blog(), FakeHost(systemd=systemd, me="me"), root)
    assert (ctx.runtime_name, ctx.owner, ctx.web_user) == (RuntimeName.SUPERVISOR, Owner("me", "me"), "me")
    assert not ctx.runtime.sandboxed


def test_for_a_web_server_of_the_users_own_files_are_its() -> None:
    ctx = context_of(blog({"app": {"runtime": "none"}, "routes": []}))
    assert ctx.owner == Owner("www-data", "www-data")
    assert not ctx.runs_instances


def test_a_declared_user_is_taken_with_its_group() -> None:
    class Grouped(FakeHost):
        def group_of(self, user: str) -> str:
            return f"{user}s"

    assert context_of(blog({"app": {"user": "editor"}}), Grouped()).owner == Owner("editor", "editors")


@pytest.mark.parametrize(("host", "root"), [(FakeHost(), "/home/me"), (FakeHost(systemd=False), "/")])
def test_systemd_is_refused_where_it_cannot_run(host: FakeHost, root: str) -> None:
    with pytest.raises(CoreError, match=r"^blog\.app\.runtime: systemd .*: choose supervisor or none$"):
        context_of(blog({"app": {"runtime": "systemd"}}), host, root)


@pytest.mark.parametrize(
    "root", ["", "relative", "/my fleet", "/a'b", '/a"b', "/a;b", "/a$b", "/100%", "/a:b", "/a\nb"]
)
def test_a_root_that_a_server_would_read_otherwise_is_refused(root: str) -> None:
    with pytest.raises(
        ManifestError, match=r"^root: .* is no absolute path without spaces, quotes and the like: choose"
    ):
        context_of(blog(), FakeHost(), root)


def test_users_are_made_once_and_may_not_log_in() -> None:
    host = FakeHost()
    ctx = context_of(blog(), host)
    ensure_users(host, ctx)
    made = [command for command in host.commands if command[0] == "useradd"]
    assert [command[-1] for command in made] == ["fg-blog", ctx.web_user, "fungible-router"]
    assert all({"--system", "--no-create-home", "/usr/sbin/nologin"} <= set(command) for command in made)
    ensure_users(host, ctx)
    assert len([command for command in host.commands if command[0] == "useradd"]) == 3


def test_without_systemd_no_user_is_made() -> None:
    host = FakeHost(systemd=False)
    ensure_users(host, context_of(blog(), host))
    assert host.commands == []


def test_the_slots_of_a_site_answer_at_fixed_places() -> None:
    assert [str(one) for one in context_of(notes()).addresses.values()] == ["127.0.0.1:18000", "127.0.0.1:18001"]
    assert [str(one) for one in context_of(blog()).addresses.values()] == [
        "/run/fungible/blog/a/web/web.sock",
        "/run/fungible/blog/b/web/web.sock",
    ]
