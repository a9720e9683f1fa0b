# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a kind of persistent store must tell: how it is observed, made, detached, backed up and purged."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from ..manifest.schema import Field
    from ..plan import Plan


@dataclass(frozen=True)
class Binding:
    """Be a directory that an instance may write: where it is on the host, and where the release sees it."""

    source: str
    mount: str  # inside the release; empty: at the same path as on the host


class Store(t.Protocol):
    """Be one persistent store of a site; a new kind is one file with such a class, and a line in the registry."""

    kind: t.ClassVar[str]
    fields: t.ClassVar[t.Mapping[str, Field]]

    @property
    def name(self) -> str: ...
    @property
    def mount(self) -> str: ...

    def observe(self, host: Host, ctx: Context) -> t.Mapping[str, str]:
        """Read what is there, as facts free of secrets; empty: nothing is."""

    def has_data(self, seen: t.Mapping[str, str]) -> bool:
        """Tell whether there is anything that a purge must back up first."""

    def declared(self, ctx: Context) -> t.Mapping[str, str]:
        """Tell the facts as the manifest wants them."""

    def present(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        """Plan what makes the store, or repairs its rights; data that exist are never touched."""

    def settle(self, host: Host, ctx: Context) -> None:
        """End what was kept for the instance before, once that has been stopped."""

    def detached(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        """Plan what takes the site's access away and leaves the data."""

    def delete(self, host: Host, ctx: Context) -> None:
        """Delete the data; only ever called after a verified backup."""

    def back_up(self, host: Host, ctx: Context, path: str) -> str:
        """Write a verified copy beside `path` (which has no suffix) and tell its path."""

    def location(self, ctx: Context) -> str:
        """Tell the path by which instances reach the store: its directory, its file, or its server's socket."""

    def binding(self, ctx: Context) -> Binding | None:
        """Tell the directory that instances need, if the store is one."""

    def environment(self, ctx: Context) -> t.Mapping[str, str]:
        """Tell the store's address as environment variables, secrets included."""
