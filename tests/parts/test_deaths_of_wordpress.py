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
