# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do staging and verifying cost, beside the plain tools that do the least that must be done."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import typing as t
from pathlib import Path

from . import artifacts, bench_site, places
from .bench_figure import Figure, best, timed
from .core import identity, release
from .environment import ensure_venv
from .errors import ToolError

BIG_FILES = 1024
BIG_FILE = 1 << 20


def figures() -> t.Iterator[Figure]:
    """Measure everything that is about trees of files."""
    plugin = artifacts.sqlite_integration()
    old, new = (artifacts.synthetic_wordpress(changed=changed) for changed in (None, 7))

    def manifest(of: artifacts.Synthetic) -> dict[str, t.Any]:
        return bench_site.wordpress_manifest(of.core, {**of.plugins, "sqlite-database-integration": plugin})

    with bench_site.site() as site:
        yield _first(site, old, manifest(old))
        yield _changed(site, manifest(new))
        yield _verify(site, manifest(new))


def _first(site: bench_site.BenchSite, wordpress: artifacts.Synthetic, manifest: dict[str, t.Any]) -> Figure:
    archive, folder = wordpress.whole().path, site.root / "unpacked"

    def plainly() -> None:
        subprocess.run(["unzip", "-q", str(archive), "-d", str(folder)], check=True)
        listed = subprocess.run(["find", str(folder), "-type", "f", "-print0"], check=True, stdout=subprocess.PIPE)
        subprocess.run(["xargs", "-0", "sha256sum"], input=listed.stdout, check=True, stdout=subprocess.DEVNULL)

    baseline = best(plainly, 2, before=lambda: shutil.rmtree(folder, ignore_errors=True))
    shutil.rmtree(folder)
    value = timed(lambda: site.stage("bench", manifest))[0]
    against = "unzip and sha256sum of the same files"
    return Figure("stage_first", "staging 10,000 files for the first time", against, value, 1.5, baseline=baseline)


def _changed(site: bench_site.BenchSite, manifest: dict[str, t.Any]) -> Figure:
    value = timed(lambda: site.stage("bench", manifest))[0]
    tree, copy = _release(site, manifest), site.root / "copy"
    baseline = best(
        lambda: subprocess.run(["cp", "-al", str(tree), str(copy)], check=True),
        before=lambda: shutil.rmtree(copy, ignore_errors=True),
    )
    shutil.rmtree(copy)
    what = "staging where 1 plugin of 30 changed (10,000 files)"
    return Figure("stage_changed", what, "cp -al of the same tree", value, 2, baseline=baseline)


def _verify(site: bench_site.BenchSite, manifest: dict[str, t.Any]) -> Figure:
    ctx = site.request("bench", manifest).on(site.host)
    tree = str(_release(site, manifest))
    value = best(lambda: release.observe(site.host, ctx))
    argv = ["find", tree, "-printf", "%p %s %T@\n"]
    baseline = best(lambda: subprocess.run(argv, check=True, stdout=subprocess.DEVNULL))
    what = "verifying an unchanged release of 10,000 files"
    return Figure("verify", what, "find -printf with size and time", value, 2, baseline=baseline)


def _release(site: bench_site.BenchSite, manifest: dict[str, t.Any]) -> Path:
    ctx = site.request("bench", manifest).on(site.host)
    return Path(ctx.places.release(identity.release_id(ctx.site)))


def memory() -> t.Iterator[Figure]:
    """Measure the most memory that a module takes, with an archive of 1 GB."""
    python = ensure_venv("demo", bench_site.REQUIREMENTS)
    with bench_site.site() as site:
        archive = site.root / "big.tar"
        digest = _write_big(archive)
        args = {
            "site": "big",
            "root": str(site.root),
            "state": "staged",
            "secrets": {"app.secret": bench_site.SECRET},
            "manifest": {
                "app": {
                    "kind": "procfile",
                    "version": "1",
                    "port": 20000,
                    "source": {"path": str(archive), "sha256": digest},
                }
            },
        }
        peak = _peak(python, "stateless_app", args)
    yield Figure("module_memory", "peak memory of a module, 1 GB archive", "", peak / 1024, 100, "MB")


def _write_big(path: Path) -> str:
    """Write a tar file of 1 GB that does not compress, and tell its digest."""
    with tarfile.open(path, "w") as tar:
        for number in range(BIG_FILES):
            info = tarfile.TarInfo("Procfile" if number == 0 else f"data/{number:04d}")
            data = b"web: true\n" if number == 0 else os.urandom(BIG_FILE)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with path.open("rb") as file:
        sha256 = hashlib.sha256()
        while chunk := file.read(1 << 20):
            sha256.update(chunk)
    return sha256.hexdigest()


def _peak(python: Path, module: str, args: dict[str, t.Any]) -> float:
    """Run a module as Ansible does on a host, and tell the most memory that its process held, in KiB."""
    name = f"ansible_collections.fungible.deploy.plugins.modules.{module}"
    # The kernel's own mark of this program; what wait4 tells includes the process that it was forked from.
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write(open('/proc/self/status').read()))\n"
        f"import {name} as module; module.main()"
    )
    env = {**os.environ, "PYTHONPATH": str(places.CHECKOUT / "collections")}
    given = json.dumps({"ANSIBLE_MODULE_ARGS": args})
    done = subprocess.run([str(python), "-c", code], input=given, capture_output=True, env=env, text=True, check=False)
    found = re.search(r"VmHWM:\s+(\d+)", done.stderr)
    if found is None or not json.loads(done.stdout).get("changed"):
        raise ToolError(f"the module failed: {done.stdout} {done.stderr[-300:]}")
    return float(found[1])
