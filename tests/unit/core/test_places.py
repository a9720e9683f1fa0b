# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything of a site lies below its root, at the places that the design promises."""

from __future__ import annotations

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places


def all_of(places: Places) -> dict[str, str]:
    asked = {"release": "R", "tree": "I", "store": "db", "cached_tree": "S", "artifact": "S", "listing": "R"}
    asked |= {"instance": "I", "run": "a"}
    simple = [name for name, one in vars(Places).items() if isinstance(one, property)]
    return {
        **{name: getattr(places, name) for name in simple},
        **{name: getattr(places, name)(value) for name, value in asked.items()},
    }


def test_places_are_what_the_design_promises() -> None:
    found = all_of(Places("/", "notes"))
    promised = {
        "release": "/srv/fungible/notes/releases/R",
        "store": "/srv/fungible/notes/stores/db",
        "current": "/srv/fungible/notes/current",
        "cache": "/srv/fungible/.cache",
        "artifact": "/var/cache/fungible/S",
        "journal": "/var/lib/fungible/notes/journal.json",
        "lock": "/var/lib/fungible/notes/lock",
        "manifest": "/var/lib/fungible/notes/manifest.json",
        "backups": "/var/lib/fungible/notes/backups",
        "listing": "/var/lib/fungible/notes/releases/R",
        "run": "/run/fungible/notes/a",
    }
    assert {name: found[name] for name in promised} == promised


@pytest.mark.parametrize("root", ["/home/me/fleet", "/home/me/fleet/"])
def test_below_another_root_lies_everything(root: str) -> None:
    assert not [path for path in all_of(Places(root, "notes")).values() if not path.startswith("/home/me/fleet/")]


def test_a_release_and_its_cache_share_a_file_system() -> None:
    places = Places("/", "notes")
    assert places.release("R").startswith("/srv/fungible/")
    assert places.cached_tree("S").startswith("/srv/fungible/")
    assert places.tree("I").startswith("/srv/fungible/")
