# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real master and real minions on loopback, and what they are told: pillars, files, and the formula."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from fungible_dev.packages import build_wheel
from fungible_dev.places import CHECKOUT

from .site import Site

if t.TYPE_CHECKING:
    from saltfactories.daemons.master import SaltMaster
    from saltfactories.daemons.minion import SaltMinion
    from saltfactories.manager import FactoriesManager

FORMULA: t.Final = CHECKOUT / "salt/formula"

Return = dict[str, t.Any]


def install_wheel(folder: Path) -> Path:
    """Build the extension's wheel, and install it where only those who are told find it."""
    wheel = build_wheel(folder / "wheel")
    options = [
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--target",
        str(folder / "installed"),
    ]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True)
    return folder / "installed"


class Minion:
    """Be a minion with a site of its own, in a root of its own."""

    def __init__(self, fleet: Fleet, daemon: SaltMinion, root: Path) -> None:
        self.fleet, self.daemon = fleet, daemon
        self.id: str = daemon.id
        self.site = Site(root, fleet.files)

    def pillar(self, sites: t.Any, head: str = "", **more: t.Any) -> None:
        """Write what the minion's pillar says; states read it anew, `refresh` is for what is called without them."""
        data = {"fungible": {"root": str(self.site.root), "sites": sites, **more}}
        (self.fleet.pillars / f"{self.id}.sls").write_text(f"{head}{json.dumps(data, indent=1)}\n", encoding="utf-8")

    def declare(self, version: str, broken: str = "", **app: t.Any) -> None:
        """Say in the pillar that the site has a version."""
        self.pillar({self.site.name: self.site.manifest(version, broken, **app)})

    def clear(self) -> None:
        """Take everything of the site away, as if there had never been one."""
        self.site.machine.end()
        shutil.rmtree(self.site.root)
        self.site.root.mkdir()

    def refresh(self) -> None:
        assert self.run("saltutil.refresh_pillar", wait=True) is True

    def run(self, function: str, *args: str, **kwargs: t.Any) -> t.Any:
        """Ask the minion through the master, as a person does at the shell."""
        done = self.fleet.master.salt_cli(timeout=120).run(function, *args, minion_tgt=self.id, **kwargs)
        return done.data

    def answers(self) -> bool:
        """Tell whether the minion answers within two seconds; one that has lost its master misses what is asked."""
        return self.fleet.master.salt_cli(timeout=2).run("test.ping", minion_tgt=self.id).data is True

    def highstate(self) -> States:
        return States(self.run("state.highstate"))

    def apply(self, sls: str = "fungible", **kwargs: t.Any) -> States:
        """Apply states of the formula."""
        return States(self.run("state.apply", sls, **kwargs))


class States:
    """Be what states told, in their order."""

    def __init__(self, told: t.Any) -> None:
        assert isinstance(told, dict), told
        self.all: list[Return] = sorted(told.values(), key=lambda one: one["__run_num__"])

    @property
    def steps(self) -> list[str]:
        """Tell all steps, without the word that test runs put before each."""
        changed = [one for one in self.all if one["changes"]]
        return [
            step.removeprefix("would ")
            for one in changed
            for step in one["comment"].replace("; would ", "\n").replace("; ", "\n").splitlines()
        ]

    @property
    def results(self) -> set[t.Any]:
        return {one["result"] for one in self.all}

    @property
    def changes(self) -> list[t.Any]:
        return [one["changes"] for one in self.all]

    @property
    def comments(self) -> list[str]:
        return [one["comment"] for one in self.all]

    def nothing(self) -> bool:
        return self.results == {True} and not any(self.changes) and set(self.comments) == {"nothing to change"}


class Fleet:
    """A master with its files and pillars, and minions that have the extension from its wheel, or have it not."""

    def __init__(self, factories: FactoriesManager, folder: Path, installed: Path) -> None:
        self.factories, self.folder, self.installed = factories, folder, installed
        self.files, self.pillars, self.bundle = folder / "files", folder / "pillars", folder / "bundle"
        for place in (self.files, self.pillars, self.bundle):
            place.mkdir(parents=True)
        (self.files / "top.sls").write_text("base: {'*': [fungible]}\n", encoding="utf-8")
        self.minions: list[Minion] = []
        self.master = self._master()

    def _master(self) -> SaltMaster:
        base = [str(self.files), str(FORMULA)]
        roots = {"base": base, "bundle": [str(self.bundle), *base]}  # only who asks for it gets the bundle
        overrides = {
            "file_roots": roots,
            "fileserver_list_cache_time": 0,  # files come and go while the tests run
            "pillar_roots": {"base": [str(self.pillars)]},
            "log_level_logfile": "info",
            "gpg_keydir": str(self.folder / "gpg"),
            "reactor": [{"salt/beacon/*/fungible/*": [str(FORMULA / "fungible/reactor/repair.sls")]}],
        }
        return self.factories.salt_master_daemon("master", overrides=overrides)

    def minion(self, name: str, *, wheel: bool = True, **overrides: t.Any) -> Minion:
        root = self.folder / "sites" / name
        root.mkdir(parents=True)
        profile = {"driver": "yaml", "files": [str(self.folder / "sdb.yml")]}
        settings = {"log_level_logfile": "info", "vault": profile, **overrides}
        daemon = self.master.salt_minion_daemon(name, overrides=settings)
        if wheel:
            daemon.environ = {**daemon.environ, "PYTHONPATH": str(self.installed)}
        self.minions.append(made := Minion(self, daemon, root))
        top = {"base": {minion.id: [minion.id] for minion in self.minions}}
        (self.pillars / "top.sls").write_text(json.dumps(top), encoding="utf-8")
        made.pillar({})
        return made

    def dismiss(self, minion: Minion) -> None:
        """End a minion and forget its key, so that nobody waits for its answers."""
        minion.daemon.terminate()
        minion.site.machine.end()
        Path(self.master.config["pki_dir"], "minions", minion.id).unlink()
        self.minions.remove(minion)

    def runner(self, function: str, *args: str, **kwargs: t.Any) -> t.Any:
        """Run a runner on the master, which has the extension from its wheel too."""
        program = self.master.salt_run_cli(timeout=180)
        program.environ = {**program.environ, "PYTHONPATH": str(self.installed)}
        return program.run(function, *args, **kwargs)

    def events(self, pattern: str, since: float) -> list[tuple[str, t.Any]]:
        """Tell the events with such a tag that the master has seen."""
        found = self.master.event_listener.get_events([(self.master.id, pattern)], after_time=since)
        return [(event.tag, event.data) for event in sorted(found, key=lambda one: one.stamp)]

    def end(self) -> None:
        """End every daemon, and every process that a site has left running."""
        with contextlib.ExitStack() as stack:
            for minion in self.minions:
                stack.callback(minion.site.machine.end)
            stack.callback(self.master.terminate)
            for minion in self.minions:
                stack.callback(minion.daemon.terminate)


def until(condition: t.Callable[[], t.Any], seconds: float = 60) -> t.Any:
    """Wait until something is so, and tell what it is."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.1)
    return found
