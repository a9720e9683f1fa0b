# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the master lock what the pillars of its minions leave open, and do minions take it from there?"""

from __future__ import annotations

import shutil
import typing as t
import zipfile
from pathlib import Path

import pytest
from tests.unit.core.examples import SECRET, unserved

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Fleet, Minion

SITE: t.Final = unserved()
CATALOGUE: t.Final = {
    "extensions": {
        "audit": {"version": ">=1,<2", "source": {"folder": "premium/audit"}},
        "forms": {"source": {"file": "premium/forms.zip"}},
    }
}


def put(files: Path, name: str, version: str, needs: str = "") -> None:
    """Put an archive of a plugin among the files of the master."""
    place = files / "premium" / (f"audit/{version}.zip" if name == "audit" else f"{name}.zip")
    place.parent.mkdir(parents=True, exist_ok=True)
    head = f"Plugin Name: {name}\nVersion: {version}\n" + (f"Requires Plugins: {needs}\n" if needs else "")
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{name}/{name}.php", f"<?php\n/*\n{head}*/\n")


@pytest.fixture
def declared(fleet: Fleet, web1: Minion, web2: Minion) -> t.Iterator[None]:
    put(fleet.files, "audit", "1.4")
    put(fleet.files, "forms", "3.2", needs="audit")
    for minion, names in ((web1, ("forms", "audit")), (web2, ("audit",))):
        site = {**SITE, "plugins": {"use": [{"name": name} for name in names]}}
        minion.pillar({"shop": site}, catalogue=CATALOGUE)
        minion.refresh()
    yield
    Path(fleet.master.config["file_roots"]["base"][0], "fungible.lock").unlink(missing_ok=True)
    shutil.rmtree(fleet.files / "premium")


def chain(minion: Minion, root: Path) -> t.Any:
    return minion.run("plugin_chain.present", "shop", root=str(root))


@pytest.mark.usefixtures("declared")
def test_what_minions_get_is_what_the_master_locked(fleet: Fleet, web1: Minion, tmp_path: Path) -> None:
    assert "has to be locked, and there is no lock" in str(chain(web1, tmp_path))
    told = fleet.runner("fungible.lock", test=True).data
    assert told["changed"] is True
    assert not Path(told["lock"]).exists()
    told = fleet.runner("fungible.lock").data
    assert told["steps"] == ["lock audit 1.4 (>=1,<2)", "lock forms 3.2 (any version)"]
    text = Path(told["lock"]).read_text(encoding="utf-8")
    assert SECRET not in text
    assert fleet.runner("fungible.lock").data["changed"] is False
    steps = chain(web1, tmp_path)["steps"]
    assert [step for step in steps if step.startswith("unpack")] == ["unpack audit 1.4", "unpack forms 3.2"]


@pytest.mark.usefixtures("declared")
def test_an_update_has_to_be_asked_for_and_stays_in_its_range(fleet: Fleet) -> None:
    fleet.runner("fungible.lock")
    put(fleet.files, "audit", "1.5")
    assert fleet.runner("fungible.lock").data["changed"] is False
    told = fleet.runner("fungible.lock", update="audit").data
    assert told.get("steps"), told
    assert told["steps"] == ["update audit 1.4 -> 1.5 (>=1,<2)"]
    put(fleet.files, "audit", "2.0")
    told = fleet.runner("fungible.lock", update="all").data
    assert told["steps"] == []
    assert told["outside"] == ["audit stays 1.5: 2.0 is newer, and not >=1,<2"]
    refused = fleet.runner("fungible.lock", update="audti")
    assert refused.returncode != 0
    assert refused.data["error"] == "update: audti is nothing that is locked: did you mean audit?"


@pytest.mark.usefixtures("declared")
def test_minions_of_different_catalogues_are_named(fleet: Fleet, web2: Minion) -> None:
    web2.pillar({"shop": SITE}, catalogue={"extensions": {}, "unknown": "warn"})
    told = fleet.runner("fungible.lock")
    assert told.data["error"] == "catalogue: web1 and web2 have different ones: give all hosts the same"
