# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a minion without the wheel work with the files that salt:// brings it?"""

from __future__ import annotations

import shutil
import typing as t

import pytest

from fungible_dev import salt_bundle

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.support.fleet import Fleet, Minion

EVERYWHERE: t.Final = ("beacons.fungible", "modules.fungible", "modules.cutover", "states.cutover")


@pytest.fixture(scope="module")
def bare(fleet: Fleet) -> t.Iterator[Minion]:
    """Have a minion that has Salt and nothing of ours, for as long as these tests."""
    made = fleet.minion("bare", wheel=False)
    made.daemon.start()
    yield made
    fleet.dismiss(made)


def serve(fleet: Fleet, bundle: Path) -> None:
    """Put a bundle where the master finds it."""
    shutil.rmtree(fleet.bundle)
    shutil.copytree(bundle, fleet.bundle)


def sync(minion: Minion) -> list[str]:
    done = minion.run("saltutil.sync_all", saltenv="bundle")
    return [one for kind in done.values() for one in kind or ()]


def newer(bundle: Path, out: Path, version: str) -> Path:
    """Make what a later version's bundle would be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(salt_bundle, "_version", lambda: version)
        return salt_bundle.build(out)


def test_a_minion_without_the_wheel_deploys_by_the_bundle(fleet: Fleet, bare: Minion, tmp_path: Path) -> None:
    assert "is not available" in str(bare.run("fungible.version"))
    serve(fleet, salt_bundle.build(tmp_path / "bundle"))
    assert set(EVERYWHERE) <= set(sync(bare))
    assert bare.run("fungible.version") == salt_bundle._version()

    bare.declare("1")
    would, done = bare.apply(saltenv="bundle", test=True), bare.apply(saltenv="bundle")
    assert (would.results, done.results) == ({None}, {True})
    assert done.changes == would.changes
    assert bare.site.served().startswith("1-")
    assert bare.apply(saltenv="bundle").nothing()
    assert sync(bare) == []

    bare.refresh()
    assert bare.run("cutover.info", "notes", root=str(bare.site.root))["steps"] == []
    assert bare.run("fungible.deviations", root=str(bare.site.root)) == {}


def test_a_newer_bundle_takes_over_without_a_restart(fleet: Fleet, bare: Minion, tmp_path: Path) -> None:
    serve(fleet, salt_bundle.build(tmp_path / "first"))
    sync(bare)
    serve(fleet, newer(fleet.bundle, tmp_path / "second", "99.0"))
    assert sync(bare)
    assert bare.run("fungible.version") == "99.0"
    bare.declare("1")
    assert bare.apply(saltenv="bundle").results == {True}
