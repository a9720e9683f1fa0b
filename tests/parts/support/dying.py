# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How does a run die as by kill -9, at any change it would make to the machine: in a child, before the change."""

from __future__ import annotations

import json
import os
import signal
import traceback
import typing as t
from dataclasses import dataclass

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost


class CountingHost(LocalHost):
    """The machine at hand, with every change that is made to it counted and named."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    def gate(self, what: str) -> None:
        self.passed.append(what)


class DyingHost(CountingHost):
    """The machine at hand, on which the run dies before the n-th change; no `finally` of its own is run."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def gate(self, what: str) -> None:
        super().gate(what)
        if len(self.passed) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Ended:
    """How a run in a child ended: killed, refused with an error for the user, or done with these steps."""

    killed: bool = False
    error: str = ""
    steps: tuple[str, ...] = ()


def in_child(work: t.Callable[[], t.Sequence[str]]) -> Ended:
    """Do the work in a process of its own and tell how that ended; what is no CoreError is raised here."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w", encoding="utf-8") as told:
            json.dump(_told(work), told)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as told:
        said = told.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return Ended(killed=True)
    facts = json.loads(said)
    if "bug" in facts:
        raise AssertionError(facts["bug"])
    return Ended(error=facts.get("error", ""), steps=tuple(facts.get("steps", ())))


def _told(work: t.Callable[[], t.Sequence[str]]) -> dict[str, t.Any]:
    try:
        return {"steps": list(work())}
    except CoreError as exc:
        return {"error": str(exc)}
    except BaseException:  # noqa: BLE001 - told to the parent, which raises it
        return {"bug": traceback.format_exc()}
