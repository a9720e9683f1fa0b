# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake machine's HAProxy: the weights that it read, or was told over its runtime API."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from .disk import Disk

UNIT: t.Final = "fungible-router"


class HAProxy:
    """Hold what the running process knows; it reads its files when it starts and when it is reloaded."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.pid = 0
        self.weights: dict[str, int] = {}
        self.frontends: list[str] = []
        self.in_flight: dict[str, int] = {}
        self.forgotten: list[str] = []  # names that were taken off the maps since the start
        self.deaf = False  # takes commands and does nothing

    def load(self, name: str) -> None:
        """Read the configuration, if it is the router that started."""
        if name != UNIT:
            return
        self.pid += 1
        texts = [node.text for path, node in sorted(self._disk.nodes.items()) if path.endswith(".cfg")]
        whole = "\n".join(texts)
        self.frontends = re.findall(r"^frontend (\S+)$", whole, re.MULTILINE)
        self.weights = {}
        for backend in re.split(r"^backend ", whole, flags=re.MULTILINE)[1:]:
            name = backend.split("\n")[0]
            for slot, weight in re.findall(r"^    server (\w+) .* weight (\d+)$", backend, re.MULTILINE):
                self.weights[f"{name}/{slot}"] = int(weight)

    def ask(self, command: str) -> str:
        if command == "show info":
            return f"Name: HAProxy\nPid: {self.pid}\n"
        if command.startswith("show stat"):
            _show, _stat, *proxy = command.removesuffix(" 4 -1").split()
            fronts = [f"{name},FRONTEND,,,0" for name in self.frontends if not proxy]
            servers = [
                f"{one.replace('/', ',')},0,0,{self.in_flight.get(one, 0)}"
                for one in self.weights
                if not proxy or one.startswith(f"{proxy[0]}/")
            ]
            return "\n".join(["# pxname,svname,qcur,qmax,scur", *fronts, *servers, ""])
        verb, _, server = command.partition("get weight ")
        assert not verb, command
        if server not in self.weights:
            return "No such server.\n"
        return f"{self.weights[server]} (initial {self.weights[server]})\n"

    def tell(self, commands: str) -> str:
        for command in commands.split("; "):
            if command.startswith("del map "):
                self.forgotten.append(command.split()[-1])
                continue
            match = re.fullmatch(r"set server (\S+) weight (\d+)", command)
            assert match, command
            if not self.deaf:
                self.weights[match[1]] = int(match[2])
        return "\n"
