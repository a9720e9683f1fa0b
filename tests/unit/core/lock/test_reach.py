# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an update would reach is told for each site, and what goes wrong hides nothing else."""

from __future__ import annotations

import typing as t

import pytest
from tests.unit.core.examples import unserved
from tests.unit.core.lock.fleet import Fleet, plugin

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.reach import Reach, reach
from fungible_dev.directory_server import Answer, Directory

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def fleet(tmp_path: Path, directory: Directory) -> Fleet:
    """Have two sites with all that is locked, of which newer versions came since."""
    for name in ("akismet", "forms"):
        directory.release(name, "1.0", plugin(name, "1.0"))
    found = Fleet(tmp_path, directory)
    found.from_directory("akismet")
    found.from_directory("forms")
    pinned = {"name": "akismet", "version": "<1.1"}
    found.sites = {"shop": unserved({"name": "akismet"}, {"name": "forms"}), "blog": unserved(pinned)}
    found.lock()
    for name in ("akismet", "forms"):
        directory.release(name, "1.1", plugin(name, "1.1"))
    return found


def reached(fleet: Fleet) -> Reach:
    return reach(fleet.sites, {"extensions": fleet.extensions}, fleet.old, desk=fleet.desk())


def test_each_site_hears_of_what_its_own_range_allows(fleet: Fleet) -> None:
    assert reached(fleet) == Reach({"shop": {"akismet": "1.1", "forms": "1.1"}, "blog": {}})


def test_what_is_told_is_what_an_update_does(fleet: Fleet) -> None:
    told = reached(fleet).updates
    updated = fleet.lock("all")
    assert told["shop"] == {one.want.name: one.version for one in updated.entries if not one.want.version}
    assert reached(fleet) == Reach({"shop": {}, "blog": {}})


def test_a_source_that_does_not_answer_is_told_and_hides_no_other(fleet: Fleet) -> None:
    fleet.directory.special["/plugin/forms.1.1.zip"] = Answer(503)
    found = reached(fleet)
    assert found.updates["shop"] == {"akismet": "1.1"}
    [line] = found.warnings
    assert "/plugin/forms.1.1.zip" in line
    assert line.endswith("; forms stays 1.0, as it is locked")


def test_an_answer_that_makes_no_sense_hides_no_other(fleet: Fleet) -> None:
    fleet.directory.special["/plugin/forms.1.1.zip"] = Answer(200, b"no archive")
    found = reached(fleet)
    assert found.updates["shop"] == {"akismet": "1.1"}
    [line] = found.warnings
    assert line.endswith("; forms stays 1.0, as it is locked")


def test_a_site_that_cannot_be_read_hides_no_other(fleet: Fleet) -> None:
    fleet.sites["wrong"] = unserved({"name": "formz"})
    found = reached(fleet)
    assert found.updates["shop"] == {"akismet": "1.1", "forms": "1.1"}
    assert found.warnings == ("wrong.plugins.use[0]: formz is not in the catalogue: did you mean forms?",)


def test_what_a_newer_version_demands_and_a_site_lacks_is_told(fleet: Fleet) -> None:
    fleet.directory.release("akismet", "1.2", plugin("akismet", "1.2", "Requires at least: 9.9"))
    found = reached(fleet)
    assert found.updates["shop"]["akismet"] == "1.2"
    [line] = found.warnings
    assert line.startswith("an update of all would be refused: ")
    assert "the headers of akismet 1.2" in line


def test_without_a_lock_no_source_is_asked(fleet: Fleet) -> None:
    fleet.old = None
    fleet.directory.asked.clear()
    assert reached(fleet) == Reach({"shop": {}, "blog": {}})
    assert not fleet.directory.asked


def test_a_lock_that_was_edited_by_hand_is_refused(fleet: Fleet) -> None:
    assert fleet.old
    fleet.old = fleet.old.replace('"1.0"', '"1.1"')
    with pytest.raises(ManifestError, match="was edited by hand"):
        reached(fleet)
