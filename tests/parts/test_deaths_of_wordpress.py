# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real WordPress survives deaths in its upgrade as the tiny application does; only some of them are tried."""

from __future__ import annotations

import typing as t

import pytest
from tests.parts.support import wordpress
from tests.parts.support.beginning import Beginning
from tests.parts.support.deaths import Deaths
from tests.parts.support.picture import differences, picture
from tests.parts.support.plugins import Plugins

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.parts.support.machine import Answer, Machine

pytestmark = pytest.mark.parts

EARLY, LATE = 6, 14  # deaths while files are placed, and afterwards


def is_whole(got: Answer) -> bool:
    return got.status == 200 and got.body.rstrip().endswith("</html>") and "WordPress 6." in got.body


def test_an_upgrade_of_wordpress_that_dies_is_finished_by_the_next_run(machine: Machine, folder: Path) -> None:
    machine.site = wordpress.SITE
    old, manifest = wordpress.manifest(machine, "6.4.5"), wordpress.manifest(machine, "6.5.5")
    machine.deploy(old)
    begin = Beginning(machine, folder / "beginning", old, lambda: machine.get("/wp-login.php").status == 200)
    deaths = Deaths(begin, lambda host: machine.deploy(manifest, host=host))
    placed = deaths.about("tree")[-1]
    early, late = (
        range(1, placed, placed // EARLY),
        range(placed, len(deaths.changes), 1 + (len(deaths.changes) - placed) // LATE),
    )
    for death in deaths.of(is_whole, numbers=(*early, *late)):
        with death:
            before = wordpress.served(machine)
            assert death.bad == []
            machine.restart_router()
            assert before <= wordpress.served(machine)
            assert deaths.again(is_whole).bad == []
            assert wordpress.served(machine) == "6.5.5"
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.programs() == deaths.programs
            assert machine.deploy(manifest) == []
    deaths.tell()


def told(machine: Machine, name: str) -> list[str]:
    """Tell what a plugin was told, as it noted itself."""
    path = machine.root / "srv/fungible/wp/stores/db/database.sqlite"
    sql = f"SELECT option_value FROM wp_options WHERE option_name = '{name}_told'"
    return [word for (value,) in machine.host.query(str(path), sql) for word in value.split()]


def test_a_run_that_dies_among_routines_goes_on_where_it_was_and_tells_no_plugin_twice(
    machine: Machine, folder: Path, tmp_path: Path
) -> None:
    machine.site = wordpress.SITE
    plain, plugins = wordpress.manifest(machine, "6.5.5"), Plugins(tmp_path)
    before = [plugins.entry("newer"), plugins.entry("gone")]
    after = [plugins.entry("newer", "1.1"), plugins.entry("new"), plugins.entry("last")]
    use = plain["plugins"]["use"]
    old, manifest = ({**plain, "plugins": {"use": [*use, *chain]}} for chain in (before, after))
    machine.deploy(old)
    begin = Beginning(machine, folder / "routines", old, lambda: machine.get("/wp-login.php").status == 200)
    deaths = Deaths(begin, lambda host: machine.deploy(manifest, host=host))
    gone, _migration, *others = deaths.about("bin/sh")
    assert len(others) == len(after)
    due = {
        "deactivate gone 1.0": ("gone", "1.0", False),
        "upgrade newer 1.0 to 1.1": ("newer", "1.1", True),
        "activate new 1.0": ("new", "1.0", True),
        "activate last 1.0": ("last", "1.0", True),
    }
    for death in deaths.of(is_whole, numbers=[number + 1 for number in (gone, *others)]):  # it ran, and is not noted
        with death:
            noted = {(one.name, one.version, one.on) for one in machine.journal(manifest).told or ()}
            assert death.bad == []
            finished = deaths.again(is_whole)
            assert finished.bad == []
            steps = [step for step in finished.ended.steps if step.endswith((" 1.0", " 1.1"))]
            assert steps == [step for step, note in due.items() if note not in noted]
            assert told(machine, "newer") == ["activate:1.0", "upgrade:1.1"]
            assert told(machine, "gone") == ["activate:1.0", "deactivate:1.0"]
            assert told(machine, "new") == told(machine, "last") == ["activate:1.0"]
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.deploy(manifest) == []
    deaths.tell()
