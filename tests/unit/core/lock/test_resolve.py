# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What sites may use is resolved to versions and bytes, the same ones each time; and nothing else is ever taken."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest
from tests.unit.core.examples import blog
from tests.unit.core.lock.fleet import Fleet, archive, plugin, refusal

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.expansion import expand
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import (
    ManifestError,
)
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import Lock, dump, parse
from fungible_dev.directory_server import Answer

if t.TYPE_CHECKING:
    pass


# a directory


def test_the_newest_version_that_the_range_allows_is_locked_with_all_that_it_says(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=5.3,<6")
    done = fleet.resolve()
    (entry,) = done.lock.entries
    held = plugin("akismet", "5.3.1", "Requires at least: 5.8")
    assert (entry.version, entry.sha256) == ("5.3.1", hashlib.sha256(held).hexdigest())
    assert entry.url == f"{fleet.directory.url}/plugin/akismet.5.3.1.zip"
    assert (entry.requires.wordpress, entry.published) == (">=5.8", True)
    assert done.steps == ("lock akismet 5.3.1 (>=5.3,<6)",)
    assert done.changed
    assert parse(done.text) == done.lock


def test_resolving_twice_gives_the_same_bytes_and_asks_for_nothing(fleet: Fleet) -> None:
    fleet.from_directory("akismet")
    fleet.lock()
    fleet.directory.release("akismet", "6.1", plugin("akismet", "6.1"))
    fleet.directory.asked.clear()
    again = fleet.resolve()
    assert (again.text, again.changed, again.steps) == (fleet.old, False, ())
    assert not fleet.directory.asked


def test_an_update_takes_the_newest_allowed_and_tells_of_what_is_not(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=5.3,<6")
    fleet.lock()
    fleet.directory.release("akismet", "5.4", plugin("akismet", "5.4"))
    fleet.directory.release("akismet", "6.1", plugin("akismet", "6.1"))
    done = fleet.resolve("akismet")
    assert done.steps == ("update akismet 5.3.1 -> 5.4 (>=5.3,<6)",)
    assert done.outside == ("akismet stays 5.4: 6.1 is newer, and not >=5.3,<6",)
    assert fleet.resolve("all").text == done.text


def test_what_is_locked_stays_where_a_new_range_still_allows_it(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=5.3,<6")
    fleet.lock()
    fleet.from_directory("akismet", ">=5.3")
    assert [one.version for one in fleet.lock().entries] == ["5.3.1"]
    fleet.from_directory("akismet", ">=6")
    assert [one.version for one in fleet.lock().entries] == ["6.0"]


def test_what_is_no_longer_wanted_is_dropped(fleet: Fleet) -> None:
    fleet.from_directory("akismet")
    fleet.lock()
    fleet.extensions.clear()
    done = fleet.resolve()
    assert done.steps == ("drop akismet 6.0 (any version)",)
    assert done.lock.entries == ()


def test_an_early_version_is_taken_by_name_alone(fleet: Fleet) -> None:
    fleet.directory.release("akismet", "7.0-beta1", plugin("akismet", "7.0-beta1"))
    fleet.directory.stable["akismet"] = "6.0"
    fleet.from_directory("akismet", ">=5")
    assert [one.version for one in fleet.resolve().lock.entries] == ["6.0"]
    fleet.from_directory("akismet", "7.0-beta1")
    assert [one.version for one in fleet.resolve().lock.entries] == ["7.0-beta1"]


@pytest.mark.parametrize(
    ("link", "line"),
    [
        ("https://me:a-password@{host}/plugin/akismet.6.0.zip", "leads to an address with a login in it"),
        ("http://[::1", "leads to what is no address: ask who runs it"),
        ("/plugin/\ud800.zip", "leads to what is no address: ask who runs it"),
        ("/plugin/akismet.6.0.zip?for=old \u00e4", ""),
    ],
)
def test_a_link_that_a_source_names_is_one_that_the_lock_can_keep(fleet: Fleet, link: str, line: str) -> None:
    where = link.format(host=fleet.directory.url.partition("://")[2])
    said = {"version": "6.0", "download_link": where}
    fleet.directory.special["/plugins/info/1.2/"] = Answer(200, json.dumps(said).encode())
    fleet.from_directory("akismet")
    if line:
        assert line in (told := refusal(fleet))
        assert "a-password" not in told
    else:
        done = fleet.resolve()
        assert parse(done.text) == done.lock
        assert done.lock.entries[0].url.endswith("?for=old%20%C3%A4")


def test_files_that_are_not_those_that_were_published_are_told(fleet: Fleet) -> None:
    fleet.directory.special["/plugin-checksums/akismet/6.0.json"] = Answer(
        200, b'{"files": {"a.php": {"sha256": "0"}}}'
    )
    fleet.from_directory("akismet")
    done = fleet.resolve()
    assert [one.published for one in done.lock.entries] == [False]
    assert done.warnings == ("akismet 6.0: its files are not those of the published checksums",)


def test_a_theme_is_found_among_the_themes(fleet: Fleet) -> None:
    look = archive({"look/style.css": "/*\nTheme Name: Look\nVersion: 1.2\n*/"})
    fleet.directory.release("look", "1.2", look, "theme")
    fleet.from_directory("look", kind="theme")
    assert [(one.version, one.published) for one in fleet.resolve().lock.entries] == [("1.2", None)]


def child(parent: str) -> bytes:
    return archive({"look/style.css": f"/*\nTheme Name: Look\nVersion: 1.2\nTemplate: {parent}\n*/"})


@pytest.mark.parametrize(("parent", "needs"), [("Divi", ("Divi",)), ("twentytwentyfour", ()), ("", ())])
def test_a_child_theme_is_locked_with_its_parent_unless_wordpress_ships_that(
    fleet: Fleet, parent: str, needs: tuple[str, ...]
) -> None:
    fleet.directory.release("look", "1.2", child(parent), "theme")
    fleet.from_directory("look", kind="theme")
    assert [one.requires.extensions for one in fleet.resolve().lock.entries] == [needs]


def test_a_child_theme_without_its_parent_is_an_error_before_anything_is_locked(fleet: Fleet) -> None:
    fleet.directory.release("look", "1.2", child("Divi"), "theme")
    fleet.from_directory("look", kind="theme")
    fleet.sites["blog"] = {**blog(), "plugins": {"use": [{"name": "look"}]}}
    assert refusal(fleet) == (
        "blog.plugins: look (blog.plugins.use[0]) requires Divi (the headers of look 1.2.extensions), "
        "which is not in the site's chain: add it, or take look out"
    )


def test_a_parent_that_is_no_folders_name_is_told(fleet: Fleet) -> None:
    fleet.directory.release("look", "1.2", child("../Divi"), "theme")
    fleet.from_directory("look", kind="theme")
    assert refusal(fleet).startswith("look: its header says `Template: ../Divi`, which is no theme: ")


# what sites get of it


def test_a_site_gets_the_bytes_that_are_locked(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=5.3,<6", approved_by="Maria")
    fleet.sites["blog"] = {**blog(), "plugins": {"use": [{"name": "akismet"}]}}
    lock = fleet.lock()
    shared = {"extensions": fleet.extensions}
    found = expand("blog", fleet.sites["blog"], shared, lambda: lock)
    assert found.notes.locked == ("akismet",)
    (used,) = found.manifest["plugins"]["use"]
    (entry,) = lock.entries
    whole = {"sha256": entry.sha256, "tree": entry.tree}
    assert used == {"name": "akismet", "version": "5.3.1", "source": {**whole, "url": entry.url}}
    from_folder = parse(dump(lock), artifacts="/var/artifacts/")
    (used,) = expand("blog", fleet.sites["blog"], shared, lambda: from_folder).manifest["plugins"]["use"]
    assert used["source"] == {**whole, "file": f"/var/artifacts/{entry.sha256}.zip"}


def test_sites_may_want_other_versions_than_the_catalogue(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=6")
    own = {"name": "akismet", "version": "5.2"}
    fleet.sites = {"blog": {**blog(), "plugins": {"use": [own]}}}
    assert [one.version for one in fleet.lock().entries] == ["5.2", "6.0"]


def test_what_is_not_in_the_lock_is_told(fleet: Fleet) -> None:
    fleet.from_directory("akismet", ">=6")
    manifest = {**blog(), "plugins": {"use": [{"name": "akismet"}]}}
    with pytest.raises(ManifestError, match=r"^blog\.plugins: akismet .* is not in the lock: .*: make the lock first"):
        expand("blog", manifest, {"extensions": fleet.extensions}, Lock)
    with pytest.raises(ManifestError, match="has to be locked, and there is no lock"):
        expand("blog", manifest, {"extensions": fleet.extensions})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "Requires Plugins: forms",
            "requires forms (the headers of look 1.0.extensions), which is not in the site's chain: add it, or",
        ),
        (
            "Requires at least: 9.0",
            "requires wordpress >=9.0 (the headers of look 1.0.wordpress), and app.version is 6.4: use another",
        ),
    ],
)
def test_what_headers_demand_and_a_site_has_not_is_an_error_before_anything_is_locked(
    fleet: Fleet, line: str, told: str
) -> None:
    fleet.directory.release("look", "1.0", plugin("look", "1.0", line))
    fleet.from_directory("look")
    fleet.sites["blog"] = {**blog(), "plugins": {"use": [{"name": "look"}]}}
    assert refusal(fleet).startswith(f"blog.plugins: look (blog.plugins.use[0]) {told}")


def test_no_secret_of_a_site_gets_anywhere(fleet: Fleet) -> None:
    fleet.from_directory("akismet")
    fleet.sites["blog"] = {**blog(), "plugins": {"use": [{"name": "akismet"}]}}
    done = fleet.resolve()
    for secret in ("the secret of the site", "pass word"):
        assert secret not in repr(done)


# sources that are away


def test_a_cache_that_is_none_is_told(fleet: Fleet) -> None:
    fleet.from_directory("akismet")
    (fleet.folder / "cache").write_text("a file")
    assert refusal(fleet).startswith(f"{fleet.folder}/cache: File exists: ")
    (fleet.folder / "cache").unlink()
    held = fleet.lock().entries[0].artifact
    (fleet.folder / "cache" / held).unlink()
    (fleet.folder / "cache" / held).mkdir()
    assert refusal(fleet).startswith(f"{fleet.folder}/cache/{held}: Is a directory: ")


def test_what_is_locked_and_cached_needs_no_source(fleet: Fleet) -> None:
    fleet.from_directory("akismet", "<6")
    fleet.lock()
    fleet.directory.special["/plugins/info/1.2/"] = Answer(503)
    done = fleet.resolve("akismet")
    assert (done.text, done.changed) == (fleet.old, False)
    (line,) = done.warnings
    assert "answers 503; akismet stays 5.3.1, as it is locked" in line


def test_an_artifact_that_is_not_there_any_more_is_told_with_what_that_means(fleet: Fleet) -> None:
    fleet.from_directory("akismet", "<6")
    (entry,) = fleet.lock().entries
    (fleet.folder / f"cache/{entry.artifact}").unlink()
    fleet.directory.special["/plugin/akismet.5.3.1.zip"] = Answer(404)
    done = fleet.resolve()
    (line,) = done.warnings
    assert done.text == fleet.old
    assert line == (
        f"{entry.url}: is not there any more (404): hosts that did not fetch akismet 5.3.1 before cannot deploy "
        "it: update akismet, or say another source of it"
    )


def test_a_source_that_is_away_is_an_error_where_nothing_is_locked(fleet: Fleet) -> None:
    fleet.extensions["look"] = {"source": {"directory": "http://127.0.0.1:9"}}
    assert "cannot be read: " in refusal(fleet)


def test_a_short_failure_is_tried_again(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([Answer(503), Answer(429)])
    real = fleet.directory.answer
    monkeypatch.setattr(fleet.directory, "answer", lambda target: next(failures, None) or real(target))
    fleet.from_directory("akismet")
    assert fleet.resolve().lock.entries
