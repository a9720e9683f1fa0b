# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""File systems of their own for a test: small ones that get full, and folders that cannot be written to."""

from __future__ import annotations

import contextlib
import subprocess
import typing as t

import pytest

if t.TYPE_CHECKING:
    from pathlib import Path


@contextlib.contextmanager
def small(path: Path, size: str) -> t.Iterator[None]:
    """Have a file system of so many bytes at a folder, which may get larger later."""
    path.mkdir(parents=True, exist_ok=True)
    with _mounted(path, "-t", "tmpfs", "-o", f"size={size}", "fungible-test"):
        yield


@contextlib.contextmanager
def read_only(path: Path) -> t.Iterator[None]:
    """Have a folder that nobody can write to."""
    with _mounted(path, "--bind", str(path)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True)
        yield


def resize(path: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(path)], check=True)


@contextlib.contextmanager
def _mounted(path: Path, *how: str) -> t.Iterator[None]:
    if subprocess.run(["mount", *how, str(path)], check=False, capture_output=True).returncode != 0:
        pytest.skip("a file system of its own cannot be mounted here: it takes root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)
