# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet has one lock, whatever its hosts say in different ways."""

from __future__ import annotations

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock import command


def test_a_site_of_several_hosts_is_there_once_and_again_where_it_differs() -> None:
    hosts = {"web1": {"shop": {"a": 1}, "blog": {}}, "web2": {"shop": {"a": 1}}, "web3": {"shop": {"a": 2}}}
    assert command.sites_of_fleet(hosts) == {"shop": {"a": 1}, "blog": {}, "shop on web3": {"a": 2}}


def test_a_host_without_sites_has_none_and_one_whose_sites_are_no_mapping_is_named() -> None:
    assert command.sites_of_fleet({"web1": None, "web2": {"shop": {}}}) == {"shop": {}}
    for odd in ([], "shop", 5):
        with pytest.raises(ManifestError, match="web1: its sites must be a mapping"):
            command.sites_of_fleet({"web1": odd})


def test_hosts_without_a_catalogue_have_the_others() -> None:
    assert command.catalogue_of_fleet({"web1": None, "web2": {"chains": {}}, "web3": {}}) == {"chains": {}}
    assert command.catalogue_of_fleet({}) is None


def test_two_catalogues_are_an_error_that_names_hosts_of_both() -> None:
    with pytest.raises(ManifestError, match="web1 and web2 have different ones"):
        command.catalogue_of_fleet({"web1": {"unknown": "warn"}, "web2": {"unknown": "error"}})
