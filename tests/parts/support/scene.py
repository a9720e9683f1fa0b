# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do tests with the tiny application begin: its versions, their manifests, and a state to come back to."""

from __future__ import annotations

import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy

from .machine import Machine, ask
from .picture import Copy
from .tiny_app import TinyApp, tiny_app

if t.TYPE_CHECKING:
    from pathlib import Path

    from .machine import Manifest


UP: t.Final = ("RUNNING", "STARTING")


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
            "routes": [{"host": host, "listen": f"127.0.0.1:{machine.listen}", "drain": "5s"} for host in hosts],
        }

    def deploy(self, version: str, broken: str = "", **app: t.Any) -> list[str]:
        return self.machine.deploy(self.manifest(version, broken, **app))

    def served(self) -> str:
        """Tell which version is served; anything but one whole version is an error."""
        got = self.machine.get()
        version = got.body[:1]
        assert got.status == 200, got
        assert got.body == self.app(version).page, got
        style = self.machine.get("/static/style.css")
        assert (style.status, style.body) == (200, self.app(version).style), style
        return version


class Beginning:
    """A state of the machine, its processes included, to go back to as often as needed."""

    def __init__(self, scene: Scene, version: str = "") -> None:
        self._machine = scene.machine
        self._manifest = scene.manifest(version) if version else None
        self._files = Copy(scene.machine.root, scene.folder / "beginning")
        self._programs = set(scene.machine.programs())
        self._weights = scene.machine.weights(self._manifest)[1] if self._manifest else {}

    def come_back(self) -> None:
        machine = self._machine
        for name in set(machine.programs()) - self._programs:
            if machine.programs()[name] in UP:
                machine.rpc("stopProcess", name)
            machine.rpc("removeProcessGroup", name)
        self._files.put_back()
        for name, state in machine.programs().items():
            if state not in UP:
                machine.rpc("removeProcessGroup", name)
        missing = self._programs - set(machine.programs())
        if missing:
            machine.rpc("reloadConfig")
        for name in missing:
            machine.rpc("addProcessGroup", name)
        machine.until(lambda: all(state in UP for state in machine.programs().values()))  # asking wakes supervisord
        if self._manifest:
            self._set_weights(self._manifest)

    def _set_weights(self, manifest: Manifest) -> None:
        machine = self._machine
        name = haproxy.backend(machine.context(manifest))
        said = [f"set server {name}/{slot} weight {weight}" for slot, weight in self._weights.items()]
        machine.host.talk(str(machine.root / "run/fungible-router/admin.sock"), "; ".join(said))
        port = machine.port + list(self._weights.values()).index(1)
        machine.until(lambda: ask(port, "/healthz").status == 200)  # HAProxy would wait for a second before it retries
