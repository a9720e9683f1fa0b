# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is a Molecule scenario run: on hosts of its own, with nothing written into the checkout."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from . import hosts, molecule_parts, packages, places
from .errors import ToolError

SCENARIOS = places.CHECKOUT / "molecule"
CONFIG = SCENARIOS / "config.yml"


def scenarios() -> list[str]:
    """Return the names of the scenarios."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml"))


def run_scenario(
    name: str,
    env: t.Mapping[str, str],
    *,
    python: Path | None = None,
    action: str = "test",
    extra: t.Sequence[str] = (),
) -> int:
    """Run a scenario and return Molecule's exit code.

    The given variables go over this process's own: `ANSIBLE_COLLECTIONS_PATH` names the folder into which the built
    collection was installed; without it, it is built and installed here. The Python is that of the environment with
    Molecule, by default this process's own.
    The action `test` ends its hosts whatever happens; any other leaves them, under names that the next call finds.
    """
    if name not in scenarios():
        raise ToolError(f"there is no scenario {name!r} in molecule/; there are {', '.join(scenarios())}")
    for suite in hosts.SUITES:
        hosts.ensure_image(suite)
    hosts.sweep()
    python = python or Path(sys.executable)
    kept = action != "test"
    run = f"{name.replace('_', '-')}-{'kept' if kept else secrets.token_hex(3)}"  # no _ in a host's name
    scratch = places.folder("molecule") / run
    command = [str(python), "-m", "molecule", "-c", str(CONFIG), action, "-s", name, *extra]
    own = _variables(run, scratch, python, owner=0 if kept else os.getpid())
    collections = {} if "ANSIBLE_COLLECTIONS_PATH" in env else _built_collection(scratch, python)
    surroundings = {**_looks(), **os.environ, **collections, **env, **own}
    surroundings.pop("ANSIBLE_CONFIG", None)
    try:
        return subprocess.run(command, cwd=places.CHECKOUT, env=surroundings, check=False).returncode
    finally:
        if action in {"test", "destroy"}:
            _clear(run, scratch)


def _variables(run: str, scratch: Path, python: Path, *, owner: int) -> dict[str, str]:
    """Return what Molecule, its playbooks and its tests read."""
    scratch.mkdir(parents=True, exist_ok=True)
    return {
        **hosts.podman_env(),
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_HOME": str(scratch / "ansible"),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(scratch / "run"),
        "MOLECULE_PROJECT_DIRECTORY": str(places.CHECKOUT),
        "FUNGIBLE_ARTIFACTS": str(molecule_parts.write(scratch / "artifacts.json")),
        "FUNGIBLE_HOSTS": f"{hosts.PREFIX}{run}-",
        "FUNGIBLE_NETWORK": f"{hosts.PREFIX}{run}",
        "FUNGIBLE_OWNER": str(owner),
    }


def _built_collection(scratch: Path, python: Path) -> dict[str, str]:
    """Build and install the collection below the run's own folder, and return what makes Ansible find it."""
    built, into = scratch / "built", scratch / "collections"
    for folder in (built, into):
        shutil.rmtree(folder, ignore_errors=True)
    tarball = packages.build_collection(built, python.parent)
    packages.install_collection(tarball, into, python.parent)
    return {"ANSIBLE_COLLECTIONS_PATH": str(into)}


def _looks() -> dict[str, str]:
    """Return how Molecule prints: its frames cut every line at 80 columns, and logs need no colours."""
    plain = {} if sys.stdout.isatty() else {"NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1"}
    return {"MOLECULE_COMMAND_BORDERS": "0", **plain}


def _clear(run: str, scratch: Path) -> None:
    """End the run's hosts, also those that an interrupted Molecule left behind."""
    for name in hosts.names(f"{hosts.PREFIX}{run}-"):
        hosts.stop_host(name)
    hosts.remove_network(f"{hosts.PREFIX}{run}")
    shutil.rmtree(scratch, ignore_errors=True)


def main(argv: t.Sequence[str] | None = None) -> int:
    """Run an action of Molecule (test, converge, verify, login, destroy, ...) on a scenario."""
    parser = argparse.ArgumentParser(prog="python -m fungible_dev.molecule_runner", description=main.__doc__)
    parser.add_argument("scenario", choices=scenarios())
    parser.add_argument("action", nargs="?", default="test")
    args, extra = parser.parse_known_args(argv)
    try:
        return run_scenario(args.scenario, {}, action=args.action, extra=extra)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
