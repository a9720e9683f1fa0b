# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""An SQLite database in a directory of its own, outside whatever a web server serves."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import StoreError
from ..manifest.schema import Choice, Field, Text
from .directory import ABSOLUTE, Directory
from .protocol import Binding

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host

FILE: t.Final = "database.sqlite"


@dataclass(frozen=True)
class Sqlite(Directory):
    """Be an SQLite store: a directory store (its journal files lie beside it) that is backed up as a database."""

    kind: t.ClassVar[str] = "sqlite"
    fields: t.ClassVar = {
        "kind": Field(Choice(("sqlite",)), "an SQLite database"),
        "path": Field(
            Text(ABSOLUTE, "must be an absolute path"), "the directory that holds it; default: below /srv", ""
        ),
    }

    def location(self, ctx: Context) -> str:
        return f"{self.where(ctx)}/{FILE}"

    def back_up(self, host: Host, ctx: Context, path: str) -> str:
        """Copy the database as one transaction sees it, and check the copy."""
        if host.stat(self.location(ctx)) is None:
            return ""
        copy = f"{path}.sqlite"
        host.copy_database(self.location(ctx), copy)
        verdict = host.query(copy, "PRAGMA integrity_check")
        if verdict != [("ok",)]:
            raise StoreError(f"{copy}: the backup is not whole: {verdict[0][0]}")
        return copy

    def delete(self, host: Host, ctx: Context) -> None:
        """Delete what was backed up and no more: the database, and its directory where nothing else is in it."""
        for suffix in ("-journal", "-shm", "-wal", ""):
            host.remove(f"{self.location(ctx)}{suffix}")
        if not host.children(self.where(ctx)):
            host.remove(self.where(ctx))

    def binding(self, ctx: Context) -> Binding | None:
        return Binding(self.where(ctx), "")

    def environment(self, ctx: Context) -> t.Mapping[str, str]:
        name = "DATABASE_URL" if self.name == "db" else f"{self.name.upper()}_URL"
        return {name: f"sqlite:///{self.location(ctx)}"}
