# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of inventory_info: each site's manifest is expanded and parted from its secrets."""

from __future__ import annotations

import typing as t

from ..module_utils._core.errors import CoreError
from ..plugin_utils import _lock_files as files
from ..plugin_utils._manifest_action import ManifestAction

OWN: t.Final = ("sites", "secrets", "notes", "root", "thorough")


class ActionModule(ManifestAction):
    """Be the action plugin of inventory_info."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super(ManifestAction, self).run(tmp, task_vars)
        args = dict(self._task.args)
        sites, own = args.get("sites"), {key: args[key] for key in OWN if key in args}
        if not isinstance(sites, t.Mapping):
            return {**result, **self._execute_module(module_args=own, task_vars=task_vars)}  # it says what is wrong
        shared = {key: value for key, value in args.items() if key not in OWN}
        folder = files.inventory(task_vars)
        parted = {str(name): self._parted(str(name), one, own, shared, folder) for name, one in sites.items()}
        refused = {name: {"error": one} for name, one in parted.items() if isinstance(one, str)}
        ready = {name: one[0] for name, one in parted.items() if not isinstance(one, str)}
        warnings = dict.fromkeys(line for one in parted.values() if not isinstance(one, str) for line in one[1])
        keys = {"sites": "manifest", "secrets": "secrets", "notes": "notes"}
        asked = {**own, **{key: {name: args[one] for name, args in ready.items()} for key, one in keys.items()}}
        done = self._execute_module(module_args=asked, task_vars=task_vars)
        if "sites" in done:
            done["sites"] = {**done["sites"], **refused}
        if warnings:
            done["warnings"] = [*warnings, *done.get("warnings", ())]
        return {**result, **done}

    def _parted(
        self, name: str, manifest: t.Any, own: t.Mapping[str, t.Any], shared: t.Mapping[str, t.Any], folder: str
    ) -> tuple[dict[str, t.Any], tuple[str, ...]] | str:
        """Give a site's manifest and secrets, and what people should hear of it; or what is wrong with it."""
        secrets = (own.get("secrets") or {}).get(name, {})
        try:
            asked = {**shared, "site": name, "manifest": manifest, "secrets": secrets}
            return self._checked(asked, folder)
        except CoreError as exc:
            return str(exc)
