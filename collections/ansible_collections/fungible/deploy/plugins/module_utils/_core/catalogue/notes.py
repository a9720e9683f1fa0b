# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does what catalogue and lock say of a site, beside its plain manifest, go from a controller to a host?"""

from __future__ import annotations

import typing as t

from ..manifest import schema as s
from ..manifest.manifest import SLUG
from ..manifest.model import Notes
from .catalogue import RANGE

SHAPE: t.Final = s.Record(
    {
        "php": s.Field(s.MapOf(s.Text(), RANGE), "who requires which versions of PHP", {}),
        "locked": s.Field(s.ListOf(SLUG), "extensions that came from a lock", ()),
    },
    lambda php, locked: Notes(php, tuple(locked)),
)


def write(notes: Notes) -> dict[str, t.Any]:
    """Make plain data of it."""
    return {"php": dict(notes.php), "locked": list(notes.locked)}


def read(data: t.Any) -> Notes:
    """Take what `write` gave; nothing is none."""
    found: Notes = SHAPE.parse(data or {}, "notes")
    return found
