# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is podman called: with settings of our own, so that nothing outside the cache is edited."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import places
from .commands import attempt
from .errors import ToolError

# crun wants higher limits and another cgroup mode than a confined virtual machine has; runc does not.
CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=10000:10000"]
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
"""

STORAGE_CONF = """\
[storage]
driver = "{driver}"
graphroot = "{root}/graph"
runroot = "{root}/run"
"""

FUSE_OPTIONS = """\
[storage.options.overlay]
mount_program = "{program}"
"""


def write_atomically(path: Path, text: str) -> None:
    """Write a small file by renaming, so that of two runs at once none reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as handle:
        handle.write(text)
    Path(handle.name).replace(path)


def write_containers_conf(cache: Path) -> Path:
    """Write our podman settings below the cache and return the path for `CONTAINERS_CONF`."""
    path = cache / "containers" / "containers.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != CONTAINERS_CONF:
        write_atomically(path, CONTAINERS_CONF)
    return path


def podman_env(cache: Path | None = None) -> dict[str, str]:
    """Return the variables that make any podman, also one called by another program, use our settings."""
    cache = cache or places.cache()
    env = {"CONTAINERS_CONF": str(write_containers_conf(cache))}
    storage = cache / "containers" / "storage.conf"
    if not storage.exists():
        write_atomically(storage, _storage_conf(cache, env))
    if storage.stat().st_size:
        env["CONTAINERS_STORAGE_CONF"] = str(storage)
    return env


def _storage_conf(cache: Path, env: dict[str, str]) -> str:
    """Return settings for a store of our own, or nothing where podman's default store mounts overlays natively."""
    probe = attempt(["podman", "info", "--format", "{{.Store.GraphDriverName}}"], env=env)
    if probe.returncode == 127:
        raise ToolError("podman is not installed; test hosts need it")
    if probe.returncode == 0 and probe.stdout.strip() != "vfs":
        return ""
    root = cache / "containers" / "storage"
    program = shutil.which("fuse-overlayfs")
    if program and os.access("/dev/fuse", os.R_OK | os.W_OK):
        return STORAGE_CONF.format(driver="overlay", root=root) + FUSE_OPTIONS.format(program=program)
    return STORAGE_CONF.format(driver="vfs", root=root)


def podman(
    *args: str, check: bool = True, timeout: float = 600, feed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run podman and return what it said; with `check`, raise if it fails."""
    done = subprocess.run(
        ["podman", *args],
        env={**os.environ, **podman_env()},
        input=feed or "",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    if check and done.returncode:
        why = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise ToolError(f"podman {' '.join(args)} failed with {done.returncode}: {why}")
    return done
