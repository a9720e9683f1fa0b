# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do tests with the tiny application begin: its versions, their manifests, and a state to come back to."""

from __future__ import annotations

import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.journal import SLOTS

from .beginning import Beginning
from .machine import ask
from .tiny_app import TinyApp, tiny_app

if t.TYPE_CHECKING:
    from pathlib import Path

    from .machine import Answer, Machine, Manifest


class Scene:
    """A machine, and versions of the tiny application to deploy to it."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.folder = folder
        self._made: dict[tuple[str, str], TinyApp] = {}

    def app(self, version: str, broken: str = "") -> TinyApp:
        if (version, broken) not in self._made:
            self._made[version, broken] = tiny_app(self.folder, version, broken)
        return self._made[version, broken]

    def manifest(
        self, version: str, broken: str = "", hosts: t.Sequence[str] = ("site.example",), **app: t.Any
    ) -> Manifest:
        machine = self.machine
        routes = [{"host": host, "listen": f"127.0.0.1:{machine.listen}", "drain": "5s"} for host in hosts]
        return {
            "app": {
                "kind": "procfile",
                "version": version,
                "source": self.app(version, broken).source,
                "secret": "a secret of the test",
                "port": machine.port,
                "health": {"path": "/healthz", "within": "10s"},
                **app,
            },
            "stores": {"db": {"kind": "sqlite"}, "uploads": {"kind": "directory", "mount": "uploads"}},
            "routes": routes,
        }

    def deploy(self, version: str, broken: str = "", **app: t.Any) -> list[str]:
        return self.machine.deploy(self.manifest(version, broken, **app))

    def begin(self, version: str = "") -> Beginning:
        """Take the present state as one to come back to; if a version is live, that one answers again then."""
        if not version:
            return Beginning(self.machine, self.folder / "beginning")
        manifest = self.manifest(version)
        live = self.machine.journal(manifest)
        port = self.machine.port + SLOTS.index(live.slot_of(live.live))
        # HAProxy would wait for a second before it asks again, so it is not asked before the instance answers.
        return Beginning(self.machine, self.folder / "beginning", manifest, lambda: ask(port, "/healthz").status == 200)

    def whole(self, versions: str, *statuses: int) -> t.Callable[[Answer], bool]:
        """Give what tells whether an answer is the whole page of one of the versions, or has one of the statuses."""
        pages = [self.app(version).page for version in versions]
        return lambda got: got.status in statuses or (got.status == 200 and got.body in pages)

    def served(self) -> str:
        """Tell which version is served; anything but one whole version is an error."""
        got = self.machine.get()
        version = got.body[:1]
        assert got.status == 200, got
        assert got.body == self.app(version).page, got
        style = self.machine.get("/static/style.css")
        assert (style.status, style.body) == (200, self.app(version).style), style
        return version

    def linked(self) -> str:
        """Tell which version `current` leads to; anything but one whole version is an error."""
        current = self.machine.root / "srv/fungible" / self.machine.site / "current"
        page, style = ((current / name).read_text() for name in ("page.html", "static/style.css"))
        version = page.split()[1].rstrip(".")
        assert f"{version} {page} {style}" == self.app(version).page
        return version
