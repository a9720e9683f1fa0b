# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does the Salt extension cost: its loading, and an unchanged state.apply beside states that do nothing."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from . import artifacts, bench_site, commands, packages, places
from .bench_cutover import _free_port
from .bench_figure import Figure, best
from .environment import ensure_venv

REQUIREMENTS = places.TOOLS / "requirements-test.txt"
FORMULA = places.CHECKOUT / "salt/formula"
TIMES = 5


class Minion:
    """Be a minion without a master, with its configuration, states and pillar below a folder."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self._python = folder, python
        for name in ("conf", "states", "pillar"):
            (folder / name).mkdir(parents=True)
        wheel = packages.build_wheel(folder / "wheel", python.parent)
        install: list[str | Path] = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            folder / "installed",
        ]
        commands.run([python, *install, wheel], log="bench-salt")
        roots = {"file_roots": [str(folder / "states"), str(FORMULA)], "pillar_roots": [str(folder / "pillar")]}
        self._write(
            "conf/minion",
            {
                "id": "bench",
                "root_dir": str(folder),
                "file_client": "local",
                **{name: {"base": places} for name, places in roots.items()},
            },
        )

    def declare(self, root: Path, sites: t.Mapping[str, t.Any], nops: int) -> None:
        """Write the pillar, and a state file that does nothing so many times."""
        self._write("pillar/top.sls", {"base": {"*": ["sites"]}})
        self._write("pillar/sites.sls", {"fungible": {"root": str(root), "sites": sites}})
        self._write("states/nops.sls", {f"nothing {number}": {"test.nop": []} for number in range(nops)})

    def call(self, *words: str, extension: bool = True) -> dict[str, t.Any]:
        """Run salt-call, and return what it says."""
        program, options = self._python.parent / "salt-call", ["--local", "--out=json"]
        argv: list[str | Path] = [program, "--config-dir", self.folder / "conf", *options, *words]
        env = {"PATH": os.environ["PATH"], **({"PYTHONPATH": str(self.folder / "installed")} if extension else {})}
        said: dict[str, t.Any] = json.loads(commands.run(argv, log="bench-salt", env=env))
        return said

    def _write(self, name: str, data: t.Any) -> None:
        (self.folder / name).write_text(json.dumps(data), encoding="utf-8")


def figures() -> t.Iterator[Figure]:
    """Measure `salt-call state.apply fungible` where nothing has to change, and `salt-call test.ping`."""
    python = ensure_venv("test", REQUIREMENTS)
    plugins = {"sqlite-database-integration": artifacts.sqlite_integration()}
    manifest = bench_site.wordpress_manifest(artifacts.wordpress("6.4.5"), plugins, listen=f"127.0.0.1:{_free_port()}")
    with bench_site.site() as site:
        minion = Minion(site.root / "salt", python)
        minion.declare(site.root, {"bench": manifest}, 0)
        states = len(minion.call("state.apply", "fungible")["local"])
        minion.declare(site.root, {"bench": manifest}, states)
        told = minion.call("state.apply", "fungible")["local"].values()
        changed = sum(bool(one["changes"]) or not one["result"] for one in told)
        value = best(lambda: minion.call("state.apply", "fungible"), TIMES)
        baseline = best(lambda: minion.call("state.apply", "nops"), TIMES)
        more = {"salt_rerun_changed": changed}
        what = "unchanged state.apply of a whole site"
        yield Figure("salt_rerun", what, f"{states} test.nop states", value, 1.5, baseline=baseline, more=more)
        value = best(lambda: minion.call("test.ping"), 2 * TIMES)
        baseline = best(lambda: minion.call("test.ping", extension=False), 2 * TIMES)
        yield Figure("salt_loader", "salt-call test.ping", "without the extension", value, 1.03, baseline=baseline)
