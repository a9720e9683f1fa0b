# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How does a fake machine come to where a case begins, with either name of the core?

`given` is a list of what happened, each one word and its object:
    deployed, stores, chain, staged, migrated, running, live, rolled_back: MANIFEST
    fails: {one of these}           it ended with an error, which the case is not about
    crashed: MANIFEST or router     its processes are gone
    sick, well: MANIFEST            its pages answer 500, or 200 again
    written, modes: {PATH: TEXT or MODE};  removed: PATH;  linked: {PATH: TARGET}
    journal: {KEY: VALUE}           what the journal says instead
    weights: {SERVER: WEIGHT}       what the running router uses, whatever its file says
    brought: {PATH: ARTIFACT}       put there by hand
    started: MANIFEST               its processes were started by hand
    sql: STATEMENTS                 said by hand
    down, refuses, dumps: ...       MariaDB is down; refuses with that reason; whether its dumps work
    deaf: BOOLEAN                   the router ignores commands
    migrations: ERROR               what every migration says while it fails; empty: they work
    routines: ERROR                 what every routine of an extension says while it fails
    busy: WHO                       holds every lock
    php: VERSION                    the PHP that is installed now
"""

from __future__ import annotations

import importlib
import json
import string
import typing as t
from posixpath import basename

from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost

from . import table

COLLECTION: t.Final = "ansible_collections.fungible.deploy.plugins.module_utils._core"
CALLS: t.Final[dict[str, tuple[str, dict[str, t.Any]]]] = {
    "persistent_store": ("persistent_store", {"state": "present", "store": "", "purge": ""}),
    "stateless_app": ("stateless_app", {"state": "running"}),
    "plugin_chain": ("plugin_chain", {}),
    "migration": ("migrate", {}),
    "cutover": ("cut_over", {"rollback": False}),
}
EVENTS: t.Final[dict[str, tuple[str, dict[str, t.Any]]]] = {
    "stores": ("persistent_store", {}),
    "detached": ("persistent_store", {"state": "absent", "store": "db"}),
    "chain": ("plugin_chain", {}),
    "staged": ("stateless_app", {"state": "staged"}),
    "migrated": ("migration", {}),
    "running": ("stateless_app", {"state": "running"}),
    "live": ("cutover", {}),
    "rolled_back": ("cutover", {"rollback": True}),
    "gone": ("stateless_app", {"state": "absent"}),
    "purged": ("persistent_store", {"state": "absent", "store": "db", "purge": "db"}),
}
DEPLOY: t.Final = ("stores", "staged", "migrated", "running", "live")
TRAVELLED: t.Final = "/tmp/travelled"


class World:
    """Be a machine as a case finds it."""

    def __init__(self, case: table.Case, core: str = COLLECTION) -> None:
        self.case, self.core = case, core
        self.host = FakeHost(
            systemd=case.host.get("systemd", True), me=case.host.get("me", "root"), errors=self.module("errors")
        )
        self.host.php = case.host.get("php", self.host.php)
        self.host.programs -= set(case.host.get("without", ()))
        self.host.ports |= set(case.host.get("ports_taken", ()))
        self.host.internet = {table.DOWNLOADS + name: text for name, text in table.artifacts().items()}
        self.files: dict[str, str] = {}
        for event in case.given:
            self.happen(event)
        self.host.changes.clear()
        self.host.commands.clear()

    def module(self, name: str) -> t.Any:
        return importlib.import_module(f"{self.core}.{name}")

    def request(self, manifest: str) -> t.Any:
        primitives = self.module("primitives")
        expanded = self.expanded(manifest)
        site = table.sites()[manifest]
        known = (expanded.warnings, expanded.notes)
        return primitives.Request(site, expanded.manifest, {}, self.files, self.case.root, *known)

    def expanded(self, manifest: str) -> t.Any:
        """Expand a manifest by the case's catalogue, as a face does first."""
        known = table.catalogue(self.case.catalogue)
        return self.module("catalogue.expansion").expand(table.sites()[manifest], table.manifest(manifest), known)

    def call(self, primitive: str, manifest: str, ask: t.Mapping[str, t.Any], *, check: bool) -> t.Any:
        name, defaults = CALLS[primitive]
        function = getattr(self.module("primitives"), name)
        return function(self.host, self.request(manifest), check=check, **{**defaults, **ask})

    def travel(self, files: t.Iterable[str]) -> None:
        """Bring files from the controller."""
        for name in map(basename, files):
            path = f"{TRAVELLED}/{table.sha256(name)}"
            self.host.disk.put(path, Node("f", table.artifacts()[name]))
            self.files = {**self.files, table.sha256(name): path}

    # ids

    def site(self, manifest: str) -> t.Any:
        return self.module("manifest.manifest").parse(table.sites()[manifest], self.expanded(manifest).manifest)

    def fill(self, data: t.Any) -> t.Any:
        """Put ids in the place of their names."""
        if isinstance(data, str):
            return string.Template(data).substitute(_Ids(self))
        if isinstance(data, t.Mapping):
            return {self.fill(key): self.fill(value) for key, value in data.items()}
        return [self.fill(one) for one in data] if isinstance(data, (list, tuple)) else data

    # what happened

    def happen(self, event: t.Mapping[str, t.Any]) -> None:
        [(word, what)] = self.fill(event).items()
        if word in EVENTS:
            primitive, ask = EVENTS[word]
            self.call(primitive, what, ask, check=False)
        else:
            getattr(self, f"_{word}")(what)

    def _deployed(self, manifest: str) -> None:
        for word in DEPLOY:
            self.happen({word: manifest})

    def _fails(self, event: t.Mapping[str, t.Any]) -> None:
        try:
            self.happen(event)
        except self.host.errors.CoreError:
            return
        raise AssertionError(f"{event} did not fail")

    def _crashed(self, manifest: str) -> None:
        part = "fungible-router" if manifest == "router" else self.module("identity").instance_id(self.site(manifest))
        for name in [name for name in self.host.systemd.running if part in name]:
            self.host.systemd.running.pop(name)
        for name in [name for name in self.host.supervisor.running if part in name]:
            self.host.supervisor.crash(name)

    def _sick(self, manifest: str) -> None:
        self.host.sick.add(self.module("identity").instance_id(self.site(manifest)))

    def _well(self, manifest: str) -> None:
        self.host.sick.discard(self.module("identity").instance_id(self.site(manifest)))

    def _written(self, files: t.Mapping[str, str]) -> None:
        for path, text in files.items():
            known = self.host.disk.nodes.get(path)
            self.host.disk.put(path, Node("f", text, known.mode if known else 0o644))

    def _modes(self, modes: t.Mapping[str, str]) -> None:
        for path, mode in modes.items():
            self.host.own(path, int(mode, 8), None)

    def _linked(self, links: t.Mapping[str, str]) -> None:
        for path, target in links.items():
            self.host.symlink(target, path)

    def _removed(self, path: str) -> None:
        assert path in self.host.disk.nodes, path
        self.host.disk.remove(path)

    def _journal(self, values: t.Mapping[str, t.Any]) -> None:
        path = f"{self.case.root.rstrip('/')}/var/lib/fungible/{table.sites()[self.case.manifest]}/journal.json"
        self._written({path: json.dumps({**json.loads(self.host.disk.text(path)), **values})})

    def _weights(self, weights: t.Mapping[str, int]) -> None:
        assert weights.keys() <= self.host.haproxy.weights.keys()
        self.host.haproxy.weights.update(weights)

    def _sql(self, statements: str) -> None:
        self.host.mariadb.run(statements)

    def _refuses(self, reason: str) -> None:
        self.host.mariadb.refusal = reason

    def _down(self, down: bool) -> None:
        self.host.mariadb.up = not down

    def _dumps(self, work: bool) -> None:
        self.host.mariadb.dumps = work

    def _deaf(self, deaf: bool) -> None:
        self.host.haproxy.deaf = deaf

    def _busy(self, who: str) -> None:
        self.host.busy = who

    def _php(self, version: str) -> None:
        self.host.php = version

    def _migrations(self, said: str) -> None:
        self.host.migration = type(self.host.migration)(1 if said else 0, "", said)

    def _routines(self, said: str) -> None:
        self.host.routine = type(self.host.routine)(1 if said else 0, said, "")

    def _brought(self, files: t.Mapping[str, str]) -> None:
        for path, artifact in files.items():
            self.host.disk.put(path, Node("f", table.artifacts()[artifact]))

    def _started(self, manifest: str) -> None:
        name = self.module("identity").instance_id(self.site(manifest))
        for verb in ("enable", "start"):
            unit = f"fungible-{table.sites()[manifest]}-{name}-web.service"
            self.host.systemd.systemctl(("systemctl", verb, unit))


class _Ids(t.Mapping[str, str]):
    """Look up `release_NAME`, `instance_NAME` and `sha256_NAME`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, key: str) -> str:
        what, _, name = key.partition("_")
        if what == "sha256":
            return table.sha256(next(artifact for artifact in table.artifacts() if artifact.startswith(name)))
        identity, site = self._world.module("identity"), self._world.site(name)
        return str({"release": identity.release_id, "instance": identity.instance_id}[what](site))

    def __iter__(self) -> t.Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError
