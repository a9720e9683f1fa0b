# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chain that is kept where it is survives disks that are full, read-only, or not the one beside it."""

from __future__ import annotations

import os
import typing as t

import pytest
from tests.parts.support.disk import read_only, resize, small
from tests.unit import hand_kept
from tests.unit.kept_site import NEW, PLUGINS, Site

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError

if t.TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parts

LARGE: t.Final = "x" * (1 << 20)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def visible(site: Site) -> dict[str, str]:
    """Tell the plugins' files that WordPress sees."""
    return {path: text for path, text in site.files(PLUGINS).items() if not path.startswith(".fungible-")}


def refused(site: Site) -> str:
    with pytest.raises(HostError) as error:
        site.keep()
    return str(error.value)


def test_plugins_that_nobody_can_write_are_told_and_stay(site: Site) -> None:
    site.declare("forms", "2.5", NEW)
    before = site.files(PLUGINS)
    with read_only(site.path / PLUGINS):
        assert refused(site).endswith("Read-only file system: have it mounted to be written to, and run again")
    assert site.files(PLUGINS) == before
    assert site.kept() == ["place plugin forms 2.5 over 2.4, which is set aside"]


def test_a_disk_that_is_full_while_a_plugin_is_copied(site: Site) -> None:
    site.declare("forms", "2.5", {**NEW, "large.js": LARGE})
    edited = site.files(PLUGINS)
    with small(site.path / PLUGINS, "256k"):
        for name, text in edited.items():
            (site.path / PLUGINS / name).parent.mkdir(parents=True, exist_ok=True)
            (site.path / PLUGINS / name).write_text(text)
        before = visible(site)
        assert "No space left on device: free some space there" in refused(site)
        assert visible(site) == before
        resize(site.path / PLUGINS, "8m")
        assert "place plugin forms 2.5 over 2.4, which is set aside" in site.kept()
        assert site.files(f"{PLUGINS}/forms") == {**NEW, "large.js": LARGE}
        assert [name for name in os.listdir(site.path / PLUGINS) if name.startswith(".")] == []


def test_what_is_set_aside_onto_another_disk_is_whole_there_though_it_was_full(site: Site) -> None:
    site.declare("edited", "1.0", hand_kept.EDITED)
    plugin = site.path / PLUGINS / "edited"
    (plugin / "by-hand.js").write_text(LARGE)
    (plugin / "by-hand.js").chmod(0o640)
    os.utime(plugin / "by-hand.js", (1, 1))
    before, state = site.files(f"{PLUGINS}/edited"), site.root / "var/lib/fungible/blog"
    with small(state, "256k"):
        assert "No space left on device" in refused(site)
        assert site.files(f"{PLUGINS}/edited") == hand_kept.EDITED
        resize(state, "8m")
        [step] = site.kept()
        assert step.startswith("put away ")
        assert site.aside == {"plugins/edited": before}
        [aside] = (state / "replaced/plugins").iterdir()
        seen = (aside / "by-hand.js").stat()
        assert (seen.st_mode & 0o777, seen.st_mtime) == (0o640, 1)
