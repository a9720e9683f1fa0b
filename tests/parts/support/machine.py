# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a test deploy to: a root of its own, the real supervisord and HAProxy in it, and no process left behind."""

from __future__ import annotations

import contextlib
import copy
import http.client
import os
import random
import shutil
import signal
import socket
import time
import typing as t
from pathlib import Path

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal, live, primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import release_id
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places
from ansible_collections.fungible.deploy.plugins.module_utils._core.primitives import Request
from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy, haproxy_files
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.supervisor import Supervisor

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.context import Context
    from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host
    from ansible_collections.fungible.deploy.plugins.module_utils._core.plan import Plan

    Manifest = dict[str, t.Any]

Call = t.Callable[["Host", Request, bool], primitives.Outcome]

# The five tasks of the role, in its order.
TASKS: t.Final[dict[str, Call]] = {
    "store": lambda host, asked, check: primitives.persistent_store(
        host, asked, check=check, state="present", store="", purge=""
    ),
    "staged": lambda host, asked, check: primitives.stateless_app(host, asked, check=check, state="staged"),
    "migrate": lambda host, asked, check: primitives.migrate(host, asked, check=check),
    "running": lambda host, asked, check: primitives.stateless_app(host, asked, check=check, state="running"),
    "cutover": lambda host, asked, check: primitives.cut_over(host, asked, check=check, rollback=False),
}
SITE: t.Final = "tiny"
PARTS: t.Final = ("srv", "etc", "var/lib")


class Answer(t.NamedTuple):
    """What a visitor got; status 0: nothing."""

    status: int
    body: str
    headers: t.Mapping[str, str] = {}


