# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""On what ground a site stands on one host: its places, what keeps its processes running, and whose they are."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .errors import HostError, ManifestError
from .host.protocol import Owner
from .journal import SLOTS
from .manifest.model import RuntimeName
from .places import Places
from .runtimes.registry import RUNTIMES

if t.TYPE_CHECKING:
    from .host.protocol import Host
    from .kinds.protocol import Address
    from .manifest.model import Site
    from .runtimes.protocol import Runtime

USER_PREFIX: t.Final = "fg-"
ROUTER_USER: t.Final = "fungible-router"
ROOT: t.Final = re.compile(r"/[^\x00-\x20\x7f\\:;\"'{}$%]*")


@dataclass(frozen=True)
class Context:
    """Be what every step of a site needs to know of its host."""

    site: Site
    places: Places
    runtime_name: RuntimeName
    owner: Owner

    @property
    def runtime(self) -> Runtime:
        return RUNTIMES[self.runtime_name]

    @property
    def runs_instances(self) -> bool:
        """Tell whether we start instances at all; else the user's own web server runs the code."""
        return self.runtime_name is not RuntimeName.NONE

    def port(self, slot: str) -> int:
        """Tell the loopback port of a slot, for kinds that use one: the declared one, or the one after it."""
        return int(self.site.app.options["port"]) + SLOTS.index(slot) if self.site.app.kind.uses_port else 0

    @property
    def addresses(self) -> dict[str, Address]:
        """Tell where whatever is in each slot answers; fixed, so that the router never has to learn it."""
        return {slot: self.site.app.kind.address(self.places.run(slot), self.port(slot)) for slot in SLOTS}

    @property
    def web_user(self) -> str:
        """Name the user of the web server in front of the application: it reads, the application's user writes."""
        return f"{self.owner.user}_web" if self.runtime_name is RuntimeName.SYSTEMD else self.owner.user


def of(host: Host, site: Site, root: str = "/") -> Context:
    """Find out the ground of a site on a host."""
    if not ROOT.fullmatch(root):
        raise ManifestError(f"root: {root!r} is no absolute path without spaces, quotes and the like: choose another")
    runtime = site.app.runtime or (
        RuntimeName.SYSTEMD if host.has_systemd() and root == "/" else RuntimeName.SUPERVISOR
    )
    if runtime is RuntimeName.SYSTEMD and root != "/":
        raise ManifestError(f"{site.name}.app.runtime: systemd needs root: /, not {root}: choose supervisor or none")
    if runtime is RuntimeName.SYSTEMD and not host.has_systemd():
        raise HostError(f"{site.name}.app.runtime: systemd does not run on this host: choose supervisor or none")
    user = (
        site.app.user
        or {
            RuntimeName.SYSTEMD: f"{USER_PREFIX}{site.name}",
            RuntimeName.SUPERVISOR: host.whoami(),
            RuntimeName.NONE: "www-data",
        }[runtime]
    )
    return Context(site, Places(root, site.name), runtime, Owner(user, host.group_of(user)))


def ensure_users(host: Host, ctx: Context) -> None:
    """Make the site's system users where they are not; part of whatever step needs them first."""
    _ensure_user(host, ctx.owner.user, "--user-group")
    _ensure_user(host, ctx.web_user, f"--gid={ctx.owner.group}")
    ensure_router_user(host, ctx)


def ensure_router_user(host: Host, ctx: Context) -> None:
    """Make the router's own user; the sockets of instances belong to its group, so that no one else can ask them."""
    if ctx.runtime_name is RuntimeName.SYSTEMD:
        _ensure_user(host, ROUTER_USER, "--user-group")


def _ensure_user(host: Host, name: str, group: str) -> None:
    if not host.has_user(name):
        argv = ("useradd", "--system", group, "--no-create-home", "--home-dir", "/nonexistent")
        host.run((*argv, "--shell", "/usr/sbin/nologin", name)).require(f"user {name} cannot be made")
