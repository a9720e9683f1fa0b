# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one thing is broken: does each tool predict the same repair, either repair it, and the other agree?"""

from __future__ import annotations

import typing as t

import pytest
from tests.conformance.support.likeness import likeness
from tests.conformance.support.tools import Tool, do, nothing, predicted

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.conftest import Place


def release(place: Place) -> Path:
    return next((place.root / "srv/fungible/notes/releases").iterdir())


def instance(place: Place) -> Path:
    return next((place.root / "var/lib/fungible/notes/instances").iterdir())


def route(place: Place) -> Path:
    return place.root / "etc/fungible/haproxy/site-notes.cfg"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def weigh_nothing(place: Place) -> None:
    socket = str(place.root / "run/fungible-router/admin.sock")
    place.site.machine.host.talk(socket, "set server fungible_notes/a weight 0")


def stop_web(place: Place) -> None:
    [web] = [name for name in place.site.machine.programs() if name.startswith("fungible-notes")]
    place.site.machine.rpc("stopProcess", web)


BREAKS: t.Final[dict[str, t.Callable[[Place], object]]] = {
    "a file of the release was changed": lambda place: change(release(place) / "app.py", "a note", "A note"),
    "a file of the release is gone": lambda place: (release(place) / "store.py").unlink(),
    "the release has a file too many": lambda place: (release(place) / "more.py").write_text("", encoding="utf-8"),
    "a store's mode is open": lambda place: (place.root / "srv/fungible/notes/stores/db").chmod(0o777),
    "an empty store is gone": lambda place: (place.root / "srv/fungible/notes/stores/uploads").rmdir(),
    "the route leads nowhere": weigh_nothing,
    "the route leads elsewhere from the next start on": lambda place: change(route(place), "weight 1", "weight 0"),
    "the route's name is gone": lambda place: change(
        next(place.root.glob("etc/fungible/haproxy/*.map")), "notes.example", "other.example"
    ),
    "the instance does not run": stop_web,
    "the instance's environment was changed": lambda place: change(instance(place) / "environment", "PORT", "PART"),
}


@pytest.fixture(scope="module")
def whole(place: Place) -> dict[str, t.Any]:
    """Have a site that is as it should be."""
    place.declare("1")
    do(place.desk.ansible)
    return likeness(place.root)


@pytest.mark.parametrize("what", BREAKS)
def test_what_one_breaks_both_predict_and_either_repairs(
    place: Place, whole: dict[str, t.Any], first: Tool, second: Tool, what: str
) -> None:
    BREAKS[what](place)
    would = predicted((first, second))
    assert not nothing(would)
    assert do(first) == would
    assert nothing(do(second, check=True))
    assert likeness(place.root) == whole
    assert place.site.get().status == 200
