# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which kinds of application there are."""

from __future__ import annotations

import typing as t

from .procfile import Procfile
from .wordpress.kind import WordPress

if t.TYPE_CHECKING:
    from .protocol import Kind

KINDS: t.Final[t.Mapping[str, Kind]] = {kind.name: kind for kind in (WordPress(), Procfile())}
