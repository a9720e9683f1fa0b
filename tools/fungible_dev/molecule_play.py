# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a playbook do to a scenario's host: run it from a test, and read what each task said."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from dataclasses import dataclass, field

from .errors import ToolError

SECONDS = 300
STATS = ("changed", "failures", "unreachable")


@dataclass(frozen=True)
class Played:
    """What a playbook did to one host."""

    tasks: tuple[tuple[str, dict[str, t.Any]], ...]  # name and result, in their order
    changed: int
    output: str = field(repr=False)  # all that Ansible said

    @property
    def steps(self) -> list[tuple[str, list[str]]]:
        """Return each of our tasks with its steps, in their order."""
        return [(name, result["steps"]) for name, result in self.tasks if "steps" in result]

    @property
    def done(self) -> list[str]:
        """Return all steps, in their order."""
        return [step for _, steps in self.steps for step in steps]

    @property
    def failure(self) -> str:
        """Return the message of the task that failed, if one did."""
        return next((str(result.get("msg")) for _, result in self.tasks if result.get("failed")), "")


@dataclass(frozen=True)
class Player:
    """Run playbooks on one host of the scenario that Molecule verifies."""

    host: str
    playbook: str = "fungible.deploy.site"

    def __call__(self, playbook: str = "", *, check: bool = False, **variables: t.Any) -> Played:
        """Run a playbook to its end; one that fails is an error."""
        played = self.attempt(playbook, check=check, **variables)
        if played.failure:
            raise ToolError(f"{playbook or self.playbook} failed on {self.host}: {played.failure}")
        return played

    def attempt(self, playbook: str = "", *, check: bool = False, **variables: t.Any) -> Played:
        """Run a playbook and return how far it came."""
        inventory = os.environ["MOLECULE_INVENTORY_FILE"]
        command = ["ansible-playbook", "--inventory", inventory, "--limit", self.host, "--diff"]
        command += ["--extra-vars", json.dumps(variables), *(["--check"] if check else []), playbook or self.playbook]
        env = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "ANSIBLE_JSON_INDENT": "0"}
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
        if not done.stdout.startswith("{"):
            raise ToolError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return self._read(done.stdout)

    def _read(self, output: str) -> Played:
        said = json.loads(output)
        tasks = tuple(
            (task["task"]["name"].rpartition(" : ")[2], task["hosts"][self.host])
            for play in said["plays"]
            for task in play["tasks"]
            if self.host in task["hosts"]
        )
        stats = said["stats"].get(self.host)
        if stats is None:
            raise ToolError(f"{self.playbook} did nothing on {self.host}")
        return Played(tasks, stats["changed"], output)
