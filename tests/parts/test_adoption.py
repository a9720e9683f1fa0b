# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real WordPress that people kept by hand is described: what somebody edited, and what nobody did."""

from __future__ import annotations

import typing as t
import zipfile

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core import adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from fungible_dev import artifacts
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    plugins = tmp_path / "wordpress/wp-content/plugins"
    for artifact, folder in ((artifacts.wordpress("6.4.5"), tmp_path), (artifacts.akismet(), plugins)):
        with zipfile.ZipFile(artifact.path) as archive:
            archive.extractall(folder)
    return tmp_path / "wordpress"


def described(site: Path) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    akismet, directory = artifacts.akismet(), Directory()
    directory.release("akismet", akismet.version, akismet.path.read_bytes())
    with serving(directory):
        found = adoption.facts(LocalHost(), str(site), published=True, published_url=directory.url)
    return found, next(one for one in found["extensions"] if one["name"] == "akismet")


def test_a_real_site_is_described_and_what_somebody_edited_is_named(site: Path) -> None:
    found, akismet = described(site)
    assert (found["version"], akismet["published"]["state"]) == ("6.4.5", "same")
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"directory": "wordpress.org"}
    main = site / "wp-content/plugins/akismet/akismet.php"
    main.write_text(main.read_text() + "\n// by hand\n")
    (site / "wp-content/plugins/akismet/notes.txt").touch()
    found, akismet = described(site)
    assert (akismet["published"]["changed"], akismet["published"]["added"]) == (("akismet.php",), ("notes.txt",))
    version = artifacts.akismet().version
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"file": f"akismet-{version}.zip"}
