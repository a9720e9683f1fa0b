# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""A directory that outlives every release: uploads, documents."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import partial

from ..context import ensure_users
from ..errors import StoreError
from ..host.protocol import Owner
from ..manifest.schema import Choice, Field, Text
from ..plan import Plan, Step
from .protocol import Binding

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host

# What nginx, systemd and sh would read otherwise is in no path: quotes, spaces and the like.
PLAIN: t.Final = "\\x00-\\x20\\x7f\\\\:;\"'{}$%"
RELATIVE: t.Final = rf"(?!.*(?:^|/)\.\.?(?:/|$))[^/{PLAIN}]+(?:/[^/{PLAIN}]+)*"
ABSOLUTE: t.Final = rf"/(?!(?:.*/)?\.\.?(?:/|$))[^{PLAIN}]+"
MODE: t.Final = 0o750


@dataclass(frozen=True)
class Directory:
    """Be a directory store."""

    kind: t.ClassVar[str] = "directory"
    fields: t.ClassVar = {
        "kind": Field(Choice(("directory",)), "a directory of files"),
        "mount": Field(Text(RELATIVE, "must be a path inside the release"), "where the release sees it"),
        "path": Field(Text(ABSOLUTE, "must be an absolute path"), "where it is on the host; default: below /srv", ""),
    }

    name: str
    mount: str = ""
    path: str = ""

    def where(self, ctx: Context) -> str:
        return self.path or ctx.places.store(self.name)

    def observe(self, host: Host, ctx: Context) -> t.Mapping[str, str]:
        seen = host.stat(self.where(ctx))
        if seen is None:
            return {}
        if seen.kind != "d":
            raise StoreError(f"{self.where(ctx)}: is not a directory: move it away, or give store {self.name} a path")
        return {"path": self.where(ctx), "owner": f"{seen.owner}:{seen.group}", "mode": f"{seen.mode:04o}"}

    def has_data(self, seen: t.Mapping[str, str]) -> bool:
        return bool(seen)

    def declared(self, ctx: Context) -> t.Mapping[str, str]:
        return {"path": self.where(ctx), "owner": f"{ctx.owner.user}:{ctx.owner.group}", "mode": f"{MODE:04o}"}

    def present(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        if seen == self.declared(ctx):
            return Plan()
        verb = "repair the owner and mode of" if seen else "create"
        return Plan((Step(verb, f"store {self.name} ({self.where(ctx)})", partial(self._make, ctx)),))

    def _make(self, ctx: Context, host: Host) -> None:
        ensure_users(host, ctx)
        host.mkdir(self.where(ctx), MODE, ctx.owner)

    def settle(self, host: Host, ctx: Context) -> None:
        """Do nothing: a directory keeps nothing for the instance before."""

    def detached(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        closed = Owner(*(["root"] * 2)) if ctx.owner.user != "root" else ctx.owner
        if not seen or seen["mode"] == "0700":
            return Plan()
        close = partial(_close, self.where(ctx), closed)
        return Plan((Step("detach", f"store {self.name} ({self.where(ctx)}; its data stay)", close),))

    def delete(self, host: Host, ctx: Context) -> None:
        host.remove(self.where(ctx))

    def back_up(self, host: Host, ctx: Context, path: str) -> str:
        return back_up_tree(host, self.where(ctx), path)

    def location(self, ctx: Context) -> str:
        return self.where(ctx)

    def binding(self, ctx: Context) -> Binding | None:
        return Binding(self.where(ctx), self.mount)

    def environment(self, ctx: Context) -> t.Mapping[str, str]:
        return {f"{self.name.upper()}_DIR": self.where(ctx)}


def _close(path: str, owner: Owner, host: Host) -> None:
    host.own(path, 0o700, owner if host.whoami() == "root" else None)


def back_up_tree(host: Host, tree: str, path: str) -> str:
    """Pack a directory and read the pack back before it counts as a backup."""
    packed = f"{path}.tar.gz"
    host.archive(tree, packed)
    host.ask(("tar", "--compare", "--gzip", "--file", packed, "--directory", tree)).require(
        f"{packed}: differs from {tree}", StoreError
    )
    return packed
