# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of lock, which is all of it: no host is asked."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import CoreError
from ..module_utils._core.host.desk import LocalDesk
from ..module_utils._core.host.local import LocalHost
from ..module_utils._core.lock.command import Asked, lock_fleet
from ..plugin_utils import _lock_files as files
from ..plugin_utils._manifest_action import plain

OPTIONS: t.Final = {
    "sites": {"type": "dict", "required": True},
    "catalogue": {"type": "dict", "default": {}},
    "lock": {"type": "str", "default": ""},
    "artifacts": {"type": "str", "default": ""},
    "update": {"type": "list", "elements": "str", "default": []},
}


class ActionModule(ActionBase):
    """Be the action plugin of lock."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _spec, args = self.validate_argument_spec(argument_spec=OPTIONS)
        inventory = files.inventory(task_vars)
        path = args["lock"] or files.default(inventory)
        asked = Asked(path, plain(args["sites"]), plain(args["catalogue"]), tuple(map(str, args["update"])))
        desk = LocalDesk(args["artifacts"] or files.artifacts(), files.finder(inventory))
        try:
            found = lock_fleet(LocalHost(), asked, desk, check=self._task.check_mode)
        except CoreError as exc:
            return {**result, "failed": True, "msg": str(exc)}
        told = {"lock": path, "changed": found.changed, "steps": list(found.steps), "outside": list(found.outside)}
        if found.steps:
            told["diff"] = {"before": dict(found.before), "after": dict(found.after)}
        if found.warnings:
            told["warnings"] = list(found.warnings)
        return {**result, **told}
