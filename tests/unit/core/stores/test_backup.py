# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup has its name once it is whole, and never takes another's."""

from __future__ import annotations

import pytest
from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.backup import back_up

FOLDER = "/var/lib/fungible/notes/backups"
DATABASE = "/srv/fungible/notes/stores/db/database.sqlite"


class Still(FakeHost):
    """Be a host whose clock stands still."""

    def now(self) -> float:
        return 1_700_000_000.0


def host_with_rows() -> FakeHost:
    host = Still()
    host.disk.put(DATABASE, Node("f", "rows"))
    return host


def test_a_backup_is_named_by_its_time_its_reason_and_its_store() -> None:
    host = host_with_rows()
    ctx = context_of(notes(), host)
    back_up(host, ctx, ctx.site.stores[0], "purged")
    assert host.children(FOLDER) == ["20231114T221320Z-purged-db.sqlite"]
    assert host.read(f"{FOLDER}/20231114T221320Z-purged-db.sqlite") == "rows"


def test_two_backups_of_one_second_are_two() -> None:
    host = host_with_rows()
    ctx = context_of(notes(), host)
    for _ in range(3):
        back_up(host, ctx, ctx.site.stores[0], "purged")
    assert host.children(FOLDER) == [f"20231114T2213{second}Z-purged-db.sqlite" for second in (20, 21, 22)]


def test_one_that_is_not_whole_gets_no_name_and_is_swept_away_by_the_next() -> None:
    host = host_with_rows()
    host.query = lambda database, sql: [("row 3 missing from index",)]  # type: ignore[method-assign]
    ctx = context_of(notes(), host)
    with pytest.raises(StoreError, match="the backup is not whole: row 3 missing from index"):
        back_up(host, ctx, ctx.site.stores[0], "purged")
    assert [name for name in host.children(FOLDER) if not name.startswith(".")] == []
    host.query = lambda database, sql: [("ok",)]  # type: ignore[method-assign]
    back_up(host, ctx, ctx.site.stores[0], "purged")
    assert len(host.children(FOLDER)) == 1


def test_a_database_that_was_never_written_needs_no_backup() -> None:
    host = Still()
    ctx = context_of(notes(), host)
    back_up(host, ctx, ctx.site.stores[0], "purged")
    assert host.children(FOLDER) == []
