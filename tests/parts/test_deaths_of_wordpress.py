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
    old, plugins, names = wordpress.manifest(machine, "6.5.5"), Plugins(tmp_path), ("first", "second")
    manifest = {**old, "plugins": {"use": [*old["plugins"]["use"], *map(plugins.entry, names)]}}
    machine.deploy(old)
    begin = Beginning(machine, folder / "routines", old, lambda: machine.get("/wp-login.php").status == 200)
    deaths = Deaths(begin, lambda host: machine.deploy(manifest, host=host))
    [_migration, first, second] = deaths.about("bin/sh")
    for death in deaths.of(is_whole, numbers=(first + 1, second, second + 1)):  # a routine ran, and is not noted yet
        with death:
            believed = [one.name for one in machine.journal(manifest).told or ()]
            assert death.bad == []
            finished = deaths.again(is_whole)
            assert finished.bad == []
            activated = [step for step in finished.ended.steps if step.startswith("activate ")]
            assert activated == [f"activate {name} 1.0" for name in names if name not in believed]
            assert [told(machine, name) for name in names] == [["activate:1.0"]] * 2
            assert differences(picture(machine.root), deaths.end) == []
            assert machine.deploy(manifest) == []
    deaths.tell()
