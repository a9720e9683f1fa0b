# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How do test hosts have Salt, which have neither pip nor a way out: made here for their Python, and mounted there."""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

from . import packages, places, salt_bundle, show
from .commands import run
from .errors import ToolError
from .hosts_image import ensure_image
from .hosts_podman import podman

SERIES = ("3007", "3008")  # the releases of Salt that the extension supports
PLACE = "/opt/salt"  # on a host
REQUIREMENTS = places.TOOLS / "requirements-salt.txt"
GLIBC = 36  # of the oldest suite: 2.36

ASK = "import sys; print('{}.{}'.format(*sys.version_info))"
# Hosts cannot write there, so they would compile it all at each start. An import shows whether anything is missing.
FINISH = f"""
import compileall
compileall.compile_dir({PLACE!r}, quiet=2, workers=0)
import salt.client, salt.master, salt.minion, salt.runner
"""

_PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")


def ensure_salt(series: str, suite: str) -> Path:
    """Return a folder with Salt for the Python of a suite's hosts, made once."""
    if series not in SERIES:
        raise ToolError(f"test hosts have no Salt {series!r}; there are {', '.join(SERIES)}")
    home = places.folder("salt")
    folder = home / f"{series}-{suite}-{platform.machine()}-{_digest()}"
    with places.only_one(home / f"{series}-{suite}.lock"):
        if not folder.exists():
            show.note(f"Installing Salt {series} with pip, for {suite} test hosts (once, into {folder})")
            _make(series, suite, folder)
    return folder


def volume(series: str, suite: str) -> str:
    """Return what mounts Salt into a host."""
    return f"{ensure_salt(series, suite)}:{PLACE}:ro"


def lay_out_extension(into: Path) -> None:
    """Make what brings the extension to minions: `installed`, from the built wheel, and `bundle`, for salt://."""
    for name in ("wheel", "installed", "bundle"):
        shutil.rmtree(into / name, ignore_errors=True)
    wheel = packages.build_wheel(into / "wheel")
    _pip("install", "--no-deps", "--no-index", "--target", into / "installed", wheel, log="salt-extension")
    salt_bundle.build(into / "bundle")


def platforms(machine: str) -> list[str]:
    """Return the platforms whose wheels run on hosts of every suite, best first."""
    newer = [f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 16, -1)]
    return [*newer, f"manylinux2014_{machine}"]


def _make(series: str, suite: str, folder: Path) -> None:
    """Make the folder beside its place."""
    image = ensure_image(suite)
    python = podman("run", "--rm", "--network=none", image, "python3", "-c", ASK).stdout.strip()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as scratch:
        made, wheels = Path(scratch) / folder.name, Path(scratch) / "wheels"
        _pip("wheel", "--no-deps", "--wheel-dir", wheels, f"salt>={series},<{int(series) + 1}", log=f"salt-{series}")
        install = ("install", "--no-compile", "--target", made)
        _pip(*install, "--no-deps", *wheels.iterdir(), log=f"salt-{series}-{suite}")
        target = ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
        target += [f"--platform={name}" for name in platforms(platform.machine())]
        _pip(*install, *target, "--requirement", REQUIREMENTS, log=f"salt-{series}-{suite}-needs")
        options = ["--network=none", f"--volume={made}:{PLACE}", f"--env=PYTHONPATH={PLACE}"]
        podman("run", "--rm", *options, image, "python3", "-c", FINISH)
        made.rename(folder)


def _pip(*words: str | Path, log: str) -> None:
    run([sys.executable, *_PIP, *words], log=log)


def _digest() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]


def main(argv: t.Sequence[str]) -> int:
    """Lay the extension out in a folder, for minions with and without a wheel."""
    if len(argv) != 1:
        print("usage: python -m fungible_dev.hosts_salt FOLDER", file=sys.stderr)
        return 2
    try:
        lay_out_extension(Path(argv[0]))
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
