# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""systemd: each process is a service in a sandbox that can write nothing but its stores."""

from __future__ import annotations

import typing as t

from ..errors import HostError
from .protocol import File

if t.TYPE_CHECKING:
    from ..host.protocol import Done, Host
    from ..places import Places
    from .protocol import Unit

UNITS: t.Final = "/etc/systemd/system"
LINES_SHOWN: t.Final = 5

# What no instance needs. `systemd-analyze security` explains each.
SANDBOX: t.Final = (
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "NoNewPrivileges=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectControlGroups=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "PrivateIPC=yes",
    "TemporaryFileSystem=/dev/shm:mode=1777",  # PrivateDevices= leaves it shared with the whole host
    "InaccessiblePaths=-/var/cache/fungible",  # the artifacts of all sites
    "KeyringMode=private",
    "DevicePolicy=closed",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
    "UMask=0027",
)


class Systemd:
    """Be systemd as a runtime."""

    sandboxed = True

    def socket(self, places: Places) -> str:
        return ""

    def files(self, places: Places, unit: Unit) -> t.Mapping[str, File]:
        lines = [
            "# Written by fungible; changes here are put back.",
            "[Unit]",
            f"Description={unit.description}",
            *(f"After={name}.service" for name in unit.after),
            "After=network.target mariadb.service",
            "StartLimitIntervalSec=0",
            "[Service]",
            f"Type={'notify' if unit.notifies else 'exec'}",
            f"ExecStart={' '.join(_argument(word) for word in unit.argv)}",
            *([f"ExecReload=/bin/kill -{unit.reload_signal} $MAINPID"] if unit.reload_signal else []),
            f"KillSignal=SIG{unit.stop_signal}",
            f"KillMode={'control-group' if unit.argv[0] == '/bin/sh' else 'mixed'}",  # sh passes no signal on
            "TimeoutStopSec=120",
            "Restart=always",
            "RestartSec=500ms",
            *properties(unit),
            "[Install]",
            "WantedBy=multi-user.target",
        ]
        return {f"{UNITS}/{unit.name}.service": File("\n".join(lines) + "\n")}

    def paths(self, places: Places, name: str) -> tuple[str, ...]:
        return (f"{UNITS}/{name}.service",)

    def is_running(self, host: Host, places: Places, name: str) -> bool:
        done = host.ask(("systemctl", "is-active", f"{name}.service"))
        return done.out.strip() in ("active", "reloading")

    def is_enabled(self, host: Host, places: Places, name: str) -> bool:
        return host.stat(f"{UNITS}/multi-user.target.wants/{name}.service") is not None

    def start(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        services = [f"{name}.service" for name in names]
        host.run(("systemctl", "daemon-reload")).require("systemd")
        host.run(("systemctl", "enable", "--quiet", *services)).require("systemd")
        host.run(("systemctl", "reset-failed", *services))
        host.run(("systemctl", "start", *services)).require("systemd")

    def stop(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        for name in reversed(names):
            host.run(("systemctl", "stop", f"{name}.service")).require("systemd")
        host.run(("systemctl", "disable", "--quiet", *(f"{name}.service" for name in names)))

    def reload(self, host: Host, places: Places, name: str) -> None:
        host.run(("systemctl", "reload", f"{name}.service")).require("systemd")

    def last_words(self, host: Host, places: Places, name: str) -> str:
        """Prefer what its processes said to what systemd said of them."""
        shown = ("--lines", str(LINES_SHOWN), "--output", "cat", "--no-pager", "--quiet")
        said = (
            host.ask(("journalctl", f"{of}={name}.service", *shown)).out.strip() for of in ("_SYSTEMD_UNIT", "UNIT")
        )
        return next(filter(None, said), "")

    def once(self, host: Host, places: Places, unit: Unit, stdin: str) -> Done:
        options = [part for line in properties(unit) for part in ("--property", line)]
        argv = ("systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit={unit.name}")
        done = host.run((*argv, *options, "--", *(word.replace("$", "$$") for word in unit.argv)), stdin=stdin)
        if "already loaded" in done.err or "already exists" in done.err:
            raise HostError(f"{unit.name}: still runs from before: wait until it ends, then run again")
        return done


def properties(unit: Unit) -> list[str]:
    """Tell what a unit may do, as lines of its [Service] section."""
    lines = [f"User={unit.user}", f"Group={unit.group}", *SANDBOX]
    lines += [] if unit.compiles else ["MemoryDenyWriteExecute=yes"]
    lines += [f"SupplementaryGroups={name}" for name in unit.groups]
    lines += [f"EnvironmentFile={path}" for path in unit.environment]
    lines += [f"WorkingDirectory={unit.directory}"] if unit.directory else []
    lines += [f"TemporaryFileSystem={path}:ro" for path in unit.hides]
    lines += [f"BindReadOnlyPaths={bind.source}:{bind.target}" for bind in unit.reads]
    lines += [f"BindPaths={bind.source}:{bind.target}" for bind in unit.writes]
    if unit.run:
        lines += [f"RuntimeDirectory={unit.run[len('/run/') :]}", "RuntimeDirectoryMode=0750"]
    if unit.network:
        lines += ["RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6"]
    else:
        lines += ["RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes"]
    if unit.capabilities:
        names = " ".join(unit.capabilities)
        return [*lines, f"CapabilityBoundingSet={names}", f"AmbientCapabilities={names}"]
    return [*lines, "CapabilityBoundingSet=", "PrivateUsers=yes"]


def _argument(word: str) -> str:
    """Quote a word of a command line: https://www.freedesktop.org/software/systemd/man/systemd.service.html."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if word and not set(word) & set(" \t'\";") else f'"{escaped}"'
