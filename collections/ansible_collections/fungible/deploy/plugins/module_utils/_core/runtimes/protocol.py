# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What must whatever keeps processes running be able to do?"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ..host.protocol import Done, Host, Owner
    from ..places import Places


@dataclass(frozen=True)
class Bind:
    """Be a directory of the host, and where the process sees it."""

    source: str
    target: str


@dataclass(frozen=True)
class Unit:
    """Be one process to keep running, and what it may do; its name is unique on the host."""

    name: str
    description: str
    argv: tuple[str, ...]
    user: str
    group: str
    groups: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()  # files, readable by root alone
    directory: str = ""  # where it starts
    run: str = ""  # a directory for its sockets, made at its start
    reads: tuple[Bind, ...] = ()
    writes: tuple[Bind, ...] = ()
    hides: tuple[str, ...] = ()
    network: bool = True
    notifies: bool = False
    compiles: bool = False  # it may make machine code while it runs
    stop_signal: str = "TERM"
    reload_signal: str = ""
    capabilities: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """Be a file that a unit needs on disk."""

    text: str = field(repr=False)
    mode: int = 0o644
    owner: Owner | None = None


class Runtime(t.Protocol):
    """Be what starts, stops and restarts units."""

    sandboxed: bool

    def socket(self, places: Places) -> str:
        """Tell the longest path of a socket of its own, if it has one below the root."""

    def files(self, places: Places, unit: Unit) -> t.Mapping[str, File]:
        """Tell the files that make the unit known."""

    def paths(self, places: Places, name: str) -> tuple[str, ...]:
        """Tell where a unit's files are, for their removal."""

    def is_running(self, host: Host, places: Places, name: str) -> bool:
        """Tell whether a unit runs."""

    def is_enabled(self, host: Host, places: Places, name: str) -> bool:
        """Tell whether a unit is to run at boot: from before its start until after its stop."""

    def start(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        """Start units in their order, now and at every boot; their files are in place."""

    def stop(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        """Stop units in the reverse order and wait until each has finished its work; never at boot again."""

    def reload(self, host: Host, places: Places, name: str) -> None:
        """Ask a unit to read its configuration again, without losing a request."""

    def last_words(self, host: Host, places: Places, name: str) -> str:
        """Give the last lines that a unit logged."""

    def once(self, host: Host, places: Places, unit: Unit, stdin: str) -> Done:
        """Run a command to its end, under the same conditions as the unit would have."""


def environment_text(values: t.Mapping[str, str]) -> str:
    """Write variables so that systemd and sh read the same: double quotes, and a backslash before what is special."""
    lines = []
    for name in sorted(values):
        text = values[name]
        for special in ("\\", '"', "$", "`"):
            text = text.replace(special, f"\\{special}")
        lines.append(f'{name}="{text}"\n')
    return "".join(lines)
