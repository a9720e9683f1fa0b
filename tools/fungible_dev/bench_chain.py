# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do the plugin chains of 100 sites on one host cost: looked at, hashed, and changed, beside the plain tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import typing as t
from pathlib import Path

from . import artifacts, bench_site
from .bench_figure import Figure, best, timed
from .core import identity, inventory, primitives
from .synthetic import plugin_name, synthetic_plugin

if t.TYPE_CHECKING:
    from .artifact_store import Artifact

SITES = 100
PLUGINS = 30
FILES = 20  # of each plugin
CHANGED = 7


class Chains:
    """Be the sites, which share WordPress and all their plugins."""

    def __init__(self, site: bench_site.BenchSite) -> None:
        self.site = site
        self.plugins: dict[str, Artifact] = {
            plugin_name(index): synthetic_plugin(index, FILES) for index in range(PLUGINS - 1)
        }
        self.plugins["sqlite-database-integration"] = artifacts.sqlite_integration()

    def change(self) -> None:
        """Have one plugin of each site in its next version."""
        self.plugins[plugin_name(CHANGED)] = synthetic_plugin(CHANGED, FILES, version="1.0.1")

    def requests(self, count: int = SITES) -> list[primitives.Request]:
        """Ask for the sites as a face would."""
        manifest = bench_site.wordpress_manifest(artifacts.wordpress("6.4.5"), self.plugins)
        return [self.site.request(f"site-{number:03d}", manifest) for number in range(count)]

    def stage(self) -> list[str]:
        """Stage every site, and tell the steps."""
        done = [primitives.stateless_app(self.site.host, one, check=False, state="staged") for one in self.requests()]
        return [str(step) for one in done for step in one.plan.steps]

    def look(self, asked: t.Sequence[primitives.Request], *, thorough: bool = False) -> None:
        """Ask for the extensions of sites in one call."""
        found = inventory.facts(self.site.host, asked, thorough=thorough)["sites"].values()
        counted = [one["differing"] for facts in found for one in facts["extensions"] if "differing" in one]
        assert counted == [0] * PLUGINS * len(asked)

    def trees(self, count: int = SITES) -> list[str]:
        """Tell where the releases are."""
        contexts = [one.on(self.site.host) for one in self.requests(count)]
        return [ctx.places.release(identity.release_id(ctx.site)) for ctx in contexts]


def figures() -> t.Iterator[Figure]:
    """Measure everything that is about the chains of many sites."""
    with bench_site.site() as site:
        chains = Chains(site)
        chains.stage()
        yield _unchanged(chains)
        yield _hashed(chains, SITES, f"hashing every file of {SITES} sites of {PLUGINS} plugins, links once")
        yield _hashed(chains, 1, "hashing every file of one of them, none of which is a link of another")
        yield _changed(chains)


def _unchanged(chains: Chains) -> Figure:
    argv = ["find", *chains.trees(), "-printf", "%p %s %T@\n"]
    baseline = best(lambda: subprocess.run(argv, check=True, stdout=subprocess.DEVNULL), 3)
    asked = chains.requests()
    value = best(lambda: chains.look(asked), 3)
    what = f"{SITES} sites of {PLUGINS} unchanged plugins, one call"
    return Figure("chains_unchanged", what, "find -printf over the same trees", value, 2, baseline=baseline)


def _hashed(chains: Chains, count: int, what: str) -> Figure:
    cores = len(os.sched_getaffinity(0))
    hashing = ["xargs", "-0", f"-P{cores}", "-n500", "sha256sum"]

    def plainly() -> None:
        listed = subprocess.run(
            ["find", *chains.trees(count), "-type", "f", "-print0"], check=True, stdout=subprocess.PIPE
        )
        subprocess.run(hashing, input=listed.stdout, check=True, stdout=subprocess.DEVNULL)

    baseline = best(plainly, 3)
    asked = chains.requests(count)
    value = best(lambda: chains.look(asked, thorough=True), 3)
    against = f"sha256sum of the same files on {cores} cores"
    return Figure(f"chains_hashed_{count}", what, against, value, 1.2, baseline=baseline)


def _changed(chains: Chains) -> Figure:
    trees, copies = chains.trees(), chains.site.root / "copies"
    chains.change()
    value, steps = timed(chains.stage)

    def plainly() -> None:
        for number, tree in enumerate(trees):
            subprocess.run(["cp", "-al", tree, str(copies / str(number))], check=True)

    def clear() -> None:
        shutil.rmtree(copies, ignore_errors=True)
        Path(copies).mkdir()

    baseline = best(plainly, 3, before=clear)
    unpacked = sum(step.startswith("unpack") for step in steps)
    what = f"changing 1 plugin in {SITES} sites that share it, unpacked {unpacked} time(s)"
    return Figure("chains_changed", what, "cp -al of the touched trees", value, 2, baseline=baseline)
