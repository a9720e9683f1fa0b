# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An SQLite store is backed up as a database, while others write to it, and deleted without its neighbours."""

from __future__ import annotations

import sqlite3
import typing as t

import pytest
from tests.unit.core.examples import context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.protocol import Binding
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.sqlite import Sqlite

if t.TYPE_CHECKING:
    from pathlib import Path

HOST: t.Final = LocalHost()
CTX: t.Final = context_of(notes())


@pytest.fixture
def store(tmp_path: Path) -> Sqlite:
    (tmp_path / "db").mkdir()
    connection = sqlite3.connect(tmp_path / "db/database.sqlite")
    connection.execute("CREATE TABLE notes (text)")
    connection.close()
    return Sqlite(name="db", path=f"{tmp_path}/db")


def test_the_application_is_told_where_its_database_is() -> None:
    store, other = Sqlite(name="db"), Sqlite(name="queue", path="/data/queue")
    place = "/srv/fungible/notes/stores/db"
    assert store.environment(CTX) == {"DATABASE_URL": f"sqlite:///{place}/database.sqlite"}
    assert other.environment(CTX) == {"QUEUE_URL": "sqlite:////data/queue/database.sqlite"}
    assert store.binding(CTX) == Binding(place, "")
    assert store.mount == ""


def test_a_backup_is_a_database_that_was_checked(store: Sqlite, tmp_path: Path) -> None:
    copy = store.back_up(HOST, CTX, f"{tmp_path}/backups/now")
    assert copy == f"{tmp_path}/backups/now.sqlite"
    assert HOST.query(copy, "SELECT name FROM sqlite_master") == [("notes",)]


def test_a_damaged_database_has_no_backup(store: Sqlite, tmp_path: Path) -> None:
    (tmp_path / "db/database.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(StoreError):
        store.back_up(HOST, CTX, f"{tmp_path}/backups/now")


def test_a_database_that_was_never_written_needs_no_backup(tmp_path: Path) -> None:
    assert Sqlite(name="db", path=f"{tmp_path}/none").back_up(HOST, CTX, f"{tmp_path}/now") == ""


def test_a_purge_deletes_what_was_backed_up_and_no_more(store: Sqlite, tmp_path: Path) -> None:
    (tmp_path / "db/database.sqlite-wal").touch()
    (tmp_path / "db/somebody's own").touch()
    store.delete(HOST, CTX)
    assert HOST.children(f"{tmp_path}/db") == ["somebody's own"]
    (tmp_path / "db/somebody's own").unlink()
    store.delete(HOST, CTX)
    assert HOST.stat(f"{tmp_path}/db") is None
