# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance is its files: secrets are in one that only root reads, and nothing is written twice."""

from __future__ import annotations

import json
import typing as t

import pytest
from tests.cases import table
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import merged

from ansible_collections.fungible.deploy.plugins.module_utils._core import primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Owner
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import instance_id
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import instance

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.context import Context
    from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import File

SECRETS: t.Final = ("the secret of blog", "$ecret", "the admin's password", "a token")


def staged(name: str, host: FakeHost | None = None, over: dict[str, t.Any] | None = None) -> tuple[FakeHost, Context]:
    host = host or FakeHost()
    host.internet = {table.DOWNLOADS + artifact: text for artifact, text in table.artifacts().items()}
    asked = primitives.Request(table.sites()[name], merged(table.manifest(name), over or {}))
    primitives.stateless_app(host, asked, check=False, state="staged")
    return host, asked.on(host)


def describe(host: FakeHost, ctx: Context) -> dict[str, File]:
    return instance.describe(host, ctx, instance_id(ctx.site), "a")[1]


@pytest.mark.parametrize("host", [FakeHost(), FakeHost(systemd=False)], ids=["systemd", "supervisor"])
def test_secrets_are_in_one_file_that_only_root_reads(host: FakeHost) -> None:
    _, ctx = staged("blog", host, {"app": {"env": {"TOKEN": "a token"}}})
    files = describe(host, ctx)
    telling = {path for path, file in files.items() if any(secret in file.text for secret in SECRETS)}
    assert telling == {f"/var/lib/fungible/blog/instances/{instance_id(ctx.site)}/environment"}
    assert {file.mode for path, file in files.items() if path in telling} == {0o600}


def test_a_file_that_differs_in_text_or_mode_is_written_and_no_other() -> None:
    host, ctx = staged("blog")
    name = instance_id(ctx.site)
    instance.configure(host, ctx, name, "a")
    paths = list(describe(host, ctx))
    host.write(paths[0], "edited")
    host.own(paths[1], 0o600 if "environment" not in paths[1] else 0o644, None)
    host.changes.clear()
    instance.configure(host, ctx, name, "a")
    assert host.changes == [f"mkdir /var/lib/fungible/blog/instances/{name}", f"write {paths[0]}", f"write {paths[1]}"]
    assert all(instance.is_written(host, path, file) for path, file in describe(host, ctx).items())


def test_under_systemd_there_is_no_second_tree() -> None:
    host, ctx = staged("blog")
    instance.configure(host, ctx, instance_id(ctx.site), "a")
    assert host.stat("/srv/fungible/blog/instances") is None


def test_under_supervisord_a_tree_of_links_stands_in_for_the_mounts() -> None:
    host, ctx = staged("blog", FakeHost(systemd=False))
    name = instance_id(ctx.site)
    instance.configure(host, ctx, name, "a")
    tree = ctx.places.tree(name)
    mounted = host.stat(f"{tree}/wp-content/uploads")
    assert mounted
    assert (mounted.kind, mounted.target) == ("l", "/srv/fungible/blog/stores/uploads")
    assert host.read(f"{tree}/index.php") == "version 6.4"
    assert instance.tree_is_whole(host, ctx, name)
    host.symlink("/elsewhere", f"{tree}/wp-content/uploads")
    assert not instance.tree_is_whole(host, ctx, name)
    instance.configure(host, ctx, name, "a")
    assert instance.tree_is_whole(host, ctx, name)


def test_for_a_web_server_of_the_users_own_the_environment_lies_beside_the_tree() -> None:
    host, ctx = staged("tree")
    name = instance_id(ctx.site)
    files = describe(host, ctx)
    beside = files[f"/srv/fungible/tree/instances/{name}/environment.json"]
    assert (beside.mode, beside.owner) == (0o640, Owner("root", "www-data"))
    assert json.loads(beside.text)["SECRET_KEY"] == "the secret of tree"
    card = instance.configure(host, ctx, name, "a")
    assert (card.units, card.address.socket, card.address.port) == ((), "", 0)


def test_a_release_that_is_not_staged_has_no_instance() -> None:
    host, _ = staged("blog")
    ctx = primitives.Request("notes", table.manifest("one")).on(host)
    with pytest.raises(
        CoreError, match=r"^release 1-\w+: is not staged on this host: run stateless_app with state: st"
    ):
        describe(host, ctx)
