# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What do the modules of the lock share? They run on the controller alone, and want the sites of all hosts."""

from __future__ import annotations

import abc
import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._core.errors import CoreError
from ..module_utils._core.host.desk import LocalDesk
from ..module_utils._core.host.local import LocalHost
from ..module_utils._core.lock.command import Asked
from . import _lock_files as files
from ._manifest_action import plain

if t.TYPE_CHECKING:
    from ..module_utils._core.host.protocol import Host
    from ..module_utils._core.lock.protocol import Desk

OPTIONS: t.Final[dict[str, dict[str, t.Any]]] = {
    "sites": {"type": "dict", "required": True},
    "catalogue": {"type": "dict", "default": {}},
    "lock": {"type": "str", "default": ""},
    "artifacts": {"type": "str", "default": ""},
}


class LockAction(ActionBase):
    """Be the action plugin of a module of the lock."""

    _requires_connection = False
    _supports_check_mode = True
    options: t.ClassVar[dict[str, dict[str, t.Any]]]

    @abc.abstractmethod
    def told(self, host: Host, asked: Asked, desk: Desk) -> dict[str, t.Any]:
        """Do what is asked, and tell of it."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _spec, args = self.validate_argument_spec(argument_spec=self.options)
        inventory = files.inventory(task_vars)
        path = args["lock"] or files.default(inventory)
        update = tuple(map(str, args.get("update", ())))
        asked = Asked(path, plain(args["sites"]), plain(args["catalogue"]), update)
        desk = LocalDesk(args["artifacts"] or files.artifacts(), files.finder(inventory))
        try:
            told = self.told(LocalHost(), asked, desk)
        except CoreError as exc:
            return {**result, "failed": True, "msg": str(exc)}
        warnings = told.pop("warnings")
        return {**result, "lock": path, **told, **({"warnings": warnings} if warnings else {})}
