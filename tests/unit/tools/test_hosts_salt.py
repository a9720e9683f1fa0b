# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is Salt made for test hosts once for each of its releases and suites, out of wheels that run there?"""

from __future__ import annotations

import typing as t

import pytest

from fungible_dev import hosts_salt
from fungible_dev.errors import ToolError

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give what is made, in a cache of the test's own."""
    names: list[str] = []

    def make(_series: str, _suite: str, folder: Path) -> None:
        names.append(folder.name)
        folder.mkdir()

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(hosts_salt, "_make", make)
    return names


def test_it_is_made_once(made: list[str]) -> None:
    folders = {hosts_salt.ensure_salt("3007", "bookworm") for _ in range(2)}
    assert [folder.name for folder in folders] == made
    assert len(made) == 1


def test_each_release_and_suite_has_its_own(made: list[str]) -> None:
    places = {hosts_salt.volume(series, suite) for series in hosts_salt.SERIES for suite in ("bookworm", "trixie")}
    assert len(places) == len(made) == 4
    assert all(place.endswith(":/opt/salt:ro") for place in places)


def test_other_requirements_are_made_anew(made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts_salt.ensure_salt("3008", "trixie")
    other = tmp_path / "requirements-salt.txt"
    other.write_text("pyzmq\n", encoding="utf-8")
    monkeypatch.setattr(hosts_salt, "REQUIREMENTS", other)
    hosts_salt.ensure_salt("3008", "trixie")
    assert len(set(made)) == 2


def test_a_salt_that_the_extension_does_not_know_is_refused(made: list[str]) -> None:
    with pytest.raises(ToolError, match=r"3006.*3007, 3008"):
        hosts_salt.ensure_salt("3006", "trixie")
    assert made == []


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_no_wheel_asks_for_a_newer_libc_than_the_oldest_suite_has(machine: str) -> None:
    names = hosts_salt.platforms(machine)
    assert names[0] == f"manylinux_2_36_{machine}"
    assert names[-1] == f"manylinux2014_{machine}"
    assert f"manylinux_2_28_{machine}" in names
