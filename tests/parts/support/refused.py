# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a good refusal: one clear line for the user, and visitors who notice nothing."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError

if t.TYPE_CHECKING:
    from .scene import Scene


@contextlib.contextmanager
def refused(scene: Scene, *words: str, error: type[CoreError] = CoreError) -> t.Iterator[None]:
    """Insist that what is done is refused in one line with these words, and that what was served still is."""
    live = served(scene)
    pids = scene.machine.live_pids(live)
    with pytest.raises(error) as caught:
        yield
    said = str(caught.value)
    assert "\n" not in said
    assert "Traceback" not in said
    assert [word for word in words if word not in said] == [], said
    assert served(scene) == live
    assert scene.machine.live_pids(live) == pids


def served(scene: Scene) -> str:
    """Tell which version is served whole, or nothing where nobody listens yet."""
    return scene.served() if scene.machine.get().status else ""
