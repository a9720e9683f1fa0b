# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine in memory, for decisions: enough of one that every primitive can look, decide, act and look again.

What really happens to files, processes and sockets is tested with the real host. The core has two import names, and
errors must be of the reader's: a reader that uses the other name gives its own `errors`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import typing as t
from posixpath import basename, dirname

from ansible_collections.fungible.deploy.plugins.module_utils._core import errors as collection_errors
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done, Reply, Stat

from .disk import Disk, Node, digest
from .haproxy import UNIT, HAProxy
from .mariadb import MariaDB
from .services import OK, READS, Supervisor, Systemd

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Hashed, Layer, Owner
    from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address
    from ansible_collections.fungible.deploy.plugins.module_utils._core.release.listing import Damage

PROGRAMS: t.Final = ("php", "php-fpm8.2", "nginx", "haproxy", "supervisord", "timeout")


class FakeHost:
    """Be a machine in memory; `changes` names every call that would have changed a real one."""

    def __init__(self, *, systemd: bool = True, me: str = "root", errors: t.Any = collection_errors) -> None:
        self.errors = errors
        self.me = me
        self.systemd_is_there = systemd
        self.disk = Disk()
        self.haproxy = HAProxy(self.disk)
        self.systemd = Systemd(self.disk, self.haproxy.load)
        self.supervisor = Supervisor(self.disk, self.haproxy.load)
        self.mariadb = MariaDB()
        self.users = {"root", "www-data", me}
        self.programs = set(PROGRAMS)
        self.php = "8.2.29-1~deb12u1"
        self.internet: dict[str, str] = {}  # URL -> what it serves
        self.ports: set[int] = set()  # that strangers listen on
        self.sick: set[str] = set()  # instances that answer 500
        self.migration = OK
        self.routine = OK
        self.busy = ""  # who holds every lock
        self.clock = 1_700_000_000.0
        self.changes: list[str] = []
        self.commands: list[tuple[str, ...]] = []
        self.visits: list[tuple[str, str]] = []  # address, path

    # reads

    def now(self) -> float:
        self.clock += 1
        return self.clock

    def whoami(self) -> str:
        return self.me

    def read(self, path: str) -> str | None:
        node = self.disk.nodes.get(path)
        return node.text if node and node.kind == "f" else None

    def stat(self, path: str) -> Stat | None:
        node = self.disk.nodes.get(path)
        return Stat(node.kind, node.mode, node.owner, node.group, len(node.text), node.target) if node else None

    def children(self, path: str) -> list[str]:
        return self.disk.children(path)

    def which(self, names: t.Sequence[str]) -> str | None:
        return next((f"/usr/bin/{name}" for name in names if name in self.programs), None)

    def has_user(self, name: str) -> bool:
        return name in self.users

    def group_of(self, user: str) -> str:
        return user

    def has_systemd(self) -> bool:
        return self.systemd_is_there

    def port_taken(self, port: int, address: str = "") -> bool:
        return port in self.ports

    def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        self.commands.append(tuple(argv))
        if argv[0] == "systemctl":
            assert argv[1] in READS, f"{argv} changes something"
            return self.systemd.systemctl(argv)
        if argv[0] == "mariadb":
            return self.mariadb.ask(stdin)
        if argv[-1] == "-v":
            return Done(0, f"PHP {self.php} (cli) (built: Jul  3 2025 16:16:05) (NTS)\n", "")
        if argv[0] in ("grep", "readlink", "tail"):
            return Done(0, self._of_path(argv), "")
        assert argv[0] in ("journalctl", "haproxy", "tar"), argv
        return OK

    def _of_path(self, argv: t.Sequence[str]) -> str:
        if argv[0] == "readlink":  # nothing above what is asked about is a link here
            return f"{argv[-1]}\n"
        lines = self.disk.text(argv[-1]).splitlines()
        return lines[-1] if argv[0] == "tail" else f"{sum(bool(re.match(argv[-2], line)) for line in lines)}\n"

    def get(self, address: Address, path: str, url: str, timeout: float) -> Reply:
        self.visits.append((str(address), path))
        for name, text in {**self.systemd.running, **self.supervisor.running}.items():
            if name.endswith("-web") and self._answers(text, address):
                return Reply(500 if any(one in name for one in self.sick) else 200)
        return Reply(0, "[Errno 111] Connection refused")

    def _answers(self, unit: str, address: Address) -> bool:
        if address.socket:
            folder = dirname(address.socket)
            return f"RuntimeDirectory={folder[len('/run/') :]}\n" in unit or f'FUNGIBLE_RUN="{folder}"' in unit
        files = re.findall(r'EnvironmentFile=(.+)|FUNGIBLE_FILES="(.+?)"', unit)
        return any(f'PORT="{address.port}"' in self.disk.text("".join(names)) for names in files)

    def digest(self, path: str, algorithm: str = "sha256") -> str:
        return hashlib.new(algorithm, self.disk.nodes[path].text.encode(), usedforsecurity=False).hexdigest()

    def fetch(self, url: str, most: int) -> Reply:
        return Reply(200, self.internet[url]) if url in self.internet else Reply(404)

    def damage(self, tree: str, listing: str, thorough: bool = False, hashed: Hashed | None = None) -> Damage:
        return self.disk.damage(tree, listing)

    def differs(self, path: str, listing: str) -> Damage:
        return self.disk.differs(path, listing)

    def wait_until(self, condition: t.Callable[[], bool], seconds: float) -> bool:
        return condition() or condition()

    def talk(self, socket: str, command: str) -> str:
        return self.haproxy.ask(command) if self._router_runs() else ""

    def _router_runs(self) -> bool:
        return UNIT in self.systemd.running or UNIT in self.supervisor.running

    def rpc(self, socket: str, method: str, *args: t.Any) -> t.Any:
        return self.supervisor.rpc(method, *args)

    def query(self, database: str, sql: str) -> list[tuple[t.Any, ...]]:
        return [("ok",)]

    # changes

    @contextlib.contextmanager
    def lock(self, path: str, wait: float) -> t.Iterator[None]:
        self.changes.append(f"lock {path}")
        if self.busy:
            raise self.errors.BusyError(f"{path}: {self.busy} is at work here")
        yield

    def mkdir(self, path: str, mode: int = 0o755, owner: Owner | None = None) -> None:
        self.changes.append(f"mkdir {path}")
        self.disk.folder(path)
        self._own(path, mode, owner)

    def own(self, path: str, mode: int, owner: Owner | None) -> None:
        self.changes.append(f"own {path}")
        self._own(path, mode, owner)

    def _own(self, path: str, mode: int, owner: Owner | None) -> None:
        if owner and owner.user not in self.users:
            raise self.errors.HostError(f"user {owner.user}: is not there")
        node = self.disk.nodes[path]
        self.disk.nodes[path] = Node(node.kind, node.text, mode, node.owner, node.group, node.target).owned(owner)

    def write(self, path: str, text: str, mode: int = 0o644, owner: Owner | None = None) -> None:
        self.changes.append(f"write {path}")
        self.disk.put(path, Node("f", text, mode).owned(owner))

    def symlink(self, target: str, path: str) -> None:
        self.changes.append(f"symlink {path}")
        self.disk.put(path, Node("l", mode=0o777, target=target))

    def remove(self, path: str) -> None:
        self.changes.append(f"remove {path}")
        self.disk.remove(path)

    def rename(self, source: str, path: str) -> None:
        self.changes.append(f"rename {source} {path}")
        self.disk.rename(source, path)

    def run(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        self.changes.append(f"run {' '.join(argv)}")
        self.commands.append(tuple(argv))
        if argv[0] == "systemctl":
            return self.systemd.systemctl(argv)
        if argv[0] == "mariadb":
            return self.mariadb.run(stdin)
        if argv[0] == "useradd":
            self.users.add(argv[-1])
            return OK
        if argv[0] in ("systemd-run", "/bin/sh"):
            return self._once(" ".join([*argv, *(env or {}).values()]))
        assert argv[0] == "reload-web-server", argv
        return OK

    def _once(self, words: str) -> Done:
        """Run a migration, or a routine, each of which says its mark at its end."""
        paths = re.findall(r"(?:EnvironmentFile=)?(/\S+migration\.environment)", words)
        known = dict(re.findall(r'FUNGIBLE_(MARK|END)="(.+)"', self.disk.text(paths[0]))) if paths else {}
        ran = self.routine if "MARK" in known else self.migration
        return Done(ran.code, ran.out or known.get("MARK") or known.get("END", ""), ran.err)

    def spawn(self, argv: t.Sequence[str]) -> None:
        self.changes.append(f"spawn {argv[0]}")
        assert basename(argv[0]) == "supervisord"
        self.supervisor.spawn(argv[-1])

    def command(self, socket: str, command: str) -> str:
        self.changes.append(f"command {command}")
        return self.haproxy.tell(command) if self._router_runs() else ""

    def call(self, socket: str, method: str, *args: t.Any) -> t.Any:
        self.changes.append(f"call {method}")
        return self.supervisor.rpc(method, *args)

    def obtain(self, location: str, path: str, sha256: str, redirects: t.Collection[str] = ()) -> None:
        self.changes.append(f"obtain {location}")
        text = self.internet.get(location, self.disk.text(location))
        if digest(text) != sha256:
            raise self.errors.ArtifactError(f"{location}: its sha256 is {digest(text)}, but {sha256} was locked")
        self.disk.put(path, Node("f", text))

    def unpack(self, archive: str, name: str, tree: str) -> str:
        self.changes.append(f"unpack {name}")
        return self.disk.unpack(tree, json.loads(self.disk.text(archive)))

    def copy_file(self, source: str, tree: str, name: str) -> str:
        self.changes.append(f"copy {name}")
        return self.disk.unpack(tree, {name: self.disk.text(source)})

    def write_tree(self, files: t.Mapping[str, str], tree: str) -> str:
        self.changes.append(f"write {tree}")
        return self.disk.unpack(tree, files)

    def compose(self, layers: t.Sequence[Layer], tree: str) -> None:
        self.changes.append(f"compose {tree}")
        self.disk.compose(layers, tree)

    def repair(self, layers: t.Sequence[Layer], tree: str, damage: Damage) -> None:
        self.changes.append(f"repair {tree}")
        for path in damage.added:
            self.disk.remove(f"{tree}/{path}")
        self.disk.compose(layers, tree, only={*damage.missing, *damage.changed})

    def dump_command(self, argv: t.Sequence[str], path: str, env: t.Mapping[str, str] | None = None) -> Done:
        self.changes.append(f"dump {path}")
        self.commands.append(tuple(argv))
        if not (self.mariadb.up and self.mariadb.dumps):
            return Done(2, "", "mariadb-dump: Got error: 2002: Can't connect to local server\n")
        tables = [f"CREATE TABLE `{name}` (\n);\n" for name in self.mariadb.databases[argv[-1]]]
        self.disk.put(path, Node("f", "".join([*tables, "-- Dump completed"]), 0o600))
        return OK

    def copy_database(self, source: str, path: str) -> None:
        self.changes.append(f"copy {source}")
        self.disk.put(path, self.disk.nodes[source])

    def archive(self, tree: str, path: str) -> None:
        self.changes.append(f"archive {tree}")
        self.disk.put(path, Node("f", "\n".join(self.disk.below(tree)), 0o600))

    def copy_beside(self, layer: Layer, path: str, like: str) -> None:
        self.changes.append(f"copy {path}")
        self.disk.copy(layer, path, like)

    def exchange(self, one: str, other: str) -> None:
        self.changes.append(f"exchange {one} {other}")
        for source, path in ((other, f"{one}.old"), (one, other), (f"{one}.old", one)):
            self.disk.rename(source, path)

    def set_aside(self, path: str, place: str) -> None:
        self.changes.append(f"set aside {path} {place}")
        self.disk.rename(path, place)

    def settle(self, path: str, listing: str) -> None:
        self.changes.append(f"settle {path}")
