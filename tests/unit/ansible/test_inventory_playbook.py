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
        done = playbooks.run(tmp_path, "fungible.deploy.inventory", *extra)
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
