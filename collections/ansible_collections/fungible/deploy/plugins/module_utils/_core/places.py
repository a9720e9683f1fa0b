# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where things are on a managed host, all below one root."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from posixpath import join


@dataclass(frozen=True)
class Places:
    """Be the paths of one site; `root` is / but for demos and tests."""

    root: str
    site: str

    def _at(self, *parts: str) -> str:
        return join(self.root, *parts)

    @property
    def srv(self) -> str:
        return self._at("srv/fungible", self.site)

    @property
    def releases(self) -> str:
        return join(self.srv, "releases")

    def release(self, release: str) -> str:
        return join(self.releases, release)

    def tree(self, instance: str) -> str:
        """Tell the tree of links that stands in for the sandbox's mounts where there is no sandbox."""
        return join(self.srv, "instances", instance, "tree")

    @property
    def current(self) -> str:
        return join(self.srv, "current")

    def store(self, name: str) -> str:
        return join(self.srv, "stores", name)

    @property
    def cache(self) -> str:
        return self._at("srv/fungible/.cache")

    def cached_tree(self, sha256: str) -> str:
        return join(self.cache, "trees", sha256)

    def artifact(self, sha256: str) -> str:
        return self._at("var/cache/fungible", sha256)

    @property
    def state(self) -> str:
        return self._at("var/lib/fungible", self.site)

    @property
    def journal(self) -> str:
        return join(self.state, "journal.json")

    @property
    def lock(self) -> str:
        return join(self.state, "lock")

    @property
    def manifest(self) -> str:
        return join(self.state, "manifest.json")

    @property
    def backups(self) -> str:
        return join(self.state, "backups")

    def listing(self, release: str) -> str:
        """Tell where the digests of a release's files are kept."""
        return join(self.state, "releases", release)

    def kept(self, place: str) -> str:
        """Tell where the listings of what was put at a place of a site that is kept where it is are."""
        return join(self.state, "kept", place)

    @property
    def replaced(self) -> str:
        """Tell where that stays which somebody else put into such a site."""
        return join(self.state, "replaced")

    def instance(self, instance: str) -> str:
        return join(self.state, "instances", instance)

    def run(self, slot: str) -> str:
        """Tell where the sockets of whatever instance is in a slot are: a fixed path, which the router knows."""
        return self._at("run/fungible", self.site, slot)

    @property
    def etc(self) -> str:
        return self._at("etc/fungible")

    @property
    def router(self) -> str:
        return join(self.etc, "haproxy")

    @property
    def router_run(self) -> str:
        return self._at("run/fungible-router")

    @property
    def supervisor(self) -> str:
        return join(self.etc, "supervisor")

    @property
    def supervisor_run(self) -> str:
        return self._at("run/fungible-supervisor")

    @property
    def supervisor_log(self) -> str:
        return self._at("var/log/fungible")


class Ground(t.Protocol):
    """Be whatever knows a site's places on a host."""

    @property
    def places(self) -> Places: ...
