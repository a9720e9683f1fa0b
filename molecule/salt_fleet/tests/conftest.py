# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines are the fleet: a master, and the site on each minion."""

from __future__ import annotations

import typing as t

import pytest

from fungible_dev.hosts import Host
from fungible_dev.molecule_salt import Master
from fungible_dev.molecule_wordpress import WordPress


@pytest.fixture(scope="session")
def master(inventory: dict[str, t.Any]) -> Master:
    [name] = inventory["salt_master"]["hosts"]
    return Master(Host(name, ""))


@pytest.fixture(scope="session")
def webs(inventory: dict[str, t.Any]) -> dict[str, WordPress]:
    """Give the site on each minion, by the minion's id."""
    known = inventory["_meta"]["hostvars"]
    return {
        name.rpartition("-")[2]: WordPress(Host(name, ""), "actioncenter", known[name]["wordpress_manifest"])
        for name in inventory["salt_minions"]["hosts"]
    }
