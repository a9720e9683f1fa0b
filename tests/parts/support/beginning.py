# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How does a machine come back to a state of its files, programs and router, without a start from nothing?"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy_files

from .picture import Copy

if t.TYPE_CHECKING:
    from pathlib import Path

    from .machine import Machine, Manifest

UP: t.Final = ("RUNNING", "STARTING")


class Beginning:
    """A state of a machine, to go back to as often as needed."""

    def __init__(
        self,
        machine: Machine,
        folder: Path,
        manifest: Manifest | None = None,
        answers: t.Callable[[], bool] = lambda: True,
    ) -> None:
        self.machine = machine
        self.programs = set(machine.programs())
        self._manifest, self._answers = manifest, answers
        self._files = Copy(machine.root, folder)
        self._weights = machine.weights(manifest)[1] if manifest else {}
        self._router = self._router_files()

    def come_back(self) -> None:
        machine = self.machine
        for name, state in machine.programs().items():
            if name not in self.programs and state in UP:
                machine.rpc("stopProcess", name)
        for name, state in machine.programs().items():
            if state not in UP:
                machine.rpc("removeProcessGroup", name)
        router_was_changed = self._router_files() != self._router
        self._files.put_back()
        missing = self.programs - set(machine.programs())
        if missing:
            machine.rpc("reloadConfig")
        for name in missing:
            machine.rpc("addProcessGroup", name)
        machine.until(lambda: all(state in UP for state in machine.programs().values()))  # asking wakes supervisord
        if router_was_changed:
            machine.restart_router()
        if self._manifest:
            self._set_weights(self._manifest)
        machine.until(self._answers)

    def _router_files(self) -> dict[str, str]:
        """Tell what the router would read at its start, but for the weights, which can be set without one."""
        files = sorted((self.machine.root / "etc/fungible/haproxy").glob("*.*"))
        return {path.name: re.sub(r"weight \d+", "", path.read_text(encoding="utf-8")) for path in files}

    def _set_weights(self, manifest: Manifest) -> None:
        name = haproxy_files.backend(self.machine.context(manifest))
        said = [f"set server {name}/{slot} weight {weight}" for slot, weight in self._weights.items()]
        self.machine.host.talk(self.machine.admin, "; ".join(said))
