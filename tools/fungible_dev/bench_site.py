# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on: a site of our own below a short temporary root, run by the core itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
import typing as t
from pathlib import Path

from . import places
from .core import LocalHost, primitives
from .environment import ensure_venv

if t.TYPE_CHECKING:
    from .artifact_store import Artifact

REQUIREMENTS = places.TOOLS / "requirements-demo.txt"
SECRET = "a secret that only benchmarks use"  # noqa: S105


class TimedHost(LocalHost):
    """Be this machine, and note when a switch was decided."""

    def __init__(self) -> None:
        self.switched: list[float] = []

    def command(self, socket_path: str, command: str) -> str:
        """Note the moment, then tell HAProxy."""
        self.switched.append(time.monotonic())
        return super().command(socket_path, command)


class BenchSite:
    """Be a fleet of one machine; everything that it starts ends with it."""

    def __init__(self, root: Path) -> None:
        self.root, self.host = root, TimedHost()

    def request(self, name: str, manifest: dict[str, t.Any]) -> primitives.Request:
        """Ask for a site as a face would."""
        return primitives.Request(name, manifest, root=str(self.root))

    def stage(self, name: str, manifest: dict[str, t.Any]) -> None:
        """Stage a release."""
        primitives.stateless_app(self.host, self.request(name, manifest), check=False, state="staged")

    def prepare(self, name: str, manifest: dict[str, t.Any]) -> None:
        """Do all that comes before an instance is started."""
        asked = self.request(name, manifest)
        primitives.persistent_store(self.host, asked, check=False, state="present", store="", purge="")
        self.stage(name, manifest)
        primitives.migrate(self.host, asked, check=False)

    def start(self, name: str, manifest: dict[str, t.Any]) -> None:
        """Start an instance beside what is live."""
        primitives.stateless_app(self.host, self.request(name, manifest), check=False, state="running")

    def switch(self, name: str, manifest: dict[str, t.Any]) -> None:
        """Make the instance live."""
        primitives.cut_over(self.host, self.request(name, manifest), check=False, rollback=False)

    def end(self) -> None:
        """Stop supervisord, which stops the rest, and remove the root."""
        pidfile = self.root / "run/fungible-supervisor/supervisord.pid"
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pid = int(pidfile.read_text())
            os.kill(pid, signal.SIGTERM)
            self.host.wait_until(lambda: not Path(f"/proc/{pid}").exists(), 150)
        shutil.rmtree(self.root, ignore_errors=True)


@contextlib.contextmanager
def site() -> t.Iterator[BenchSite]:
    """Give a site, and end it."""
    python = ensure_venv("demo", REQUIREMENTS)
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    made = BenchSite(Path(tempfile.mkdtemp(prefix="fungible-")))  # short: sockets lie below it
    try:
        yield made
    finally:
        made.end()


def source(artifact: Artifact) -> dict[str, str]:
    """Name an artifact as a manifest does."""
    return {"path": str(artifact.path), "sha256": artifact.sha256}


def wordpress_manifest(
    core: Artifact, plugins: t.Mapping[str, Artifact], *, listen: str = "", **app: t.Any
) -> dict[str, t.Any]:
    """Write the manifest of a WordPress on SQLite."""
    return {
        "app": {
            "kind": "wordpress",
            "version": core.version,
            "source": source(core),
            "secret": SECRET,
            "health": {"path": "/wp-login.php", "within": "60s", "warm": ["/", "/?feed=rss2", "/wp-login.php"]},
            "install": {"title": "Bench", "user": "admin", "email": "admin@bench.example", "password": SECRET},
            **app,
        },
        "stores": {"db": {"kind": "sqlite"}, "uploads": {"kind": "directory", "mount": "wp-content/uploads"}},
        "plugins": {
            "use": [
                {"name": name, "version": one.version, "source": source(one), "state": "disabled"}
                for name, one in plugins.items()
            ]
        },
        "routes": [{"host": "localhost", "listen": listen}] if listen else [],
    }
