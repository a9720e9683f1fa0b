# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of each kind of source the artifact is taken that will do, and what is odd about one is told."""

from __future__ import annotations

import hashlib
import typing as t

import pytest
from tests.unit.core.lock.fleet import Fleet, archive, headed, plugin, refusal

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host import workers
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.file import parse
from fungible_dev.directory_server import Answer

# the other sources


def test_a_composer_repository_is_read_as_composer_does(fleet: Fleet) -> None:
    for version in ("v1.0", "1.1", "2.0"):
        fleet.directory.package("vendor/look", version, plugin("look", version.lstrip("v")))
    source = {"composer": fleet.directory.url, "package": "vendor/look"}
    fleet.extensions["look"] = {"version": "<2", "source": source}
    assert [one.version for one in fleet.resolve().lock.entries] == ["1.1"]
    fleet.extensions["look"] = {"version": "1.0", "source": source}
    assert [one.url for one in fleet.resolve().lock.entries] == [f"{fleet.directory.url}/dist/vendor/look/v1.0.zip"]


@pytest.mark.parametrize(("shasum", "fits"), [("0" * 40, False), ("", True), (None, True), (5, True)])
def test_the_digest_that_a_composer_repository_tells_must_be_that_of_the_artifact(
    fleet: Fleet, shasum: t.Any, fits: bool
) -> None:
    look = plugin("look", "1.0")
    fleet.directory.package("vendor/look", "1.0", look)
    source = {"composer": fleet.directory.url, "package": "vendor/look"}
    fleet.extensions["look"] = {"source": source}
    fleet.lock()  # with the right one, which the server tells; now it is at hand, and no less compared
    fleet.directory.packages["vendor/look"][0]["dist"]["shasum"] = shasum
    if fits:
        assert not fleet.resolve("look").changed
        return
    found = hashlib.sha1(look, usedforsecurity=False).hexdigest()
    assert refusal(fleet, "look") == (
        f"{fleet.directory.url}/dist/vendor/look/1.0.zip: its sha1 is {found}, but {fleet.directory.url} says {shasum} "
        "(shasum): ask who runs the repository which is right"
    )


def test_a_folder_of_zips_is_looked_through_by_what_their_headers_say(fleet: Fleet) -> None:
    (fleet.folder / "premium").mkdir()
    for version in ("1.9", "1.10", "2.0"):
        (fleet.folder / f"premium/look-{version}.zip").write_bytes(plugin("look", version))
    (fleet.folder / "premium/notes.txt").write_text("bought in May")
    fleet.extensions["look"] = {"version": "<2", "source": {"folder": "premium"}}
    assert [(one.version, one.file) for one in fleet.lock().entries] == [("1.10", "premium/look-1.10.zip")]


def test_a_folder_has_zips_of_many_extensions_and_each_gets_its_own(fleet: Fleet) -> None:
    kinds = {"look": "theme", "db": "drop-in"}
    zips = {
        "contact-form-7.5.8.zip": plugin("contact-form-7", "5.8"),
        "contact-form.zip": plugin("contact-form", "1.1"),
        "premium.zip": archive({"gallery-2.1/gallery.php": headed("2.1")}),
        "gallery-2.0.zip": archive({"gallery.php": headed("2.0")}),
        "look-9.9.zip": archive({"look/style.css": "/*\nTheme Name: Look\nVersion: 9.9\n*/"}),
        "db.zip": archive({"drop/db.php": "<?php"}),
    }
    (fleet.folder / "zips").mkdir()
    for name, data in zips.items():
        (fleet.folder / "zips" / name).write_bytes(data)
    for name in ("contact-form", "contact-form-7", "gallery", *kinds):
        fleet.extensions[name] = {"kind": kinds.get(name, "plugin"), "source": {"folder": "zips"}}
    fleet.extensions["db"]["version"] = "1"
    assert {one.want.name: (one.version, one.file) for one in fleet.lock().entries} == {
        "contact-form": ("1.1", "zips/contact-form.zip"),
        "contact-form-7": ("5.8", "zips/contact-form-7.5.8.zip"),
        "db": ("1", "zips/db.zip"),
        "gallery": ("2.1", "zips/premium.zip"),
        "look": ("9.9", "zips/look-9.9.zip"),
    }


