# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A minion describes a site that is kept by hand without a pillar, and says what Ansible's module says."""

from __future__ import annotations

import typing as t

import pytest
from salt.exceptions import CommandExecutionError
from tests.unit import hand_kept
from tests.unit.salt.loaded import Loaded

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept.whereabouts import Whereabouts

if t.TYPE_CHECKING:
    from pathlib import Path


def test_what_is_kept_by_hand_is_described_without_a_pillar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = str(hand_kept.site(tmp_path / "html"))
    chain = Loaded(monkeypatch, "modules", "plugin_chain")
    found = adoption.facts(LocalHost(), Whereabouts(site))
    kept = [{**one, "kept": {"state": "no"}} for one in found["extensions"]]
    told = chain.call("info", "blog", path=site, root=str(tmp_path))
    assert told == {**found, "extensions": kept}


def test_what_is_no_wordpress_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandExecutionError, match="is no WordPress"):
        Loaded(monkeypatch, "modules", "plugin_chain").call("info", "blog", path=str(tmp_path))
