# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts do a scenario's tests run on: all of them, or those whose groups the test file names.

A test file that is not for every host says so with `testinfra_groups = ["router"]`. Hosts are asked through podman,
since testinfra's way through Ansible takes a second for each question. What a test does to its host, it does by
playbooks, with the collection that the scenario installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import typing as t

import pytest

from fungible_dev import hosts
from fungible_dev.molecule_play import Player
from fungible_dev.molecule_wordpress import WordPress

if t.TYPE_CHECKING:
    from testinfra.host import Host


def pytest_configure(config: pytest.Config) -> None:
    """Read the scenario's inventory once."""
    path = os.environ.get("MOLECULE_INVENTORY_FILE")
    if path:
        listed = subprocess.run(
            ["ansible-inventory", "--inventory", path, "--list"], capture_output=True, text=True, check=True
        )
        config.stash[INVENTORY] = json.loads(listed.stdout)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell testinfra's own hook, which comes next, the module's hosts."""
    inventory = metafunc.config.stash.get(INVENTORY, None)
    if inventory is not None and "testinfra_hosts" not in vars(metafunc.module):
        groups = getattr(metafunc.module, "testinfra_groups", None)
        wanted = names_of(inventory, groups)
        vars(metafunc.module)["testinfra_hosts"] = [f"podman://{name}" for name in wanted]


def names_of(inventory: dict[str, t.Any], groups: t.Sequence[str] | None) -> list[str]:
    """Return the names of the hosts in any of the groups, or of all hosts."""
    names = set(inventory["_meta"]["hostvars"]) if groups is None else set()
    for group in groups or ():
        names.update(inventory[group]["hosts"])
    return sorted(names)


@pytest.fixture(scope="module")
def machine(host: Host) -> hosts.Host:
    """Give the host, to do to it what testinfra has no words for."""
    return hosts.Host(host.backend.name, "")


@pytest.fixture(scope="module")
def play(machine: hosts.Host) -> Player:
    """Give what runs playbooks on the host."""
    return Player(machine.name)


@pytest.fixture(scope="session")
def inventory(pytestconfig: pytest.Config) -> dict[str, t.Any]:
    """Give the scenario's inventory, as Ansible lists it."""
    return pytestconfig.stash[INVENTORY]


@pytest.fixture(scope="module")
def wordpress(machine: hosts.Host, inventory: dict[str, t.Any]) -> WordPress:
    """Give the WordPress of the host."""
    known = inventory["_meta"]["hostvars"][machine.name]
    return WordPress(machine, "actioncenter", known["wordpress_manifest"])


INVENTORY = pytest.StashKey[dict[str, t.Any]]()
