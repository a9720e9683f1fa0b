# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's extensions are told for all its sites at once, and no secret with them."""

from __future__ import annotations

import json
import typing as t

from tests.cases import table
from tests.cases.world import World

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet import inventory
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import release_id
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Notes
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request


def world(*given: t.Any) -> World:
    return World(table.Case("cutover", "an inventory", "blog", given=given))


def tree(found: World) -> str:
    return f"/srv/fungible/blog/releases/{release_id(found.site('blog'))}/wp-content"


def told(found: World) -> dict[str, t.Any]:
    facts = inventory.facts(found.host, [found.request("blog")])["sites"]["blog"]
    assert isinstance(facts, dict)
    return facts


def test_nothing_is_on_disk_before_a_deploy() -> None:
    facts = told(world())
    assert (facts["staged"], facts["live"]) == (False, "")
    assert {(one["on_disk"], one["loaded"]) for one in facts["extensions"]} == {("", "")}


def test_what_is_deployed_is_on_disk_and_loaded() -> None:
    deployed = world({"deployed": "blog"})
    facts, site = told(deployed), deployed.site("blog")
    assert facts["staged"]
    assert facts["live"] == facts["release"] == release_id(site)
    chained = {one["name"]: one for one in facts["extensions"] if one["version"]}
    assert list(chained) == [one.name for one in site.plugins]
    for one in site.plugins:
        assert bool(chained[one.name]["loaded"]) is (one.enabled and one.kind.value != "theme"), one.name
    assert not deployed.host.changes


def test_what_somebody_put_there_is_told_as_undeclared() -> None:
    found = world({"deployed": "blog"})
    found.happen({"written": {f"{tree(found)}/plugins/shell/shell.php": "<?php /*\nPlugin Name: Shell\nVersion: 6 */"}})
    found.happen({"written": {f"{tree(found)}/mu-plugins/door.php": "<?php // open"}})
    others = [one for one in told(found)["extensions"] if one["state"] == "undeclared"]
    assert [(one["kind"], one["name"], one["on_disk"]) for one in others] == [
        ("plugin", "shell", "6"),
        ("mu-plugin", "door", ""),
    ]
    facts = chain.facts(found.host, found.request("blog"))
    assert [one["name"] for one in facts["undeclared"] if not one["shipped"]] == ["shell", "door"]
    assert "door" in [one["name"] for one in facts["live"]["loaded"]], "WordPress loads it, whoever declared what"
    assert "shell" not in [one["name"] for one in facts["live"]["loaded"]]


def test_the_loaded_versions_are_those_of_the_release_that_is_live() -> None:
    found = world({"deployed": "blog"})
    newer = table.manifest("blog")
    newer["app"]["version"] = "6.9"
    facts = chain.facts(found.host, Request("blog", newer))
    assert not facts["staged"]
    assert facts["live"]["release"] == release_id(found.site("blog"))
    assert [one["loaded"] for one in facts["plugins"] if one["state"] == "enabled" and one["kind"] == "plugin"] != []


def test_what_a_lock_gave_is_told_as_locked_and_a_digest_written_by_hand_is_not() -> None:
    found, manifest = world(), table.manifest("blog")
    first = manifest["plugins"]["use"][0]
    first["source"] = {**first["source"], "tree": "0" * 64}
    for locked in ((), ("hello",)):
        request = Request("blog", manifest, notes=Notes(locked=locked))
        facts = inventory.facts(found.host, [request])["sites"]["blog"]["extensions"]
        assert [one["name"] for one in facts if one["locked"]] == [*locked]


def test_a_site_that_is_no_good_does_not_hide_the_others() -> None:
    found = world({"deployed": "blog"})
    facts = inventory.facts(found.host, [Request("shop", {"app": {}}), found.request("blog")])
    assert facts["sites"]["shop"] == {"error": "shop.app.kind: is missing: one of wordpress, procfile"}
    assert facts["sites"]["blog"]["staged"]


def test_no_secret_is_told() -> None:
    text = json.dumps(told(world({"deployed": "blog"})))
    manifest = table.manifest("blog")
    assert manifest["app"]["secret"] not in text
    assert manifest["stores"]["db"]["password"] not in text
