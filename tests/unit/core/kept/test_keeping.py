# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of a WordPress that people kept by hand is kept where it is: each part at once, and nothing is lost."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest
from tests.parts.support.dying import CountingHost, DyingHost, in_child
from tests.unit import hand_kept
from tests.unit.kept_site import CHAIN, NEW, PLUGINS, Site

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host import kept_trees
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import php as wordpress_php
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request

USER: t.Final = 33  # www-data's, where we may give files away


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_what_is_there_as_declared_is_adopted_and_left_where_it_is(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    before = (site.path / PLUGINS / "forms/forms.php").stat().st_ino
    assert site.kept() == ["place plugin forms 2.4 over 2.4, which is set aside if it differs"]
    assert (site.path / PLUGINS / "forms/forms.php").stat().st_ino == before
    assert site.aside == {}


def test_what_turns_out_to_be_there_once_its_artifact_is_unpacked_is_adopted(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    CountingHost().remove(str(site.root / "var/lib/fungible"))
    assert site.kept() == ["adopt plugin forms 2.4, which is there"]


def test_a_new_version_takes_the_place_of_one_that_is_known(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    site.declare("forms", "2.5", NEW)
    assert site.kept() == ["place plugin forms 2.5 over 2.4"]
    assert site.files(f"{PLUGINS}/forms") == NEW
    assert site.aside == {}


def test_what_somebody_edited_is_set_aside_whole(site: Site) -> None:
    before = site.files(f"{PLUGINS}/edited")
    site.declare("edited", "1.0", hand_kept.EDITED)
    site.kept()
    assert site.files(f"{PLUGINS}/edited") == hand_kept.EDITED
    assert site.aside == {"plugins/edited": before}
    (site.path / PLUGINS / "edited/edited.php").write_text("<?php // by hand again")
    step = "place plugin edited 1.0 over what is there, which is set aside"
    assert site.kept() == [step]
    assert stat.S_IMODE((site.root / "var/lib/fungible/blog/replaced").stat().st_mode) == 0o700


def test_what_a_plugin_wrote_stays_and_is_set_aside_with_the_version_that_wrote_it(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    (site.path / PLUGINS / "forms/cache.txt").write_text("written by it")
    assert site.keep() == []
    site.declare("forms", "2.5", NEW)
    assert site.kept() == ["place plugin forms 2.5 over 2.4, which is set aside"]
    assert site.aside["plugins/forms"]["cache.txt"] == "written by it"


def test_files_folders_and_every_kind_get_to_where_wordpress_looks_for_them(site: Site) -> None:
    rules, hello = "<?php // rules", "<?php\n/* Plugin Name: Hello Dolly\n * Version: 1.7.3 */"
    site.declare("hello", "1.7.3", hello)
    site.declare("rules", "1", rules, kind="mu-plugin")
    site.declare("look", "2", {"style.css": "/*\nTheme Name: Look\nVersion: 2\n*/"}, kind="theme")
    site.declare("db", "1", {"inside/db.php": "<?php // ours"}, kind="drop-in")
    site.declare("fresh", "1", {"fresh.php": "<?php\n/* Plugin Name: Fresh */"})
    site.kept()
    found = {one["path"]: one for one in _described(site)}
    assert site.files(f"{PLUGINS}/hello.php") == {"": hello}
    assert site.files("wp-content/db.php") == {"": "<?php // ours"}
    kept = {path for path, one in found.items() if one["kept"]["state"] == "whole"}
    assert kept == {
        f"{PLUGINS}/hello.php",
        f"{PLUGINS}/fresh",
        "wp-content/mu-plugins/rules.php",
        "wp-content/themes/look",
        "wp-content/db.php",
    }
    assert found[f"{PLUGINS}/premium"]["kept"] == {"state": "no"}


def _described(site: Site) -> list[dict[str, t.Any]]:
    asked = Request("blog", {}, root=str(site.root))
    found: list[dict[str, t.Any]] = chain.facts(CountingHost(), asked, path=str(site.path))["extensions"]
    return found


def test_what_is_kept_and_differs_is_told(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    (site.path / PLUGINS / "forms/css/a.css").unlink()
    kept = next(one["kept"] for one in _described(site) if one["path"] == f"{PLUGINS}/forms")
    assert kept == {"state": "differs", "missing": ("css/a.css",), "changed": (), "added": ()}


def test_what_is_to_be_gone_is_removed_where_it_is_known_and_else_set_aside(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    site.absent("forms")
    site.absent("edited")
    site.absent("look", kind="theme")
    before = {"plugins/edited": site.files(f"{PLUGINS}/edited"), "themes/look": site.files("wp-content/themes/look")}
    assert site.kept() == [
        "remove theme look (wp-content/themes/look), which is set aside",
        "remove plugin edited (wp-content/plugins/edited), which is set aside",
        "remove plugin forms (wp-content/plugins/forms)",
    ]
    assert site.aside == before
    assert site.files("wp-content/themes/forms")


def test_what_nobody_declared_is_left_alone(site: Site) -> None:
    before = {path: path.read_bytes() for path in site.path.rglob("*") if path.is_file() and "forms" not in str(path)}
    site.declare("forms", "2.5", NEW)
    site.kept()
    assert {path: path.read_bytes() for path in before} == before


def test_owner_and_mode_follow_the_folder(site: Site) -> None:
    plugins = site.path / PLUGINS
    user = USER if os.geteuid() == 0 else os.geteuid()
    os.chown(plugins, user, -1)
    plugins.chmod(0o2775)
    site.declare("forms", "2.5", NEW)
    site.kept()
    for one, mode in (("forms", 0o2775), ("forms/css", 0o2775), ("forms/forms.php", 0o664)):
        seen = (plugins / one).stat()
        assert (seen.st_uid, stat.S_IMODE(seen.st_mode)) == (user, mode)


def test_a_second_run_reads_no_file_of_what_was_adopted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.kept()
    monkeypatch.setattr(kept_trees.trees, "file_digest", lambda path: pytest.fail(f"read {path}"))
    assert site.keep() == []


def test_without_an_exchange_two_renames_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_trees, "_exchanged", lambda one, other: False)
    before = site.files(f"{PLUGINS}/edited")
    site.declare("edited", "1.0", hand_kept.EDITED)
    site.kept()
    assert (site.files(f"{PLUGINS}/edited"), site.aside) == (hand_kept.EDITED, {"plugins/edited": before})


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_run_that_dies_at_any_change_loses_nothing_and_the_next_one_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:
        monkeypatch.setattr(kept_trees, "_exchanged", lambda one, other: False)
    number = 0
    while True:
        number += 1
        site = Site(_folder(tmp_path, number))
        _beginning(site)
        edited, forms = site.files(f"{PLUGINS}/edited"), site.files(f"{PLUGINS}/forms")
        ended = in_child(lambda: site.keep(DyingHost(number)))  # noqa: B023 - called here
        if not ended.killed:
            break
        if exchanges:
            assert site.files(f"{PLUGINS}/edited") in (edited, hand_kept.EDITED)
            assert site.files(f"{PLUGINS}/forms") in (forms, NEW)
        site.keep()
        assert site.keep() == []
        assert (site.files(f"{PLUGINS}/edited"), site.files(f"{PLUGINS}/forms")) == (hand_kept.EDITED, NEW)
        assert site.aside == {"plugins/edited": edited, "themes/look": hand_kept_look()}, number
        assert not list(tmp_path.rglob(".fungible-*"))
    assert number > 20


def test_what_others_left_under_such_names_leads_nowhere_else(site: Site) -> None:
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.keep()
    plugins = site.path / PLUGINS
    names = (".fungible-.ready", ".fungible-..ready", ".fungible-...ready", os.fsdecode(b".fungible-\xff.ready"))
    for name in names:
        (plugins / name).mkdir()
    (plugins / ".fungible-a.gone").symlink_to(site.folder)
    assert site.keep() == [f"put away {plugins}/.fungible-a.gone, left by a run that was cut off"]
    assert all((plugins / name).is_dir() for name in names)
    [aside] = (site.root / "var/lib/fungible/blog/replaced/plugins").iterdir()
    assert aside.readlink() == site.folder


def _folder(tmp_path: Path, number: int) -> Path:
    folder = tmp_path / str(number)
    folder.mkdir()
    return folder


def _beginning(site: Site) -> None:
    """Have one extension that is known and gets newer, one that somebody edited, and one that is to be gone."""
    site.declare("forms", "2.4", hand_kept.FORMS)
    site.keep()
    site.declare("forms", "2.5", NEW)
    site.declare("edited", "1.0", hand_kept.EDITED)
    site.absent("look", kind="theme")


def hand_kept_look() -> dict[str, str]:
    return {"style.css": hand_kept.FILES["wp-content/themes/look/style.css"]}


def test_onto_another_file_system_is_copied_with_owner_and_links(tmp_path: Path) -> None:
    source, place = tmp_path / "source", Path("/dev/shm") / f"fungible-{os.getpid()}/kept"
    (source / "inside").mkdir(parents=True)
    (source / "inside/a").write_text("a")
    user = USER if os.geteuid() == 0 else os.geteuid()
    os.chown(source / "inside/a", user, -1)
    (source / "link").symlink_to("inside/a")
    place.parent.mkdir()
    CountingHost().set_aside(str(source), str(place))
    try:
        assert not source.exists()
        assert (place / "inside/a").stat().st_uid == user
        assert (place / "link").readlink() == Path("inside/a")
    finally:
        CountingHost().remove(str(place.parent))


def test_the_order_is_written_and_goes_with_the_chain(site: Site) -> None:
    site.declare("edited", "1.0", hand_kept.EDITED)
    site.declare("forms", "2.4", hand_kept.FORMS, state="disabled")
    site.keep()
    order = site.path / CHAIN
    assert "array('edited')" in order.read_text()
    assert "array('forms')" in order.read_text()
    order.write_text(order.read_text() + "// by hand")
    assert site.keep() == [f"write {CHAIN}, the order of plugins"]
    assert "by hand" not in order.read_text()
    site.use = []
    assert site.keep() == [f"remove {CHAIN}, the order of plugins"]
    assert not order.exists()


def test_the_chain_of_a_release_is_not_overwritten(site: Site) -> None:
    (site.path / CHAIN).write_text(wordpress_php.chain([], [], [], locked=True))
    site.use = []
    assert site.keep() == []
    site.declare("forms", "2.4", hand_kept.FORMS)
    assert "0-fungible.php: was not written for a site that is kept where it is" in refused(site)


def refused(site: Site) -> str:
    with pytest.raises(CoreError) as error:
        site.keep(check=True)
    assert "\n" not in str(error.value)
    with pytest.raises(CoreError) as again:
        site.keep()
    assert str(again.value) == str(error.value)
    return str(error.value)


def test_a_checkout_of_git_is_left_alone(site: Site) -> None:
    site.declare("premium", "4", {"main.php": "<?php\n/* Plugin Name: Premium */"})
    assert "plugins/premium: is a checkout of git" in refused(site)


def test_nothing_is_replaced_through_a_link(site: Site) -> None:
    site.declare("linked", "1", {"linked.php": "<?php\n/* Plugin Name: Linked */"})
    assert f"plugins/linked: is a link to {site.folder / 'elsewhere'}" in refused(site)
    site.use = []
    site.declare("forms", "2.5", NEW)
    (site.path / PLUGINS).rename(site.folder / "plugins")
    (site.path / PLUGINS).symlink_to(site.folder / "plugins")
    assert "wp-content/plugins: is a link to" in refused(site)


def test_a_site_with_releases_is_not_kept_where_it_is(site: Site) -> None:
    (site.root / "srv/fungible/blog/releases/6.4-0123").mkdir(parents=True)
    assert "blog: has releases in" in refused(site)


def test_what_is_no_wordpress_or_lacks_its_folders_is_refused(site: Site) -> None:
    CountingHost().remove(str(site.path / "wp-content/themes"))
    assert "themes: is not there" in refused(site)
    (site.path / "wp-includes/version.php").unlink()
    assert "is no WordPress" in refused(site)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"state": "disabled", "kind": "mu-plugin"},
            "blog.plugins: mu-plugin forms is disabled, and WordPress loads it",
        ),
        (
            {"state": "disabled", "kind": "theme"},
            "blog.plugins: theme forms is disabled, and WordPress loads it",
        ),
        ({"kind": "drop-in"}, "blog.plugins: drop-in forms: WordPress knows none of that name"),
    ],
)
def test_what_cannot_be_kept_is_refused(site: Site, said: dict[str, str], told: str) -> None:
    site.declare("forms", "2.5", NEW, **said)
    assert told in refused(site)


def test_purging_needs_a_release(site: Site) -> None:
    site.use = [{"name": "forms", "state": "purged", "purge": "forms"}]
    assert "forms is purged, which needs a release" in refused(site)


def test_an_archive_that_is_no_plugin_does_not_take_the_place_of_one(site: Site) -> None:
    before = site.files(PLUGINS)
    site.declare("forms", "2.5", {"readme.txt": "no plugin"})
    with pytest.raises(CoreError, match="is it a plugin"):
        site.keep()
    assert site.files(PLUGINS) == before
