# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can a site be asked and deployed by execution modules, as a person does at the shell?"""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Minion

STEPS: t.Final = (
    "persistent_store.present",
    "stateless_app.staged",
    "migration.run",
    "stateless_app.running",
    "cutover.live",
)
FUNCTIONS: t.Final = {
    "cutover": ["info", "live", "rollback"],
    "migration": ["info", "run"],
    "persistent_store": ["absent", "info", "present"],
    "plugin_chain": ["info", "present"],
    "stateless_app": ["absent", "info", "running", "staged"],
}


def call(minion: Minion, function: str, **kwargs: t.Any) -> t.Any:
    return minion.run(function, minion.site.name, root=str(minion.site.root), **kwargs)


def test_a_minion_finds_the_functions_of_the_wheel(web2: Minion) -> None:
    found = web2.run("sys.list_functions", *FUNCTIONS)
    assert found == [f"{module}.{function}" for module, names in FUNCTIONS.items() for function in names]


@pytest.mark.parametrize("module", FUNCTIONS)
def test_a_minion_can_tell_how_functions_are_used(web2: Minion, module: str) -> None:
    docs = web2.run("sys.doc", module)
    assert all("CLI Example:" in text for text in docs.values())


def test_a_site_is_deployed_function_by_function(web2: Minion) -> None:
    web2.clear()
    web2.declare("1")
    web2.refresh()
    for function in STEPS:
        would = call(web2, function, test=True)
        assert call(web2, function) == would
        assert would["changed"] is True
        assert call(web2, function) == {"changed": False, "steps": [], "before": {}, "after": {}}
    assert web2.site.served().startswith("1-")


def test_facts_tell_what_is_there_and_what_it_would_take(web2: Minion) -> None:
    web2.declare("1")
    web2.apply()
    web2.declare("2")
    web2.refresh()
    facts = {name: call(web2, f"{name}.info") for name in FUNCTIONS}
    assert facts["stateless_app"]["release"].startswith("2-")
    assert [one["live"] for one in facts["stateless_app"]["releases"]] == [True]
    assert facts["stateless_app"]["steps"][-1].startswith("start instance 2-")
    assert facts["migration"]["pending"] is True
    assert facts["cutover"]["live"].startswith("1-")
    assert facts["persistent_store"]["stores"]["db"]["steps"] == []
    assert (facts["plugin_chain"]["plugins"], facts["plugin_chain"]["steps"]) == ([], [])


def test_a_rollback_is_one_call(web2: Minion) -> None:
    for version in ("1", "2"):
        web2.declare(version)
        web2.apply()
    web2.refresh()
    assert call(web2, "cutover.rollback")["changed"] is True
    assert web2.site.served().startswith("1-")


def test_an_error_is_one_line_without_a_traceback(web2: Minion) -> None:
    web2.declare("1")
    web2.refresh()
    done = web2.fleet.master.salt_cli().run("stateless_app.info", "blog", minion_tgt=web2.id)
    assert done.returncode != 0
    assert done.data.startswith("ERROR: blog: is not in this minion's pillar, where fungible:sites has notes: ")
    assert "\n" not in done.data.strip()
