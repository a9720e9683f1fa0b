# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Are plugins told once, whichever tool tells them, and is a failure of theirs the same line in both?"""

from __future__ import annotations

import typing as t

from tests.conformance.support.tools import DEPLOY, do, nothing, predicted
from tests.parts.support import wordpress
from tests.parts.support.plugins import Plugins

from fungible_dev.artifacts import debian_extension

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.conftest import Place

TOLD: t.Final = DEPLOY[:3]  # stores, release, migration
MIGRATION: t.Final = DEPLOY[2:3]


def declare(place: Place, *entries: dict[str, t.Any]) -> None:
    base = wordpress.manifest(place.site.machine, "6.5.5")
    place.desk.declare({wordpress.SITE: {**base, "plugins": {"use": [base["plugins"]["use"][0], *entries]}}})


def test_plugins_are_told_by_one_tool_and_the_other_agrees(place: Place, tmp_path: Path) -> None:
    plugins = Plugins(tmp_path)
    one, two = plugins.entry("one", uninstall="update_option('one_gone', 1);"), plugins.entry("two")
    bad = plugins.entry("bad", activate="wp_die('No licence.');")
    real = debian_extension("shibboleth")
    shibboleth = {"name": "shibboleth", **wordpress.link(real)}
    ansible, salt = place.desk.tools
    declare(place, one, two, shibboleth)
    *_, told = do(ansible, TOLD)
    assert told.words.endswith(f"activate one 1.0; activate two 1.0; activate shibboleth {real.version}")
    assert nothing(do(salt, TOLD, check=True), TOLD)
    assert nothing(do(salt, MIGRATION), MIGRATION)

    declare(place, one, two, shibboleth, bad)
    errors = [do(tool, TOLD)[-1].error for tool in (salt, ansible)]
    assert errors[0] == errors[1]
    assert errors[0].startswith("wp: activate bad 1.0 failed: No licence.")

    declare(place, two, {"name": "one", "state": "absent"})
    do(ansible, TOLD[1:2])
    [would] = predicted((ansible, salt), MIGRATION)
    assert f"deactivate shibboleth {real.version}; deactivate one 1.0" in would.words
    assert do(salt, MIGRATION) == [would]
    assert nothing(do(ansible, TOLD), TOLD)

    declare(place, two, {"name": "one", "state": "purged", "purge": "one"})
    [would] = predicted((ansible, salt), MIGRATION)
    assert would.words.endswith("uninstall one 1.0")
    assert do(ansible, MIGRATION) == [would]
    assert nothing(do(salt, TOLD), TOLD)
