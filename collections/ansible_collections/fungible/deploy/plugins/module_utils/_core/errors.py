# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What can go wrong: each error's message is one line that says what, where, and what to do about it."""

from __future__ import annotations

from .wording import printable, told


class CoreError(Exception):
    """Be the base of every error that a user can mend; faces catch this class and no other."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(" ".join(told(message).split())))


class ManifestError(CoreError):
    """The manifest does not say what it should; nothing was touched."""


class ArtifactError(CoreError):
    """An artifact is not what was locked, or is not safe to unpack; nothing of it was kept."""


class HostError(CoreError):
    """The host lacks what the step needs: a program, space, a right, a free port."""


class StoreError(CoreError):
    """A store cannot be reached, refuses us, or would lose data."""


class InstanceError(CoreError):
    """An instance did not become healthy, or is not there; the old one still serves."""


class RouterError(CoreError):
    """The router refused its configuration or a command; its routes are as they were."""


class BusyError(CoreError):
    """Somebody else is at work on the site; the message names them and since when."""
