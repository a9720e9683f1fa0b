# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must happen on the controller: the manifest is expanded and checked, its secrets hidden, its files sent."""

from __future__ import annotations

import typing as t
from functools import partial
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._core.catalogue import expansion, notes
from ..module_utils._core.errors import CoreError, ManifestError
from ..module_utils._core.lock import file as lock_file
from ..module_utils._core.manifest import manifest, secrets
from . import _lock_files

if t.TYPE_CHECKING:
    from ..module_utils._core.lock.file import Lock


class ManifestAction(ActionBase):
    """Be the controller's side of every module."""

    _supports_async = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        try:
            args, warnings = self._checked(dict(self._task.args), _lock_files.inventory(task_vars))
        except CoreError as exc:
            return {**result, "failed": True, "msg": str(exc)}
        done = self._execute_module(module_args=args, task_vars=task_vars)
        if done.get("needs") and not done.get("failed"):
            folder = str((task_vars or {}).get("inventory_dir") or "")
            files = {need["sha256"]: self._send(need, folder) for need in done["needs"]}
            args["files"] = {**args.get("files", {}), **files}
            done = self._execute_module(module_args=args, task_vars=task_vars)
        if warnings:
            done["warnings"] = [*warnings, *done.get("warnings", ())]
        return {**result, **done}

    @staticmethod
    def _checked(args: dict[str, t.Any], inventory: str) -> tuple[dict[str, t.Any], tuple[str, ...]]:
        """Expand the manifest by the catalogue and the lock, which stay here; then part it from its secrets."""
        if "manifest" not in args or "site" not in args:
            return args, ()  # the module names what is missing
        whole = secrets.join(plain(args["manifest"]), args.get("secrets") or {})
        path, artifacts = str(args.pop("lock", "") or ""), str(args.pop("artifacts", "") or "")
        lock = partial(_lock, path, inventory, artifacts)
        expanded = expansion.expand(str(args["site"]), whole, plain(args.pop("catalogue", None)), lock)
        manifest.require_valid(str(args["site"]), expanded.manifest, str(args.get("path") or ""))
        public, found = secrets.split(expanded.manifest)
        return {**args, "manifest": public, "secrets": found, "notes": notes.write(expanded.notes)}, expanded.warnings

    def _send(self, need: dict[str, str], inventory: str) -> str:
        """Copy a file of the controller to the host; its digest is verified there."""
        source = self._source(need["file"], inventory)
        shell = self._connection._shell  # noqa: SLF001 - Ansible's own action plugins know no other way
        if not shell.tmpdir:
            self._make_tmp_path()
        target: str = shell.join_path(shell.tmpdir, f"{need['sha256'][:12]}-{Path(source).name}")
        self._transfer_file(self._loader.get_real_file(source), target)
        self._fixup_perms2((shell.tmpdir, target))
        return target

    def _source(self, name: str, inventory: str) -> str:
        """Find a file where tasks look for files, or beside the inventory, where manifests are kept."""
        beside = Path(inventory, name)
        if inventory and beside.is_file():
            return str(beside)
        try:
            return str(self._find_needle("files", name))
        except AnsibleError as exc:
            where = f"neither beside the inventory ({inventory or 'which is no file'}) nor where tasks look for files"
            raise AnsibleError(f"{name}: is {where}: give its whole path") from exc


def _lock(path: str, inventory: str, artifacts: str) -> Lock | None:
    """Read the lock, which is beside the inventory unless it is said; there, none is needed before the first."""
    place = Path(path or _lock_files.default(inventory))
    try:
        return lock_file.parse(place.read_text("utf-8"), str(place), artifacts=artifacts)
    except FileNotFoundError:
        if not path:
            return None
        raise ManifestError(f"{path}: is not there: make the lock first, then run this again") from None
    except (OSError, ValueError) as exc:
        raise ManifestError(f"{place}: cannot be read: {exc}") from exc


def plain(value: t.Any) -> t.Any:
    """Make plain data of what templates and vaults give; a vaulted scalar is an object before ansible-core 2.19."""
    if isinstance(value, t.Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)
