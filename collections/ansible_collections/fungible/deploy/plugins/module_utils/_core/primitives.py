# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What can be asked for? Each primitive as one call that changes and one that tells; every face makes these."""

from __future__ import annotations

import typing as t

from . import app, chain, cutover, migration, store
from .app import stateless_app
from .chain import plugin_chain
from .cutover import cut_over
from .migration import migrate
from .request import Outcome, Request, carry_out
from .store import persistent_store

__all__ = [
    "FACTS",
    "Outcome",
    "Request",
    "carry_out",
    "cut_over",
    "migrate",
    "persistent_store",
    "plugin_chain",
    "stateless_app",
]

FACTS: t.Final = {
    "cutover": cutover.facts,
    "migration": migration.facts,
    "persistent_store": store.facts,
    "plugin_chain": chain.facts,
    "stateless_app": app.facts,
}
