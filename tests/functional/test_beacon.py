# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what was changed behind a deploy's back reported, and repaired by the reactor of the formula?"""

from __future__ import annotations

import time
import typing as t

import pytest
from tests.functional.support.fleet import until

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Fleet, Minion


@pytest.fixture
def watched(web2: Minion) -> t.Iterator[Minion]:
    """Have a minion that looks after its site every second."""
    web2.declare("1")
    assert web2.apply().results == {True}
    web2.refresh()
    config = [{"interval": 1}, {"root": str(web2.site.root)}]
    added = web2.run("beacons.add", "fungible", str(config))
    assert added["result"] is True, added
    yield web2
    web2.run("beacons.delete", "fungible")


def test_a_changed_release_is_reported_and_repaired(fleet: Fleet, watched: Minion) -> None:
    since = time.time()
    [app] = watched.site.root.glob("srv/fungible/notes/releases/1-*/app.py")
    whole = app.read_bytes()
    app.write_bytes(whole + b"# somebody was here\n")
    tag = "salt/beacon/web2/fungible/notes/release"
    [(_tag, data), *_more] = until(lambda: fleet.events(tag, since))
    assert data["part"] == "release"
    assert data["found"][-1:] == [f"repair release {app.parent.name}: 1 changed (app.py)"]
    until(lambda: app.read_bytes() == whole)
    assert watched.run("fungible.deviations", root=str(watched.site.root)) == {}


def test_a_beacon_that_is_not_configured_well_is_refused(web2: Minion) -> None:
    refused = web2.run("beacons.add", "fungible", "[{'sites': 'notes'}]")
    assert refused["result"] is False
    assert "sites must be a list of names" in refused["comment"]
