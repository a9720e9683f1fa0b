# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does `./dev bench` do: measure what a deploy and a cutover cost, each beside its baseline in the same run."""

from __future__ import annotations

import argparse
import json
import typing as t
from pathlib import Path

from . import bench_chain, bench_cutover, bench_instances, bench_lock, bench_rerun, bench_salt, bench_trees, show
from .environment import ensure_system
from .errors import ToolError

if t.TYPE_CHECKING:
    from .bench_figure import Figure

PACKAGES = ("php-fpm", "php-cli", "php-sqlite3", "nginx-light", "haproxy", "unzip", "systemd")
BENCHES: dict[str, t.Callable[[], t.Iterator[Figure]]] = {
    "trees": bench_trees.figures,
    "chains": bench_chain.figures,
    "module-memory": bench_trees.memory,
    "rerun": bench_rerun.figures,
    "salt": bench_salt.figures,
    "resolve": bench_lock.resolving,
    "order": bench_lock.ordering,
    "cutover": bench_cutover.figures,
    "exposure": bench_instances.exposure,
    "instance-memory": bench_instances.memory,
}


def main(args: argparse.Namespace) -> int:
    """Run the benches that are named, or all; exit with 1 where a bound is broken."""
    unknown = sorted(set(args.names) - set(BENCHES))
    if unknown:
        raise ToolError(f"no bench is called {unknown[0]}; there are {', '.join(BENCHES)}")
    ensure_system(PACKAGES, "the benchmarks")
    found: list[Figure] = []
    for name in args.names or BENCHES:
        show.note(f"measuring {name} ...")
        found += BENCHES[name]()
    show.section("Figures")
    show.table(("what", "against", "measured", "", "at most", ""), [figure.row() for figure in found])
    if args.json:
        Path(args.json).write_text(json.dumps(_to_json(found), indent=1) + "\n", encoding="utf-8")
    return 0 if all(figure.holds for figure in found) else 1


def _to_json(found: list[Figure]) -> dict[str, t.Any]:
    """Write the figures by their names, and beside them what is counted rather than judged."""
    counted: dict[str, t.Any] = {}
    for figure in found:
        counted.update(
            {key: figure.more[key] for key in ("requests", "cutovers", "rerun_changed") if key in figure.more}
        )
    return {**counted, "figures": {figure.name: figure.to_dict() for figure in found}}
