# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module is run in this process: a real AnsibleModule, with a machine in memory for its host."""

from __future__ import annotations

import importlib
import json
import typing as t

import pytest
from ansible.module_utils import basic
from tests.cases import table

from ansible_collections.fungible.deploy.plugins.module_utils import _face
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import secrets
from ansible_collections.fungible.deploy.plugins.plugin_utils._manifest_action import ManifestAction

if t.TYPE_CHECKING:
    from tests.cases.world import World

MODULES: t.Final = "ansible_collections.fungible.deploy.plugins.modules"


class Runner:
    """Run modules as Ansible would, and tell what they answer."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys = patch, capsys

    def run(self, module: str, host: t.Any, args: t.Mapping[str, t.Any], *, check: bool = False) -> dict[str, t.Any]:
        given = {"ANSIBLE_MODULE_ARGS": {**args, "_ansible_check_mode": check, "_ansible_diff": True}}
        self._patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(given).encode())
        self._patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)  # ansible-core 2.19 and newer
        self._patch.setattr(_face, "LocalHost", lambda: host)
        with pytest.raises(SystemExit) as ended:
            importlib.import_module(f"{MODULES}.{module}").main()
        said = self._capsys.readouterr().out
        answer: dict[str, t.Any] = json.loads(said)
        assert bool(answer.get("failed")) == bool(ended.value.code)
        return answer


def args_of(world: World) -> dict[str, t.Any]:
    """Give the arguments of a case as the action plugin does: the manifest parted from its secrets."""
    name = world.case.manifest
    public, found = secrets.split(table.manifest(name))
    site = {"site": table.sites()[name], "manifest": public, "secrets": found}
    return {**site, "files": world.files, "root": world.case.root}


def expanded_args_of(world: World) -> tuple[dict[str, t.Any], list[str]]:
    """Give the arguments that the action plugin itself makes of a case's manifest and catalogue, and its warnings."""
    name = world.case.manifest
    asked = {"site": table.sites()[name], "manifest": table.manifest(name), "files": world.files}
    known = table.catalogue(world.case.catalogue)
    args, warnings = ManifestAction._checked({**asked, "catalogue": known, "root": world.case.root}, "")
    return args, list(warnings)
