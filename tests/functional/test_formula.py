# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does the formula make of a pillar, before anything is done?"""

from __future__ import annotations

import typing as t

import yaml
from tests.functional.support.fleet import FORMULA

from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Minion

ORDER: t.Final = [
    "persistent_store.present",
    "stateless_app.staged",
    "migration.done",
    "stateless_app.running",
    "cutover.live",
]
SHOP: t.Final[dict[str, t.Any]] = {
    "app": {"kind": "wordpress"},
    "stores": {"db": {"kind": "mariadb"}},
    "routes": [{"host": "shop.example"}],
}
NOTES: t.Final[dict[str, t.Any]] = {
    "app": {"kind": "procfile", "runtime": "supervisor"},
    "stores": {"db": {"kind": "sqlite"}},
}


def low(minion: Minion, sls: str = "fungible") -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = minion.run("state.show_low_sls", sls)
    return found


def functions(chunks: list[dict[str, t.Any]]) -> list[str]:
    return [f"{one['state']}.{one['fun']}" for one in chunks]


def test_each_step_of_a_site_waits_for_the_one_before(web1: Minion) -> None:
    web1.declare("1")
    chunks = low(web1)
    assert functions(chunks) == ORDER
    required = [one.get("require") for one in chunks]
    before = [{one["state"]: one["__id__"]} for one in chunks]
    assert required == [None, *([one] for one in before[:-1])]
    assert {one["root"] for one in chunks} == {str(web1.site.root)}


def test_sites_do_not_wait_for_one_another(web1: Minion) -> None:
    web1.pillar({"notes": NOTES, "shop": SHOP})
    for one in low(web1):
        assert all(one["name"] in name for need in one.get("require", []) for name in need.values())


def test_a_piece_goes_as_far_as_its_name_says(web1: Minion) -> None:
    web1.declare("1")
    for number, piece in enumerate(("stores", "staged", "migrated", "running", "live"), 1):
        assert functions(low(web1, f"fungible.{piece}")) == ORDER[:number]


def test_without_sites_nothing_is_to_be_done(web1: Minion) -> None:
    web1.pillar({})
    assert low(web1) == []


def test_packages_come_first_where_they_are_asked_for(web1: Minion) -> None:
    web1.pillar({"notes": NOTES, "shop": SHOP}, packages=True)
    chunks = low(web1)
    installed = [one["name"] for one in chunks if one["state"] == "pkg"]
    assert {"haproxy", "supervisor", "mariadb-server", "nginx-light", "php-fpm", "php-mysql"} <= set(installed)
    assert all(one["require"] == [{"sls": "fungible.packages"}] for one in chunks if one["state"] == "persistent_store")
    stopped = {one["name"]: one["onchanges"] for one in chunks if one["state"] == "service"}
    assert stopped["nginx"] == [{"pkg": "nginx-light"}]


def test_only_what_the_sites_need_is_installed(web1: Minion) -> None:
    web1.pillar({"notes": NOTES}, packages=True)
    assert [one["name"] for one in low(web1) if one["state"] == "pkg"] == ["supervisor"]


def test_the_pillar_names_other_packages(web1: Minion) -> None:
    web1.pillar({"notes": NOTES}, packages=True, lookup={"supervisor": ["python3-supervisor"]})
    assert [one["name"] for one in low(web1) if one["state"] == "pkg"] == ["python3-supervisor"]


def test_the_example_of_a_pillar_is_a_good_manifest() -> None:
    sites = yaml.safe_load((FORMULA / "pillar.example").read_text(encoding="utf-8"))["fungible"]["sites"]
    assert [manifest.parse(name, one).name for name, one in sites.items()] == ["actioncenter"]
