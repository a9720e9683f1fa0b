# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How does a module of the extension get what Salt's loader would give it?"""

from __future__ import annotations

import importlib
import typing as t

if t.TYPE_CHECKING:
    import pytest

PRIMITIVES: t.Final = ("cutover", "migration", "persistent_store", "plugin_chain", "stateless_app")


class Loaded:
    """Be one module with its dunders; the functions that it may call are those of `salt`."""

    def __init__(self, patch: pytest.MonkeyPatch, kind: str, name: str) -> None:
        self.module = importlib.import_module(f"saltext.fungible.{kind}.{name}")
        self.salt: dict[str, t.Callable[..., t.Any]] = {}
        self.pillar: dict[str, t.Any] = {}
        self.opts: dict[str, t.Any] = {"test": False}
        found = {"__salt__": self.salt, "__pillar__": self.pillar, "__opts__": self.opts, "__env__": "base"}
        for dunder, value in found.items():
            patch.setattr(self.module, dunder, value, raising=False)

    def call(self, function: str, *args: t.Any, test: bool = False, **kwargs: t.Any) -> t.Any:
        self.opts["test"] = test
        return getattr(self.module, function)(*args, **kwargs)
