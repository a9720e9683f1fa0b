# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a site changes nothing, holds no secret, and is there before the first deploy and in any trouble."""

from __future__ import annotations

import json
import typing as t

import pytest
from tests.cases import table
from tests.cases.table import Case
from tests.cases.world import World

from ansible_collections.fungible.deploy.plugins.module_utils._core import primitives

NOTHING: t.Final[dict[str, t.Any]] = {"missing": [], "changed": [], "added": []}


def world(manifest: str, *given: t.Any, **host: t.Any) -> World:
    return World(Case("cutover", "facts", manifest, host=host, given=given))


def facts(place: World, what: str, **ask: t.Any) -> dict[str, t.Any]:
    """Tell the facts, and insist on what must hold for all of them."""
    found = primitives.FACTS[what](place.host, place.request(place.case.manifest), **ask)
    assert place.host.changes == []
    secrets = place.module("manifest.secrets").split(table.manifest(place.case.manifest))[1].values()
    assert not [secret for secret in secrets if json.dumps(secret)[1:-1] in json.dumps(found)]
    return found


@pytest.mark.parametrize("what", primitives.FACTS)
@pytest.mark.parametrize("manifest", ["one", "blog", "tree"])
def test_facts_are_there_before_the_first_deploy(what: str, manifest: str) -> None:
    found = facts(world(manifest), what)
    steps = (
        [step for store in found["stores"].values() for step in store["steps"]] if "stores" in found else found["steps"]
    )
    assert bool(steps) == (what != "plugin_chain" or manifest == "blog")


@pytest.mark.parametrize("what", primitives.FACTS)
@pytest.mark.parametrize("manifest", ["one", "blog", "tree"])
def test_after_a_deploy_nothing_is_left_to_do(what: str, manifest: str) -> None:
    found = facts(world(manifest, {"deployed": manifest}), what)
    assert not found.get("steps")
    assert not [one for one in found.get("stores", {}).values() if one["steps"]]


def test_a_store_is_told_as_it_is_and_as_it_should_be() -> None:
    place = world("blog", {"stores": "blog"}, {"modes": {"/srv/fungible/blog/stores/uploads": "0777"}})
    found = facts(place, "persistent_store")["stores"]["uploads"]
    assert (found["found"]["mode"], found["declared"]["mode"]) == ("0777", "0750")
    assert found["steps"] == ["repair the owner and mode of store uploads (/srv/fungible/blog/stores/uploads)"]


def sick_upgrade() -> World:
    """Have a site whose second release could not be brought to health."""
    sick = ({"staged": "two"}, {"migrated": "two"}, {"sick": "two"}, {"fails": {"running": "two"}})
    return world("two", {"deployed": "one"}, *sick)


def test_releases_and_instances_are_told_with_what_became_of_them() -> None:
    place = sick_upgrade()
    found = facts(place, "stateless_app")
    one, two, first, second = (
        place.fill(f"${what}") for what in ("release_one", "release_two", "instance_one", "instance_two")
    )
    assert (found["release"], found["instance"], found["runtime"], found["sandboxed"]) == (two, second, "systemd", True)
    releases = {release["id"]: release for release in found["releases"]}
    assert (releases[one]["live"], releases[two]["live"]) == (True, False)
    assert releases[two]["staged"]
    assert releases[two]["migrated"]
    instances = {instance["id"]: instance for instance in found["instances"]}
    assert (instances[first]["running"], instances[first]["live"], instances[first]["bad"]) == (True, True, None)
    assert (instances[second]["running"], instances[second]["slot"]) == (False, "b")
    assert "did not answer" in instances[second]["bad"]
    assert instances[first]["address"] == "127.0.0.1:18000"


def test_damage_is_told_path_by_path() -> None:
    place = world("one", {"staged": "one"}, {"written": {"/srv/fungible/notes/releases/$release_one/app.py": "edited"}})
    found = facts(place, "stateless_app")
    assert found["damage"] == {**NOTHING, "changed": ["app.py"]}
    assert found["steps"][0].startswith("repair release ")


def test_what_a_mount_hides_is_named() -> None:
    found = facts(world("blog", {"staged": "blog"}), "stateless_app")
    assert (found["left_out"], found["damage"]) == (["wp-content/uploads/index.php"], NOTHING)


