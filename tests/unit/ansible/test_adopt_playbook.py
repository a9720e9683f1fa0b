# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adoption, for real: ansible-playbook fungible.deploy.adopt writes what a hand-kept site is on the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit import hand_kept
from tests.unit.ansible import playbooks

from fungible_dev.directory_server import serving


@pytest.mark.parametrize("content", ["html/wp-content", "app"])
def test_the_catalogue_and_the_manifest_are_written_and_the_site_is_left_alone(tmp_path: Path, content: str) -> None:
    site = hand_kept.site(tmp_path / "html")
    (site / "wp-content").rename(tmp_path / content)
    before = sorted((path, path.lstat().st_mtime_ns) for path in site.rglob("*"))
    playbooks.inventory(tmp_path, "web1")
    made = hand_kept.directory()
    with serving(made):
        said = {"site": "blog", "path": str(site), "output": str(tmp_path / "out"), "fungible_become": "false"}
        said.update({"content": str(tmp_path / content)} if content == "app" else {})
        extra = [word for key, value in said.items() for word in ("-e", f"{key}={value}")]
        extra += ["-e", f"fungible_published_url={made.url}"]
        done = playbooks.run(tmp_path, "fungible.deploy.adopt", *extra)
    assert done.returncode == 0, done.stdout
    written = (tmp_path / "out/web1/blog.yml").read_text()
    found = yaml.safe_load(written)
    assert found["fungible_catalogue"]["extensions"]["forms"]["source"] == {"directory": "wordpress.org"}
    assert [one["name"] for one in found["fungible_sites"]["blog"]["plugins"]["use"]][:2] == ["edited", "forms"]
    assert "# wp-content/plugins/edited: differs from what wordpress.org published" in written
    assert sorted((path, path.lstat().st_mtime_ns) for path in site.rglob("*")) == before
