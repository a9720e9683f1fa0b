# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interpreters are found on PATH, whatever else is on it."""

from __future__ import annotations

import os
import sys
import typing as t

from fungible_dev.pythons import find_pythons

if t.TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_folder_that_cannot_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it gone, a file, or, after su without a dash, another user's."""
    (tmp_path / "file").touch()
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (bin_dir / f"python3.{sys.version_info.minor}").symlink_to(sys.executable)
    folders = [tmp_path / "none", tmp_path / "file", bin_dir]
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert [python.version[:2] for python in find_pythons()] == [sys.version_info[:2]]
