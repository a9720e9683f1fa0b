# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of lock, which is all of it: no host is asked."""

from __future__ import annotations

import typing as t

from ..module_utils._core.lock.command import Asked, lock_fleet
from ..plugin_utils._lock_action import OPTIONS as COMMON
from ..plugin_utils._lock_action import LockAction

if t.TYPE_CHECKING:
    from ..module_utils._core.host.protocol import Host
    from ..module_utils._core.lock.protocol import Desk

OPTIONS: t.Final = {**COMMON, "update": {"type": "list", "elements": "str", "default": []}}


class ActionModule(LockAction):
    """Be the action plugin of lock."""

    options = OPTIONS

    def told(self, host: Host, asked: Asked, desk: Desk) -> dict[str, t.Any]:
        found = lock_fleet(host, asked, desk, check=self._task.check_mode)
        told = {"changed": found.changed, "steps": list(found.steps), "outside": list(found.outside)}
        if found.steps:
            told["diff"] = {"before": dict(found.before), "after": dict(found.after)}
        return {**told, "warnings": list(found.warnings)}
