# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must this machine have: programs from the distribution, and virtual environments."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import typing as t
from pathlib import Path

from . import places, show
from .commands import attempt, run
from .errors import ToolError
from .pythons import Python, find_pythons

__all__ = ["ensure_system", "ensure_venv", "find_pythons"]

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = "#!/bin/sh\n# Placed by fungible's ./dev while it installs packages; safe to delete.\nexit 101\n"
CONTROLLER = ((3, 10), (3, 14))  # what the ansible-core releases that we allow run on, between them


def ensure_system(packages: t.Sequence[str], why: str) -> None:
    """Install the Debian packages that are missing, without starting their services."""
    missing = _missing(packages)
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise ToolError(f"{why} needs what Debian has as {' '.join(missing)}; install it by your own means")
    if os.geteuid() != 0:
        raise ToolError(f"{why} needs packages that are missing; run: sudo apt-get install -y {' '.join(missing)}")
    show.note(f"Installing with apt: {' '.join(missing)} (needed for {why})")
    with places.only_one(places.cache() / "apt.lock"), _no_services_started(POLICY):
        _apt_install(missing)


def refresh_apt_lists() -> None:
    """Ask for the lists of packages if this machine has none yet."""
    if os.geteuid() == 0 and not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
        run(["apt-get", "update", "-q"], log="apt-update")


def ensure_venv(name: str, requirements: Path) -> Path:
    """Return the Python of a virtual environment outside the checkout that has the requirements."""
    home = places.folder("venvs")
    stem = f"{name}-{_digest(requirements)}"
    with places.only_one(home / f"{name}.lock"):
        ready = _ready(home, stem)
        if ready:
            return ready
        python = _choose()
        folder = home / f"{stem}-py{python.minor}"
        show.note(f"Installing with pip: {requirements.name}, for Python {python.minor} (once, into {folder})")
        _make_venv(folder, python, requirements)
        return folder / "bin/python"


def _missing(packages: t.Sequence[str]) -> list[str]:
    asked = attempt(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages])
    installed = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


@contextlib.contextmanager
def _no_services_started(policy: Path) -> t.Iterator[None]:
    """Answer the packages' scripts that nothing may be started (see invoke-rc.d(8))."""
    ours = not policy.exists() or policy.read_text(encoding="utf-8", errors="replace") == POLICY_TEXT
    try:
        if ours:
            policy.write_text(POLICY_TEXT, encoding="utf-8")
            policy.chmod(0o755)
        yield
    finally:
        if ours:
            policy.unlink(missing_ok=True)


def _apt_install(packages: t.Sequence[str]) -> None:
    refresh_apt_lists()
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *packages]
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "l"}
    if attempt(command, env=quiet).returncode != 0:
        run(["apt-get", "update", "-q"], log="apt-update")  # lists that are too old name files that are gone
        run(command, env=quiet, log="apt-install")


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]


def _ready(home: Path, stem: str) -> Path | None:
    for folder in sorted(home.glob(f"{stem}-py*")):
        python = folder / "bin/python"
        if (folder / ".ready").exists() and os.access(python, os.X_OK):
            return python
    return None


def _choose() -> Python:
    first, last = CONTROLLER
    for python in find_pythons(first):
        if python.version[:2] <= last and _makes_venvs(python):
            return python
    raise ToolError(f"Python {first[0]}.{first[1]} to {last[0]}.{last[1]} is needed; install one and put it on PATH")


def _makes_venvs(python: Python) -> bool:
    """Tell whether the interpreter has ensurepip; Debian keeps it in a package of its own."""
    check = [str(python.path), "-c", "import ensurepip, ssl, venv"]
    if attempt(check).returncode == 0:
        return True
    if python.path.parent != Path("/usr/bin") or shutil.which("apt-get") is None:
        return False
    ensure_system([f"python{python.minor}-venv"], "a virtual environment")
    return attempt(check).returncode == 0


def _make_venv(folder: Path, python: Python, requirements: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    run([python.path, "-m", "venv", folder], log=f"venv-{folder.name}")
    pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    run([folder / "bin/python", *pip, "-r", requirements], log=f"pip-{folder.name}")
    (folder / ".ready").touch()
