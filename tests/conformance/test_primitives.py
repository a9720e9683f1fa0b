# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what one tool did with one primitive unchanged for the other?"""

from __future__ import annotations

import typing as t

import pytest
from tests.conformance.support.likeness import likeness
from tests.conformance.support.tools import DEPLOY, Call, Tool, do, nothing, predicted

from fungible_dev.artifacts import akismet, sqlite_integration, wordpress

if t.TYPE_CHECKING:
    from tests.conformance.conftest import Place

    from fungible_dev.artifact_store import Artifact

DETACH: t.Final = Call("persistent_store", "absent", {"store": "uploads"})
PURGE: t.Final = Call("persistent_store", "absent", {"store": "uploads", "purge": "uploads"})
GONE: t.Final = Call("stateless_app", "absent")

# Each is what was done before, and the call.
CALLS: t.Final[dict[str, tuple[tuple[Call, ...], Call]]] = {
    "stores present": ((), DEPLOY[0]),
    "one store present": ((), Call("persistent_store", "present", {"store": "db"})),
    "release staged": (DEPLOY[:1], DEPLOY[1]),
    "migration done": (DEPLOY[:2], DEPLOY[2]),
    "instance running": (DEPLOY[:3], DEPLOY[3]),
    "instance live": (DEPLOY[:4], DEPLOY[4]),
    "app absent": (DEPLOY, GONE),
    "store detached": (DEPLOY[:1], DETACH),
    "store purged": (DEPLOY[:1], PURGE),
}

# A WordPress that people kept by hand, as far as it is looked at.
KEPT: t.Final = {
    "wp-includes/version.php": "<?php\n$wp_version = '6.4.5';\n",
    "wp-content/plugins/akismet/akismet.php": "<?php\n/*\nPlugin Name: Akismet\nVersion: 4\n*/ // by hand",
    "wp-content/themes/look/style.css": "/*\nTheme Name: Look\n*/",
}


def source(artifact: Artifact) -> dict[str, str]:
    return {"path": str(artifact.path), "sha256": artifact.sha256}


def prove(place: Place, first: Tool, second: Tool, call: Call, seen: dict[str, t.Any]) -> None:
    """Let one tool predict and do a call, the other predict it and then find nothing to do; compare both ways."""
    would = predicted((first, second), [call])
    assert not nothing(would, [call])
    assert do(first, [call]) == would
    assert nothing(do(second, [call], check=True), [call])
    assert nothing(do(second, [call]), [call])
    assert likeness(place.root) == seen.setdefault(str(call), likeness(place.root))


@pytest.fixture(scope="module")
def seen() -> dict[str, t.Any]:
    return {}


@pytest.mark.parametrize("what", CALLS)
def test_a_call_of_one_is_nothing_to_do_for_the_other(
    place: Place, first: Tool, second: Tool, what: str, seen: dict[str, t.Any]
) -> None:
    before, call = CALLS[what]
    place.clear()
    place.declare("1")
    if before:
        do(second, before)
    prove(place, first, second, call, seen)


def test_a_chain_that_one_brought_is_there_for_the_other(
    place: Place, first: Tool, second: Tool, seen: dict[str, t.Any]
) -> None:
    place.clear()
    manifest = place.site.manifest("1")
    app = {"kind": "wordpress", "version": "6.5.5", "source": source(wordpress("6.5.5")), "runtime": "supervisor"}
    manifest["app"] = {**app, "secret": manifest["app"]["secret"]}
    manifest["plugins"] = {
        "use": [
            {"name": "sqlite-database-integration", "version": "2", "source": source(sqlite_integration())},
            {"name": "akismet", "version": "5", "source": source(akismet())},
        ]
    }
    place.desk.declare({"notes": manifest})
    chain = Call("plugin_chain")
    prove(place, first, second, chain, seen)

    next((place.root / "srv/fungible/.cache/trees").rglob("akismet.php")).unlink()
    would = predicted((first, second), [chain])
    assert do(second, [chain]) == would
    assert nothing(do(first, [chain], check=True), [chain])


def test_what_one_keeps_where_it_is_is_kept_for_the_other(
    place: Place, first: Tool, second: Tool, seen: dict[str, t.Any]
) -> None:
    place.clear()
    site = place.root / "srv/html"
    for name, text in KEPT.items():
        path = site / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    use = [{"name": "akismet", "version": akismet().version, "source": source(akismet())}]
    place.desk.declare({"kept": {"plugins": {"use": [*use, {"name": "look", "kind": "theme", "state": "absent"}]}}})
    prove(place, first, second, Call("plugin_chain", "", {"path": str(site)}), seen)
