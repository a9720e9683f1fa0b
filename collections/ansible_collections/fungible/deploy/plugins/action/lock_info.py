# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of lock_info, which is all of it: no host is asked."""

from __future__ import annotations

import typing as t

from ..module_utils._core.lock.command import Asked, reach_of_fleet
from ..plugin_utils._lock_action import OPTIONS, LockAction

if t.TYPE_CHECKING:
    from ..module_utils._core.host.protocol import Host
    from ..module_utils._core.lock.protocol import Desk


class ActionModule(LockAction):
    """Be the action plugin of lock_info."""

    options = OPTIONS

    def told(self, host: Host, asked: Asked, desk: Desk) -> dict[str, t.Any]:
        found = reach_of_fleet(host, asked, desk)
        return {
            "updates": {site: dict(newer) for site, newer in found.updates.items()},
            "warnings": list(found.warnings),
        }
