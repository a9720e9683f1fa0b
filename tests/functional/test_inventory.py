# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the master make one table of what all minions tell, and name the one that does not answer?"""

from __future__ import annotations

import csv
import io
import json
import typing as t
from pathlib import Path

import pytest
from tests.unit.core.examples import SECRET, unserved
from tests.unit.core.lock.fleet import plugin

from fungible_dev.directory_server import Answer, Directory, serving

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Fleet, Minion

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
FORMS: t.Final = {"name": "forms", "version": "2.3", "source": {"path": "/forms.zip", "sha256": "0" * 64}}
BLOG: t.Final = unserved(FORMS)


@pytest.fixture
def declared(web1: Minion, web2: Minion) -> None:
    web1.pillar({"blog": BLOG, "wrong": {"app": {"kind": "wordpres"}}})
    web2.pillar({"blog": BLOG})
    for minion in (web1, web2):
        minion.refresh()


@pytest.mark.usefixtures("declared")
def test_every_minion_and_every_site_has_its_rows(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_text(json.dumps(FEED), encoding="utf-8")
    told = fleet.runner(
        "fungible.inventory", format="json", feed=str(tmp_path / "feed.json"), root=str(tmp_path), timeout=5
    )
    rows = json.loads(told.stdout)["extensions"]
    known = {(row["host"], row["site"], row["name"]): row for row in rows if row["host"] in ("web1", "web2")}
    assert list(known) == [
        ("web1", "blog", "wordpress"),
        ("web1", "blog", "forms"),
        ("web1", "wrong", ""),
        ("web2", "blog", "wordpress"),
        ("web2", "blog", "forms"),
    ]
    assert [one["id"] for one in known["web2", "blog", "forms"]["vulnerabilities"]] == ["CVE-2026-1000"]
    [said] = known["web1", "wrong", ""]["drift"]
    assert said.startswith("could not be read: wrong.app.kind: 'wordpres' is not one of wordpress, procfile")
    assert SECRET not in told.stdout


@pytest.mark.usefixtures("declared")
def test_it_is_written_to_a_file_and_a_minion_that_is_gone_is_named(fleet: Fleet, tmp_path: Path) -> None:
    key = Path(fleet.master.config["pki_dir"], "minions/gone")
    key.write_bytes(key.with_name("web1").read_bytes())  # a minion that was accepted, and answers no more
    try:
        output = str(tmp_path / "fleet.csv")
        told = fleet.runner("fungible.inventory", format="csv", output=output, root=str(tmp_path), timeout=5)
    finally:
        key.unlink()
    assert told.stdout.strip() == f"written to {tmp_path}/fleet.csv"
    with io.StringIO((tmp_path / "fleet.csv").read_text(encoding="utf-8"), newline="") as text:
        rows = {(row["host"], row["name"]): row["drift"] for row in csv.DictReader(text)}
    assert rows["gone", ""] == "could not be asked: Minion did not return. [No response]"
    assert ("web1", "forms") in rows


@pytest.mark.usefixtures("declared")
def test_what_is_no_feed_is_one_clear_line(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_text("<html>", encoding="utf-8")
    told = fleet.runner("fungible.inventory", feed=str(tmp_path / "feed.json"), root=str(tmp_path), timeout=5)
    line = f"{tmp_path}/feed.json: is no JSON (neither an object nor a list): fetch it anew"
    assert json.loads(told.stdout) == {"error": line, "retcode": 1}
    assert told.returncode != 0


@pytest.fixture
def directory(fleet: Fleet, web1: Minion, web2: Minion, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Directory]:
    """Have the extensions of all minions' sites locked, and newer versions of them in a directory since."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Directory()
    lock = Path(fleet.master.config["file_roots"]["base"][0], "fungible.lock")
    with serving(made) as url:
        for name in ("forms", "audit"):
            made.release(name, "1.0", plugin(name, "1.0"))
        listed = {name: {"source": {"directory": url}} for name in ("forms", "audit")}
        for minion in (web1, web2):
            minion.pillar({"shop": unserved({"name": "forms"}, {"name": "audit"})}, catalogue={"extensions": listed})
            minion.refresh()
        try:
            assert fleet.runner("fungible.lock").data["changed"] is True
            for name in ("forms", "audit"):
                made.release(name, "1.1", plugin(name, "1.1"))
            made.asked.clear()
            yield made
        finally:
            lock.unlink(missing_ok=True)


def updates(fleet: Fleet, root: Path, *words: str, **more: t.Any) -> tuple[dict[str, set[str]], str]:
    told = fleet.runner("fungible.inventory", *words, format="json", root=str(root), timeout=5, **more)
    rows = [row for row in json.loads(told.stdout)["extensions"] if row["site"] == "shop"]
    assert {row["host"] for row in rows} == {"web1", "web2"}
    return {name: {row["update"] for row in rows if row["name"] == name} for name in ("forms", "audit")}, told.stderr


def test_what_an_update_of_the_lock_would_reach_is_asked_only_where_that_is_wanted(
    fleet: Fleet, directory: Directory, tmp_path: Path
) -> None:
    assert updates(fleet, tmp_path)[0] == {"forms": {""}, "audit": {""}}
    assert not directory.asked
    assert updates(fleet, tmp_path, updates=True)[0] == {"forms": {"1.1"}, "audit": {"1.1"}}
    directory.special["/plugin/audit.1.1.zip"] = Answer(404)
    found, said = updates(fleet, tmp_path, "--log-level=warning", updates=True, artifacts=str(tmp_path / "artifacts"))
    assert found == {"forms": {"1.1"}, "audit": {""}}
    assert "audit.1.1.zip: is not there any more (404); audit stays 1.0, as it is locked" in said
