# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory, for real: ansible-playbook fungible.deploy.inventory over hosts of which one cannot be reached."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from tests.unit.ansible import playbooks
from tests.unit.core.examples import extension, unserved
from tests.unit.core.lock.fleet import plugin

from fungible_dev.directory_server import Answer, Directory, serving

INVENTORY: t.Final = "fungible.deploy.inventory"
SECRET: t.Final = "a secret of the site that nobody reads"
SITES: t.Final = {
    "shop": unserved({"name": "forms"}, secret=SECRET),
    "wrong": {"app": {"kind": "wordpres"}},
    "zoo": unserved(extension("lion"), secret=SECRET),
}
CATALOGUE: t.Final = {
    "extensions": {"forms": {"version": "2.3", "source": {"path": "/forms.zip", "sha256": "0" * 64}}},
    "unknown": "warn",
}
FEED: t.Final = {
    "id": "CVE-2026-1000",
    "summary": "Anybody can read the donors",
    "affected": [
        {
            "package": {"ecosystem": "WordPress", "name": "forms"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.4"}]}],
        }
    ],
}


@pytest.fixture
def play(tmp_path: Path) -> t.Callable[..., str]:
    values = {
        "fungible_sites": SITES,
        "fungible_catalogue": CATALOGUE,
        "fungible_root": str(tmp_path / "root"),
        "fungible_become": False,
    }
    (tmp_path / "vars.json").write_text(json.dumps(values))
    (tmp_path / "feed.json").write_text(json.dumps(FEED))
    playbooks.inventory(tmp_path, "web1", "localhost")
    with (tmp_path / "hosts").open("a") as hosts:
        hosts.write("gone ansible_host=127.0.0.1 ansible_port=1 ansible_connection=ssh\n")

    def run(*words: str) -> str:
        extra = ["-e", "@vars.json", "-e", "fungible_hosts=gone,web1", "-e", f"feed={tmp_path}/feed.json", *words]
        done = playbooks.run(tmp_path, INVENTORY, *extra)
        assert done.returncode == 0, done.stdout
        assert SECRET not in done.stdout
        return done.stdout

    return run


def test_the_table_is_shown_and_names_the_host_that_cannot_be_reached(play: t.Callable[..., str]) -> None:
    said = play()
    assert "CVE-2026-1000: forms <2.4, fixed in 2.4: Anybody can read the donors" in said
    assert "could not be asked: " in said
    assert "zoo.plugins.use[0]: lion is not in the catalogue" in said, "the catalogue's warnings are shown"
    assert "wrong.app.kind: 'wordpres' is not one of wordpress, procfile" in said


def test_it_is_written_to_a_file_as_json_or_csv(play: t.Callable[..., str], tmp_path: Path) -> None:
    play("-e", "format=json", "-e", f"output={tmp_path}/fleet.json", "-vvv")
    found = json.loads((tmp_path / "fleet.json").read_text())["extensions"]
    assert [(row["host"], row["site"], row["name"]) for row in found] == [
        ("gone", "", ""),
        ("web1", "shop", "wordpress"),
        ("web1", "shop", "forms"),
        ("web1", "wrong", ""),
        ("web1", "zoo", "wordpress"),
        ("web1", "zoo", "lion"),
    ]
    assert found[2]["vulnerabilities"][0]["id"] == "CVE-2026-1000"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Directory]:
    """Have the extensions of all hosts' sites locked, and newer versions of them in a directory since."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Directory()
    with serving(made) as url:
        listed = {}
        for name in ("forms", "audit"):
            made.release(name, "1.0", plugin(name, "1.0"))
            listed[name] = {"source": {"directory": url}}
        values = {
            "fungible_sites": {"shop": unserved({"name": "forms"}, {"name": "audit"}, secret=SECRET)},
            "fungible_catalogue": {"extensions": listed},
            "fungible_artifacts": str(tmp_path / "artifacts"),
            "fungible_root": str(tmp_path / "root"),
            "fungible_become": False,
        }
        (tmp_path / "vars.json").write_text(json.dumps(values))
        playbooks.inventory(tmp_path, "web1", "localhost")
        run(tmp_path, "fungible.deploy.lock")
        for name in ("forms", "audit"):
            made.release(name, "1.1", plugin(name, "1.1"))
        made.asked.clear()
        yield made


def run(folder: Path, playbook: str, *words: str) -> str:
    done = playbooks.run(folder, playbook, "-e", "@vars.json", "-e", "fungible_hosts=web1", *words)
    assert done.returncode == 0, done.stdout
    assert SECRET not in done.stdout
    return done.stdout


def test_newer_versions_are_asked_for_only_where_that_is_wanted_and_a_source_that_is_down_hides_no_other(
    directory: Directory, tmp_path: Path
) -> None:
    locked = (tmp_path / "fungible.lock").read_text()
    directory.special["/plugin/audit.1.1.zip"] = Answer(404)
    told = {}
    for words in ((), ("-e", "updates=true")):
        assert not directory.asked
        said = run(tmp_path, INVENTORY, "-e", "format=json", "-e", f"output={tmp_path}/fleet.json", *words)
        found = json.loads((tmp_path / "fleet.json").read_text())["extensions"]
        told[words] = {row["name"]: row["update"] for row in found if row["kind"] == "plugin"}
    assert [*told.values()] == [{"forms": "", "audit": ""}, {"forms": "1.1", "audit": ""}]
    assert "[WARNING]: " in said
    assert "audit.1.1.zip: is not there any more (404); audit stays 1.0, as it is locked" in " ".join(said.split())
    assert (tmp_path / "fungible.lock").read_text() == locked


def test_a_lock_that_cannot_be_read_does_not_hide_the_table(play: t.Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "fungible.lock").write_text("no lock")
    said = play("-e", "updates=true")
    assert "fungible.lock: is no JSON" in said
    assert "web1/shop" in said
