# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real plugin is resolved from a directory, and a host unpacks what was locked; also when the directory is gone."""

from __future__ import annotations

import typing as t

import pytest
from tests.unit.core.examples import blog

from ansible_collections.fungible.deploy.plugins.module_utils._core import primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.expansion import expand
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import parse
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.resolve import resolve
from fungible_dev import artifacts
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parts


def test_a_real_plugin_is_resolved_and_a_host_gets_it_without_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    akismet = artifacts.akismet()
    directory = Directory()
    with serving(directory):
        directory.release("akismet", akismet.version, akismet.path.read_bytes())
        shared = {"extensions": {"akismet": {"version": ">=5", "source": {"directory": directory.url}}}}
        site = {**blog(), "plugins": {"use": [{"name": "akismet"}]}}
        done = resolve({"blog": site}, shared, None, desk=LocalDesk(str(tmp_path / "cache"), str))
    (entry,) = done.lock.entries
    assert (entry.version, entry.sha256, entry.published) == (akismet.version, akismet.sha256, True)
    assert entry.licence.startswith("GPL")
    assert entry.requires.wordpress
    plain = expand("blog", site, shared, lambda: parse(done.text, artifacts=str(tmp_path / "cache"))).manifest
    (used,) = plain["plugins"]["use"]
    travelled = {entry.sha256: used["source"]["file"]}
    request = primitives.Request("blog", plain, root=str(tmp_path), files=travelled)
    primitives.plugin_chain(LocalHost(), request, check=False)
    assert not primitives.plugin_chain(LocalHost(), request, check=True).plan
