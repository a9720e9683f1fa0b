# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site that people kept by hand is described as it is; nothing of it is run, followed or written."""

from __future__ import annotations

import json
import os
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import hand_kept
from tests.unit.core.lock.fleet import archive

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue import catalogue, expansion
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError, HostError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept.whereabouts import Whereabouts
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Found
from fungible_dev.directory_server import serving

if t.TYPE_CHECKING:
    from pathlib import Path

DIRECTORY: t.Final = {"directory": "wordpress.org"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return hand_kept.site(tmp_path / "html")


@pytest.fixture
def found(site: Path) -> dict[str, t.Any]:
    made = hand_kept.directory()
    with serving(made):
        return adoption.facts(LocalHost(), Whereabouts(str(site)), published=True, published_url=made.url)


def test_what_is_there_is_told_by_its_kind_and_version(found: dict[str, t.Any]) -> None:
    assert found["version"] == "6.4.5"
    assert {(one["name"], one["kind"], one["version"]) for one in found["extensions"]} == {
        ("a name", "plugin", ""),
        ("edited", "plugin", "1.0"),
        ("forms", "plugin", "2.4"),
        ("no-version", "plugin", ""),
        ("premium", "plugin", "3"),
        ("hello", "plugin", "1.7.2"),
        ("rules", "mu-plugin", ""),
        ("forms", "theme", "1"),
        ("look", "theme", "1.4"),
        ("db.php", "drop-in", ""),
    }
    assert found["checkouts"] == ["wp-content/plugins/premium"]


def test_only_what_is_as_it_was_published_comes_from_there(found: dict[str, t.Any]) -> None:
    assert found["catalogue"]["extensions"] == {
        "edited": {"version": "1.0", "source": {"file": "edited-1.0.zip"}},
        "forms": {"version": "2.4", "source": DIRECTORY},
        "no-version": {"source": {"file": "no-version.zip"}},
        "premium": {"version": "3", "source": {"file": "premium-3.zip"}},
        "hello": {"version": "1.7.2", "source": {"file": "hello.php"}},
        "rules": {"kind": "mu-plugin", "source": {"file": "rules.php"}},
        "look": {"version": "1.4", "kind": "theme", "source": {"file": "look-1.4.zip"}},
        "db": {"kind": "drop-in", "source": {"file": "db.php"}},
    }
    edited = next(one for one in found["extensions"] if one["name"] == "edited")
    assert (edited["published"]["state"], edited["published"]["changed"]) == ("differs", ("edited.php",))


def test_what_needs_a_person_is_noted_a_line_each(found: dict[str, t.Any]) -> None:
    said = "\n".join(found["notes"])
    for line in (
        "'wp-content/plugins/a name': has a name that no catalogue can have, and is left out",
        "'wp-content/themes/forms': has the name of another extension, and is left out",
        "wp-content/db.php: nothing is published of it to compare it with: put it beside the catalogue as db.php",
        "edited: differs from what wordpress.org published: put it beside the catalogue as edited-1.0.zip, or name its",
        "'wp-content/plugins/premium': is a checkout of git",
        "which plugins are on is not known (wp-config.php does not plainly say DB_NAME): give `state: disabled` to",
        adoption.SUPPLY,
    ):
        assert line in said
    assert "plugins/forms:" not in said


def test_the_catalogue_and_the_manifest_are_such_that_a_lock_can_be_made_of_them(found: dict[str, t.Any]) -> None:
    known = catalogue.parse(found["catalogue"])
    wanted = list(expansion.wanted_of_sites({"blog": found["manifest"]}, known))
    assert [one.name for one in wanted] == list(found["catalogue"]["extensions"])
    assert found["manifest"]["app"] == {"kind": "wordpress", "version": "6.4.5"}


def test_no_link_is_followed(found: dict[str, t.Any], site: Path) -> None:
    assert found["links"] == {"wp-content/plugins/linked": str(site.parent / "elsewhere")}
    assert "Linked" not in json.dumps(found)


def test_a_note_stays_one_line_whatever_a_link_is_called(site: Path) -> None:
    (site / "wp-content/plugins/x\nfungible_hosts: all").symlink_to("y\nroot: /")
    assert not [note for note in adoption.facts(LocalHost(), Whereabouts(str(site)))["notes"] if "\n" in note]


def test_a_plugin_folder_that_is_a_link_is_told_and_not_looked_into(site: Path) -> None:
    plugins = site / "wp-content/plugins"
    plugins.rename(site.parent / "plugins")
    plugins.symlink_to(site.parent / "plugins")
    found = adoption.facts(LocalHost(), Whereabouts(str(site)))
    assert found["links"] == {"wp-content/plugins": str(site.parent / "plugins")}
    assert "plugin" not in {one["kind"] for one in found["extensions"]}


@pytest.mark.parametrize("at", ["wp-content", "wp-content/themes/look"])
def test_nothing_behind_a_link_is_looked_into(site: Path, at: str) -> None:
    (site / at).rename(site.parent / "behind")
    (site / at).symlink_to(site.parent / "behind")
    found = adoption.facts(LocalHost(), Whereabouts(str(site)))
    assert {one: target for one, target in found["links"].items() if one.startswith(at)} == {
        at: str(site.parent / "behind")
    }
    assert [one["path"] for one in found["extensions"] if one["path"].startswith(at)] == []


def test_nothing_is_taken_for_published_that_was_not_compared(site: Path) -> None:
    found = adoption.facts(LocalHost(), Whereabouts(str(site)))
    assert DIRECTORY not in [one["source"] for one in found["catalogue"]["extensions"].values()]
    assert {one["published"]["state"] for one in found["extensions"]} == {"unknown"}


def test_pipes_huge_files_and_names_that_are_no_text_are_passed_by(site: Path) -> None:
    os.mkfifo(site / "wp-content/plugins/forms/pipe.php")
    os.mkfifo(site / "wp-content/plugins/pipe.php")
    with (site / "wp-content/plugins/huge.php").open("wb") as huge:
        huge.write(b"<?php /* Plugin Name: Huge */")
        huge.truncate(adoption.MOST + 1)
    (site / os.fsdecode(b"wp-content/plugins/\xff.php")).write_text("<?php /* Plugin Name: Odd */")
    made = hand_kept.directory()
    with serving(made):
        found = adoption.facts(LocalHost(), Whereabouts(str(site)), published=True, published_url=made.url)
    assert not {"pipe", "huge"} & {one["name"] for one in found["extensions"]}
    json.dumps(found, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("path", "error"),
    [("html", ManifestError), ("/var/www/my site", ManifestError), ("/nonexistent", HostError), ("/", HostError)],
)
def test_what_is_no_wordpress_is_refused_in_one_line(path: str, error: type[CoreError]) -> None:
    with pytest.raises(error) as refused:
        adoption.facts(LocalHost(), Whereabouts(path))
    assert path in str(refused.value)


@given(st.lists(st.tuples(st.text(), st.sampled_from(["plugin", "mu-plugin", "theme", "drop-in"]), st.text())))
def test_whatever_extensions_say_of_themselves_the_catalogue_is_well_formed(said: list[tuple[str, str, str]]) -> None:
    extensions = tuple(Found(name, kind, f"wp-content/{name}", version) for name, kind, version in said)
    described, manifest, _notes = adoption.described(adoption.Seen("/var/www", "6.4.5", extensions))
    known = catalogue.parse(described if described["extensions"] else None)
    assert len(list(expansion.wanted_of_sites({"blog": manifest}, known))) == len(described["extensions"])


def test_a_plugin_of_one_file_that_is_as_published_comes_from_there_by_its_name_there(site: Path) -> None:
    made = hand_kept.directory()
    hello = (site / "wp-content/plugins/hello.php").read_text()
    made.release("hello-dolly", "1.7.2", archive({"hello-dolly/hello.php": hello, "hello-dolly/readme.txt": "x"}))
    with serving(made):
        found = adoption.facts(LocalHost(), Whereabouts(str(site)), published=True, published_url=made.url)
    source = {**DIRECTORY, "slug": "hello-dolly"}
    assert found["catalogue"]["extensions"]["hello"] == {"version": "1.7.2", "source": source}