def test_the_chain_is_told_in_its_order() -> None:
    found = facts(world("blog", {"chain": "blog"}), "plugin_chain")["plugins"]
    assert [(one["name"], one["kind"], one["state"], one["ready"]) for one in found] == [
        ("akismet", "plugin", "enabled", True),
        ("hello", "mu-plugin", "enabled", True),
    ]


def test_each_extensions_files_are_told_and_beside_them_what_belongs_to_none() -> None:
    release = "/srv/fungible/blog/releases/$release_blog"
    edited = {
        f"{release}/wp-content/plugins/akismet/akismet.php": "edited",
        f"{release}/wp-content/mu-plugins/hello/more.php": "added",
        f"{release}/wp-content/plugins/dropped/in.php": "nobody declared it",
    }
    gone = {"removed": f"{release}/wp-content/mu-plugins/hello/hello.php"}
    found = facts(world("blog", {"staged": "blog"}, {"written": edited}, gone), "plugin_chain")
    akismet, hello = ({key: one[key] for key in NOTHING} for one in found["plugins"])
    assert found["staged"]
    assert akismet == {**NOTHING, "changed": ["wp-content/plugins/akismet/akismet.php"]}
    assert hello == {
        **NOTHING,
        "missing": ["wp-content/mu-plugins/hello/hello.php"],
        "added": ["wp-content/mu-plugins/hello/more.php"],
    }
    assert found["elsewhere"] == {**NOTHING, "added": ["wp-content/plugins/dropped/in.php"]}


def test_of_a_release_that_is_not_staged_nothing_is_missing() -> None:
    found = facts(world("blog"), "plugin_chain")
    assert not found["staged"]
    assert found["elsewhere"] == NOTHING


def test_migrations_and_backups_are_told() -> None:
    place = world("one", {"stores": "one"}, {"written": {"/srv/fungible/notes/stores/db/database.sqlite": "rows"}})
    assert facts(place, "migration")["pending"]
    place = world("one", *place.case.given, {"staged": "one"}, {"migrated": "one"})
    found = facts(place, "migration")
    assert (found["pending"], list(found["migrated"])) == (False, [place.fill("$release_one")])
    [backup] = found["backups"]
    assert backup.startswith("/var/lib/fungible/notes/backups/2023")


def test_what_is_live_is_told_with_what_was_before() -> None:
    place = world("two", {"deployed": "one"}, {"deployed": "two"})
    found = facts(place, "cutover")
    assert (found["live"], found["previous"]) == (place.fill("$instance_two"), place.fill("$instance_one"))
    assert found["since"]
    assert found["router"] == {
        "configured": True,
        "running": True,
        "weights_on_disk": {"a": 0, "b": 1},
        "weights_at_work": {"a": 0, "b": 1},
    }
    assert [(route["host"], route["listen"]) for route in found["routes"]] == [("notes.example", "*:80")]


def test_with_a_web_server_of_the_users_own_there_is_no_router() -> None:
    found = facts(world("tree", {"deployed": "tree"}), "cutover")
    assert (found["router"], found["routes"]) == (None, [])


def test_a_bad_instance_is_told_and_refused_only_when_it_should_go_live() -> None:
    place = sick_upgrade()
    found = facts(place, "cutover")
    assert list(found["bad"]) == [place.fill("$instance_two")]
    assert found["refused"].startswith(place.fill("instance $instance_two: was marked bad: "))
    assert found["live"] == place.fill("$instance_one")


def test_a_site_without_routes_is_told_too() -> None:
    found = facts(world("unrouted"), "cutover")
    assert (found["routes"], found["steps"]) == ([], [])
    assert found["refused"] == "notes.routes: has no route: add one, or choose runtime: none"


@pytest.mark.parametrize("without", ["php", "nginx"])
def test_a_host_that_lacks_a_program_is_told_too(without: str) -> None:
    found = facts(world("blog", {"staged": "blog"}, without=[without]), "stateless_app")
    assert found["staged"]
    assert found["refused"].startswith(f"{without}: is not installed on this host: apt install ")
