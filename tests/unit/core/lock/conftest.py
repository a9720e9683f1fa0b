# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of locks share: a directory that has four versions of Akismet, and a fleet beside it."""

from __future__ import annotations

import typing as t

import pytest
from tests.unit.core.lock.fleet import Fleet, plugin

from ansible_collections.fungible.deploy.plugins.module_utils._core.host import web
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> t.Iterator[Directory]:
    """Serve what is not there yet; nobody waits before asking again."""
    caplog.set_level("CRITICAL", "urllib3")
    monkeypatch.setattr(web, "BACKOFF", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    found = Directory()
    with serving(found):
        yield found


@pytest.fixture
def fleet(tmp_path: Path, directory: Directory) -> Fleet:
    for version in ("5.2", "5.3", "5.3.1", "6.0"):
        directory.release("akismet", version, plugin("akismet", version, "Requires at least: 5.8"))
    return Fleet(tmp_path, directory)