def test_each_zip_of_a_folder_is_looked_into_once(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    (fleet.folder / "zips").mkdir()
    for number in range(10):
        (fleet.folder / f"zips/look-{number}.zip").write_bytes(plugin(f"look-{number}", "1.0"))
        fleet.extensions[f"look-{number}"] = {"source": {"folder": "zips"}}
    kept, keep = [], LocalDesk.keep
    monkeypatch.setattr(LocalDesk, "keep", lambda desk, at, redirects: kept.append(at) or keep(desk, at, redirects))
    monkeypatch.setattr(workers, "PROCESSES", 1)
    fleet.lock()
    assert sorted(kept) == [f"zips/look-{number}.zip" for number in range(10)]


def test_a_folder_without_a_zip_of_an_extension_is_told(fleet: Fleet) -> None:
    (fleet.folder / "zips").mkdir()
    (fleet.folder / "zips/look-pro-1.0.zip").write_bytes(plugin("look-pro", "1.0"))
    fleet.extensions["look"] = {"source": {"folder": "zips"}}
    line = "no zip there is of it: name its zip look.zip, or the one folder in it look"
    assert refusal(fleet) == f"look (any version from zips): {line}"
    (fleet.folder / "zips/look.zip").write_bytes(archive({"look/look.php": "<?php"}))
    assert refusal(fleet).startswith("look.zip: no PHP file in its top folder has a `Plugin Name:` header")


def test_a_file_and_a_url_are_locked_on_first_sight(fleet: Fleet) -> None:
    (fleet.folder / "look.zip").write_bytes(plugin("look", "1.4"))
    fleet.extensions["look"] = {"source": {"file": "look.zip"}}
    fleet.extensions["akismet"] = {"version": "5.2", "source": {"url": f"{fleet.directory.url}/plugin/akismet.5.2.zip"}}
    assert [(one.want.name, one.version) for one in fleet.lock().entries] == [("akismet", "5.2"), ("look", "1.4")]


def test_a_file_of_php_is_an_extension_too(fleet: Fleet) -> None:
    (fleet.folder / "audit.php").write_text(headed("1.0"))
    fleet.extensions["audit"] = {"kind": "mu-plugin", "source": {"file": "audit.php"}}
    (entry,) = fleet.lock().entries
    assert entry.artifact == f"{entry.sha256}.php"


# what changed, and what is odd


def test_bytes_that_changed_behind_a_version_are_an_error_that_names_both(fleet: Fleet) -> None:
    fleet.from_directory("akismet")
    (entry,) = fleet.lock().entries
    other = plugin("akismet", "6.0", "Description: another")
    fleet.directory.release("akismet", "6.0", other)
    (fleet.folder / f"cache/{entry.artifact}").write_bytes(b"damaged")
    line = refusal(fleet)
    assert f"its sha256 is {hashlib.sha256(other).hexdigest()}, but {entry.sha256} was locked as akismet 6.0" in line
    assert "the bytes changed behind the same version" in refusal(fleet, "all")
    assert fleet.resolve("akismet").steps == ("change akismet 6.0 (any version)",)


@pytest.mark.parametrize(
    ("target", "allowed", "line"),
    [
        ("http://{host}/plugin/akismet.6.0.zip", (), ""),
        ("http://localhost:{port}/plugin/akismet.6.0.zip", (), "is redirected to http://localhost:{port}: add it to"),
        ("http://localhost:{port}/plugin/akismet.6.0.zip", ("http://localhost:{port}",), ""),
        ("file:///etc/passwd", (), "is redirected to file: add it to"),
    ],
)
def test_redirects_go_where_they_may(fleet: Fleet, target: str, allowed: tuple[str, ...], line: str) -> None:
    host = fleet.directory.url.partition("://")[2]
    port = host.partition(":")[2]
    where = target.format(host=host, port=port)
    fleet.directory.special["/look.zip"] = Answer(302, headers={"Location": where})
    redirects = [one.format(port=port) for one in allowed]
    fleet.extensions["look"] = {"source": {"url": f"{fleet.directory.url}/look.zip", "redirects": redirects}}
    if line:
        assert line.format(port=port) in refusal(fleet)
    else:
        assert [one.version for one in fleet.resolve().lock.entries] == ["6.0"]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {"a/a.php": headed("1"), "b/b.php": headed("1")},
            "look.zip: holds a/a.php and b/b.php, each in a fol",
        ),
        ({"look/look.php": "<?php"}, "look.zip: no PHP file in its top folder has a `Plugin Name:` header"),
        ({"look/look.php": headed("")}, "look.zip: its header has no version that could be used (''): say `version:`"),
        ({"look/look.php": headed("../..")}, "look.zip: its header has no version that could be used ('../..')"),
        ({"../look.php": headed("1")}, "look.zip: '../look.php' climbs out with '..'"),
    ],
)
def test_an_odd_archive_is_refused_in_one_line(fleet: Fleet, files: dict[str, str], line: str) -> None:
    (fleet.folder / "look.zip").write_bytes(archive(files))
    fleet.extensions["look"] = {"source": {"file": "look.zip"}}
    assert refusal(fleet).startswith(line)


