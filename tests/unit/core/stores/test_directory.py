# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory store is there with its owner and mode, and its files are nobody else's business."""

from __future__ import annotations

import tarfile
import typing as t

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.directory import Directory, back_up_tree
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.protocol import Binding

if t.TYPE_CHECKING:
    from pathlib import Path

PLACE: t.Final = "/srv/fungible/blog/stores/uploads"
STORE: t.Final = Directory(name="uploads", mount="wp-content/uploads")


def test_a_store_has_its_place_below_srv_or_where_it_is_declared() -> None:
    ctx = context_of(blog())
    assert STORE.binding(ctx) == Binding(PLACE, "wp-content/uploads")
    elsewhere = Directory(name="uploads", mount="up", path="/data/up")
    assert elsewhere.binding(ctx) == Binding("/data/up", "up")
    assert STORE.environment(ctx) == {"UPLOADS_DIR": PLACE}


def test_a_store_is_made_for_its_user_alone() -> None:
    host = FakeHost()
    ctx = context_of(blog(), host)
    STORE.present(ctx, STORE.observe(host, ctx)).apply(host)
    assert STORE.observe(host, ctx) == {"path": PLACE, "owner": "fg-blog:fg-blog", "mode": "0750"}
    assert "fg-blog" in host.users


def test_a_detached_store_is_for_root_alone_and_its_files_stay() -> None:
    host = FakeHost()
    ctx = context_of(blog(), host)
    STORE.present(ctx, {}).apply(host)
    host.write(f"{PLACE}/photo.jpg", "a photo")
    STORE.detached(ctx, STORE.observe(host, ctx)).apply(host)
    assert STORE.observe(host, ctx) == {"path": PLACE, "owner": "root:root", "mode": "0700"}
    assert host.read(f"{PLACE}/photo.jpg") == "a photo"
    assert not STORE.detached(ctx, STORE.observe(host, ctx))


def test_without_rights_to_give_it_away_a_detached_store_is_only_closed() -> None:
    host = FakeHost(systemd=False, me="me")
    ctx = context_of(blog(), host)
    STORE.present(ctx, {}).apply(host)
    STORE.detached(ctx, STORE.observe(host, ctx)).apply(host)
    assert STORE.observe(host, ctx) == {"path": PLACE, "owner": "me:me", "mode": "0700"}


def test_a_link_is_no_store() -> None:
    host = FakeHost()
    host.symlink("/elsewhere", PLACE)
    with pytest.raises(StoreError, match=f"^{PLACE}: is not a directory: move it away, or give store uploads a path$"):
        STORE.observe(host, context_of(blog(), host))


def test_a_backup_is_read_back_before_it_counts(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up/photo ü.jpg").write_text("a photo")
    packed = back_up_tree(LocalHost(), f"{tmp_path}/up", f"{tmp_path}/backups/now")
    with tarfile.open(packed) as archive:
        assert "./photo ü.jpg" in archive.getnames()
    assert (tmp_path / "backups/now.tar.gz").stat().st_mode & 0o777 == 0o600


def test_a_backup_that_differs_from_its_store_is_told(tmp_path: Path) -> None:
    class Changing(LocalHost):
        def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
            (tmp_path / "up/photo.jpg").write_text("somebody changed it meanwhile")
            return super().ask(argv, stdin, env)

    (tmp_path / "up").mkdir()
    (tmp_path / "up/photo.jpg").write_text("a photo")
    with pytest.raises(StoreError, match=f"^{tmp_path}/now.tar.gz: differs from {tmp_path}/up: "):
        back_up_tree(Changing(), f"{tmp_path}/up", f"{tmp_path}/now")
