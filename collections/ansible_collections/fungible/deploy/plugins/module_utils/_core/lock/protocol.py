# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does resolving ask of the machine that it runs on? A fake in tests, `host/desk.py` for real."""

from __future__ import annotations

import typing as t

from ..errors import ArtifactError

A = t.TypeVar("A")
B = t.TypeVar("B")


class AwayError(ArtifactError):
    """A source does not answer; what was locked of it stays as it is."""


class GoneError(AwayError):
    """A source answers, and has the artifact no longer; who did not fetch it before cannot do so now."""


class Desk(t.Protocol):
    """Be where artifacts are fetched to and looked into."""

    def document(self, url: str, redirects: t.Collection[str]) -> t.Any: ...
    def once(self, key: t.Hashable, work: t.Callable[[], A]) -> A: ...
    def names(self, folder: str) -> list[str]: ...
    def keep(self, location: str, redirects: t.Collection[str]) -> str: ...
    def has(self, artifact: str) -> bool: ...
    def open(self, artifact: str) -> t.ContextManager[t.BinaryIO]: ...
    def each(self, work: t.Callable[[A], B], items: t.Sequence[A]) -> list[B]: ...