@pytest.mark.parametrize("top", ["other/", ""])
def test_a_folder_of_another_name_is_taken_as_it_is(fleet: Fleet, top: str) -> None:
    (fleet.folder / "look.zip").write_bytes(archive({f"{top}look.php": headed("1.0"), f"{top}more/a.php": headed("9")}))
    fleet.extensions["look"] = {"source": {"file": "look.zip"}}
    assert [one.version for one in fleet.resolve().lock.entries] == ["1.0"]


def test_two_plugins_in_one_folder_are_told(fleet: Fleet) -> None:
    (fleet.folder / "look.zip").write_bytes(archive({"look/a.php": headed("1.0"), "look/b.php": headed("2.0")}))
    fleet.extensions["look"] = {"source": {"file": "look.zip"}}
    assert fleet.resolve().warnings == (
        "look.zip: a.php and b.php are plugins in one folder, and a.php is the one that is loaded",
    )


def test_odd_headers_are_told_and_passed_over(fleet: Fleet) -> None:
    text = headed("1.0", "Requires PHP: seven or so", "License: \udce9", f"Description: {'x' * 3_000_000}")
    (fleet.folder / "look.zip").write_bytes(archive({"look/look.php": text.encode("utf-8", "surrogateescape")}))
    fleet.extensions["look"] = {"source": {"file": "look.zip"}}
    done = fleet.resolve()
    assert done.warnings == (
        "look: its header says `Requires PHP: seven or so`, which is no version, and is passed over",
    )
    assert parse(done.text) == done.lock


@pytest.mark.parametrize(
    ("entry", "update", "line"),
    [
        ({"version": ">=9"}, (), "akismet (>=9 from {url}): there is no such version; the newest is 6.0"),
        (
            {"version": ">=9,nonsense"},
            (),
            "catalogue.extensions.akismet.version: '>=9,nonsense' must be a vers",
        ),
        (
            {"source": {"folder": "a", "file": "b"}},
            (),
            "catalogue.extensions.akismet.source: must have one of url",
        ),
        (
            {"source": {"composer": "https://a"}},
            (),
            "catalogue.extensions.akismet.source: composer and package",
        ),
        (
            {"source": {"path": "/a.zip"}},
            (),
            "catalogue.extensions.akismet.source.sha256: is missing: what is",
        ),
        ({"source": {"file": "gone.zip"}}, (), "gone.zip: cannot be read: No such file or directory: put it there"),
        ({"source": {"folder": "gone"}}, (), "{folder}/gone: No such file or directory: see to it and run again"),
        ({}, ("akismat",), "update: akismat is nothing that is locked: did you mean akismet?"),
    ],
)
def test_what_cannot_be_resolved_is_told(fleet: Fleet, entry: dict[str, t.Any], update: t.Any, line: str) -> None:
    fleet.from_directory("akismet", **entry)
    assert refusal(fleet, *update).startswith(line.format(url=fleet.directory.url, folder=fleet.folder))


def test_a_name_that_the_directory_does_not_know_is_told(fleet: Fleet) -> None:
    fleet.from_directory("akismat")
    assert refusal(fleet) == f"{fleet.directory.url}: has no plugin akismat: mend its name, or its slug"


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"version": 5, "versions": []}', b'{"versions": {"1": 5}}', b"nonsense"]
)
def test_answers_of_another_shape_are_told(fleet: Fleet, body: bytes) -> None:
    fleet.directory.special["/plugins/info/1.2/"] = Answer(200, body)
    fleet.directory.special["/packages.json"] = Answer(200, body)
    fleet.from_directory("akismet")
    with pytest.raises(ArtifactError):
        fleet.resolve()
    fleet.extensions["akismet"] = {"source": {"composer": fleet.directory.url, "package": "vendor/look"}}
    with pytest.raises(ArtifactError):
        fleet.resolve()
