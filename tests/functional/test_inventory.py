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
