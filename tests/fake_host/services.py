# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on the fake machine: systemd and supervisord, as far as the core asks them."""

from __future__ import annotations

import typing as t
from posixpath import basename

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done

from .disk import Node

if t.TYPE_CHECKING:
    from .disk import Disk

    Started = t.Callable[[str], None]

OK: t.Final = Done(0, "", "")
UNITS: t.Final = "/etc/systemd/system"
WANTED: t.Final = f"{UNITS}/multi-user.target.wants"
READS: t.Final = ("is-active",)


class Systemd:
    """Know units once they were loaded, and run what was started."""

    def __init__(self, disk: Disk, started: Started) -> None:
        self._disk, self._started = disk, started
        self.loaded: dict[str, str] = {}
        self.running: dict[str, str] = {}  # the unit's text as it was started

    def systemctl(self, argv: t.Sequence[str]) -> Done:
        verb, *words = [word for word in argv[1:] if not word.startswith("--")]
        names = [word[: -len(".service")] for word in words]
        if verb == "is-active":
            return Done(0, "active\n", "") if names[0] in self.running else Done(3, "inactive\n", "")
        if verb == "daemon-reload":
            files = [name for name in self._disk.children(UNITS) if name.endswith(".service")]
            self.loaded = {name[: -len(".service")]: self._disk.text(f"{UNITS}/{name}") for name in files}
            return OK
        act = {"enable": self._enable, "disable": self._disable, "start": self._start, "stop": self._stop}
        act.update({"reload": self._reload, "reset-failed": lambda name: None})
        strangers = [name for name in names if name not in self.loaded]
        if strangers:
            return Done(5, "", f"Unit {strangers[0]}.service not found.\n")
        for name in names:
            act[verb](name)
        return OK

    def _enable(self, name: str) -> None:
        self._disk.put(f"{WANTED}/{name}.service", Node("l", target=f"{UNITS}/{name}.service"))

    def _disable(self, name: str) -> None:
        self._disk.remove(f"{WANTED}/{name}.service")

    def _start(self, name: str) -> None:
        if name not in self.running:
            self.running[name] = self.loaded[name]
            self._started(name)

    def _stop(self, name: str) -> None:
        self.running.pop(name, None)

    def _reload(self, name: str) -> None:
        assert name in self.running
        self._started(name)


class Supervisor:
    """Know programs once they were added, and run them until they are stopped."""

    def __init__(self, disk: Disk, started: Started) -> None:
        self._disk, self._started = disk, started
        self.up = False
        self.config = ""  # the folder of what is enabled
        self.known: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.running: dict[str, str] = {}

    def spawn(self, main: str) -> None:
        text = self._disk.text(main)
        self.config = text.rpartition("files = ")[2].strip()[: -len("/*.conf")]
        self.up = True

    def rpc(self, method: str, *args: str) -> t.Any:
        if not self.up:
            return None
        return getattr(self, f"_{method.rpartition('.')[2]}")(*args)

    def _getState(self) -> dict[str, str]:  # noqa: N802 - supervisord's own names
        return {"statename": "RUNNING"}

    def _getAllProcessInfo(self) -> list[dict[str, str]]:  # noqa: N802
        return [{"name": name, "statename": state} for name, state in sorted(self.states.items())]

    def _reloadConfig(self) -> None:  # noqa: N802
        links = [self._disk.nodes[f"{self.config}/{name}"] for name in self._disk.children(self.config)]
        self.known = {basename(link.target)[: -len(".conf")]: self._disk.text(link.target) for link in links}

    def _addProcessGroup(self, name: str) -> None:  # noqa: N802
        assert name in self.known
        assert name not in self.states
        self.states[name], self.running[name] = "RUNNING", self.known[name]
        self._started(name)

    def _removeProcessGroup(self, name: str) -> None:  # noqa: N802
        assert self.states.pop(name) != "RUNNING"

    def _stopProcess(self, name: str) -> None:  # noqa: N802
        self.states[name] = "STOPPED"
        self.running.pop(name, None)

    def _signalProcess(self, name: str, signal: str) -> None:  # noqa: N802
        assert (self.states[name], signal) == ("RUNNING", "USR2")
        self._started(name)

    def crash(self, name: str) -> None:
        self.states[name] = "FATAL"
        self.running.pop(name, None)
