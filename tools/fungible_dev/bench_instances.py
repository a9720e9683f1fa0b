# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does an instance cost and expose: memory where a hundred are idle, and what systemd says of the sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

from . import artifacts, bench_site, core
from .bench_figure import Figure

INSTANCES = 100
UNSANDBOXED = "[Service]\nExecStart=/usr/sbin/php-fpm\n"


def memory() -> t.Iterator[Figure]:
    """Start a hundred WordPress sites, warm each, and see by how much the available memory fell."""
    plugins = {"sqlite-database-integration": artifacts.sqlite_integration()}
    manifest = bench_site.wordpress_manifest(artifacts.wordpress("6.4.5"), plugins)
    names = [f"site{number:03d}" for number in range(INSTANCES)]
    with bench_site.site() as site:
        site.prepare(names[0], manifest)
        installed = site.root / f"srv/fungible/{names[0]}/stores/db/database.sqlite"
        for name in names[1:]:
            store = site.root / f"srv/fungible/{name}/stores/db"
            store.mkdir(parents=True)
            shutil.copy(installed, store)
            site.prepare(name, manifest)
        before = _available()
        for name in names:
            site.start(name, manifest)
        value = (before - _available()) / INSTANCES
    what = f"memory of an idle WordPress instance, one of {INSTANCES}"
    yield Figure("instance_memory", what, "", value / 1024, 35, "MB")


def _available() -> int:
    """Tell the available memory in KiB."""
    found = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    return int(found[1]) if found else 0


def exposure() -> t.Iterator[Figure]:
    """Ask systemd what the units of an instance are exposed to, and what they would be without the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        worst = 0.0
        for name, text in _units().items():
            worst = max(worst, _score(Path(folder) / f"{name}.service", text))
        bare = _score(Path(folder) / "bare.service", UNSANDBOXED)
    what = f"exposure of an instance (without the sandbox {bare:g})"
    yield Figure("exposure", what, "", worst, 2.0, "of 10", more={"without": bare})


def _units() -> dict[str, str]:
    """Write the units of a WordPress instance as they are installed on a host with systemd."""
    plugins = {"sqlite-database-integration": artifacts.sqlite_integration()}
    data = bench_site.wordpress_manifest(artifacts.wordpress("6.4.5"), plugins)
    parsed, owner = core.manifest.parse("bench", data), core.Owner("www-data", "www-data")
    ctx = core.context.Context(parsed, core.Places("/", "bench"), core.RuntimeName.SYSTEMD, owner)
    _card, files = core.instance.describe(bench_site.TimedHost(), ctx, "1-0.0", "a")
    return {Path(path).stem: file.text for path, file in files.items() if path.endswith(".service")}


def _score(path: Path, text: str) -> float:
    path.write_text(text)
    argv = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    said = subprocess.run(argv, check=False, capture_output=True, text=True).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"systemd-analyze says nothing of {path.name}: {said[-300:]}")
    return float(found[1])