class Machine:
    """One root, its ports, and the processes that run for it."""

    def __init__(self, root: Path, site: str = SITE) -> None:
        self.root = root
        self.site = site
        self.listen = free_ports(1)
        self.port = free_ports(2)
        self.host = LocalHost()

    def __enter__(self) -> Machine:
        self._keeper = keeper(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        pid, told = self._keeper
        os.write(told, b".")
        os.close(told)
        os.waitpid(pid, 0)

    def beside(self, site: str) -> Machine:
        """Give the same machine for another site, behind the same router."""
        other = copy.copy(self)
        other.site, other.port = site, free_ports(2)
        return other

    def request(self, manifest: Manifest) -> Request:
        return Request(self.site, manifest, root=str(self.root))

    def context(self, manifest: Manifest) -> Context:
        return self.request(manifest).on(self.host)

    def do(self, task: str, manifest: Manifest, *, host: Host | None = None, check: bool = False) -> Plan:
        return TASKS[task](host or self.host, self.request(manifest), check).plan

    def deploy(self, manifest: Manifest, *, host: Host | None = None, check: bool = False) -> list[str]:
        """Do what the role does and tell the steps."""
        return [str(step) for task in TASKS for step in self.do(task, manifest, host=host, check=check).steps]

    def start(self, manifest: Manifest, *, host: Host | None = None) -> list[str]:
        """Do what the role does before the cutover."""
        return [str(step) for task in [*TASKS][:-1] for step in self.do(task, manifest, host=host).steps]

    def roll_back(self, manifest: Manifest, *, host: Host | None = None) -> list[str]:
        done = primitives.cut_over(host or self.host, self.request(manifest), check=False, rollback=True)
        return [str(step) for step in done.plan.steps]

    def absent(self, manifest: Manifest, *, host: Host | None = None) -> list[str]:
        done = primitives.stateless_app(host or self.host, self.request(manifest), check=False, state="absent")
        return [str(step) for step in done.plan.steps]

    def purge(self, manifest: Manifest, store: str, *, host: Host | None = None) -> list[str]:
        done = primitives.persistent_store(
            host or self.host, self.request(manifest), check=False, state="absent", store=store, purge=store
        )
        return [str(step) for step in done.plan.steps]

    def release(self, manifest: Manifest) -> Path:
        ctx = self.context(manifest)
        return Path(ctx.places.release(release_id(ctx.site)))

    # what visitors get
    def get(self, path: str = "/", headers: t.Mapping[str, str] | None = None) -> Answer:
        return ask(self.listen, path, headers)

    # what runs
    def journal(self, manifest: Manifest) -> journal.Journal:
        return live.observe(self.host, self.context(manifest))

    def weights(self, manifest: Manifest) -> tuple[dict[str, int], dict[str, int]]:
        """Tell the router's weights, on disk and at work."""
        ctx = self.context(manifest)
        seen = haproxy.observe(self.host, ctx)
        return dict(seen.written), dict(seen.working)

    def in_flight(self, manifest: Manifest, slot: str) -> int:
        """Tell how many requests the router has in a slot."""
        name = haproxy_files.backend(self.context(manifest))
        lines = (line.split(",") for line in self.host.talk(self.admin, "show stat").splitlines())
        return next(int(fields[4]) for fields in lines if fields[:2] == [name, slot])

    def names(self) -> list[str]:
        """Tell the names that the router gives to somebody."""
        maps = sorted((self.root / "etc/fungible/haproxy").glob("*.map"))
        return [
            line.split()[1]
            for path in maps
            for line in self.host.talk(self.admin, f"show map {path}").splitlines()
            if line
        ]

    @property
    def supervisor(self) -> str:
        return str(self.root / "run/fungible-supervisor/supervisor.sock")

    def rpc(self, method: str, *args: t.Any) -> t.Any:
        return self.host.rpc(self.supervisor, f"supervisor.{method}", *args)

    def programs(self) -> dict[str, str]:
        """Tell the state of every program that supervisord knows."""
        return {one["name"]: one["statename"] for one in self.rpc("getAllProcessInfo") or []}

    def live_pids(self, version: str) -> dict[str, int]:
        """Tell the processes of the instances of a version, by their programs."""
        found = self.rpc("getAllProcessInfo") or []
        return {one["name"]: one["pid"] for one in found if one["name"].startswith(f"fungible-{self.site}-{version}-")}

    def enabled(self) -> list[str]:
        """Tell every program that supervisord would start at its own start."""
        return sorted(path.stem for path in (self.root / "etc/fungible/supervisor/enabled").glob("*.conf"))

    def restart_router(self) -> None:
        """Start HAProxy anew from its files on disk, and wait until it would hear a signal to reload as well."""
        if haproxy_files.UNIT in self.programs():
            self.rpc("stopProcess", haproxy_files.UNIT)
            self.rpc("startProcess", haproxy_files.UNIT)
            self.until(lambda: self.host.talk(self.admin, "show info"))
            pid = self.rpc("getProcessInfo", haproxy_files.UNIT)["pid"]
            self.until(lambda: catches(pid, signal.SIGUSR2))

    @property
    def admin(self) -> str:
        return str(self.root / "run/fungible-router/admin.sock")

    def reboot(self) -> None:
        """End every process as a power cut would, empty what is in memory, and start supervisord as a boot would."""
        self.end()
        shutil.rmtree(self.root / "run")
        (self.root / "run/fungible-supervisor").mkdir(parents=True)
        self.host.spawn(("supervisord", "--configuration", str(self.root / "etc/fungible/supervisor/supervisord.conf")))
        self.until(lambda: self.get("/healthz").status == 200)

    def start_supervisord(self) -> None:
        Supervisor()._ensure_daemon(self.host, Places(str(self.root), self.site))

    def until(self, condition: t.Callable[[], object], seconds: float = 20) -> None:
        assert self.host.wait_until(lambda: bool(condition()), seconds), f"not within {seconds:g} s"

    def pids(self) -> list[int]:
        """Tell every process that was started for this root; php-fpm's workers write their title over all but where."""
        mark = os.fsencode(str(self.root) + "/")
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    known = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
                    if any(mark in one for one in (*known, os.fsencode(os.readlink(entry / "cwd")))):
                        found.append(int(entry.name))
        return found

    def end(self) -> None:
        """End every process of this root: supervisord first, so that it brings nothing back."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.root / "run/fungible-supervisor/supervisord.pid").read_text()), signal.SIGKILL)
        until = time.monotonic() + 20
        while found := self.pids():
            assert time.monotonic() < until, f"processes {found} do not end"
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)


def keeper(machine: Machine) -> tuple[int, int]:
    """Start a process that ends what the machine runs if this one dies, unless it is told that all has ended."""
    told, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.setsid()
            os.close(end)
            if not os.read(told, 1):
                machine.end()
        os._exit(0)
    os.close(told)
    return pid, end


def ask(port: int, path: str = "/", headers: t.Mapping[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path, headers={"Host": f"site.example:{port}", **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode("utf-8", "replace"), dict(answer.headers))
        except (OSError, http.client.HTTPException) as exc:
            return Answer(0, f"{type(exc).__name__}: {exc}")


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process handles a signal; while it is being started it may still ignore it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) >> (number - 1) & 1)


def free_ports(count: int) -> int:
    """Find so many ports in a row that nobody listens on, below those that the system gives to clients.

    Anywhere, since other tests look for theirs at the same time.
    """
    while True:
        first = random.randrange(10_000, 32_000)
        if all(_is_free(first + offset) and first + offset not in _GIVEN for offset in range(count)):
            _GIVEN.update(range(first, first + count))
            return first


_GIVEN: t.Final[set[int]] = set()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
