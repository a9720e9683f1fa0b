# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where does a backup go? None is ever overwritten."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host


def backup_path(host: Host, ctx: Context, what: str) -> str:
    """Name a backup by its time, and what it is of."""
    return f"{ctx.places.backups}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(host.now()))}-{what}"
