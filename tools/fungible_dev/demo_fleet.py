# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a fleet of one machine, below a folder: its settings, inventory and manifest, as on an administrator's."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import show
from .demo_play import Play, Task, play
from .demo_processes import MARK

if t.TYPE_CHECKING:
    from .demo_app import App, Ports

CONFIG = """\
[defaults]
inventory = {folder}/hosts.yml
home = {folder}/ansible
remote_tmp = {folder}/ansible/remote
"""
HOSTS = """\
# The fleet: this machine. Of a real one, it is enough to name it.
---
all:
  hosts:
    here:
      ansible_connection: local
      ansible_python_interpreter: {python}
      fungible_root: {folder}  # in place of /: everything is kept below it
      fungible_become: false  # so root is not needed
"""
PLAY = """\
#!/bin/sh
# Runs a playbook as the demo does, for example:
#   {folder}/play fungible.deploy.site --check --diff
#   {folder}/play fungible.deploy.rollback
export ANSIBLE_CONFIG={config} ANSIBLE_COLLECTIONS_PATH={collections} {mark}={folder} LC_ALL=C.UTF-8
export PATH={programs}:"$PATH"
exec {programs}/ansible-playbook --extra-vars @{folder}/site.yml --extra-vars @{folder}/secrets.yml "$@"
"""


@dataclass(frozen=True)
class Fleet:
    """Be the fleet; `collections` is where its collection is, `python` that of the environment with Ansible."""

    folder: Path
    app: App
    ports: Ports
    python: Path
    collections: Path

    @property
    def url(self) -> str:
        """Return where the site is."""
        return f"http://localhost:{self.ports.site}"

    def write(self) -> None:
        """Write everything but the manifest."""
        values = {
            "folder": self.folder,
            "collections": self.collections,
            "python": self.python,
            "programs": self.python.parent,
            "config": self.folder / "ansible.cfg",
            "mark": MARK,
        }
        self._put("ansible.cfg", CONFIG.format(**values))
        self._put("hosts.yml", HOSTS.format(**values))
        self._put("secrets.yml", self.app.secrets(), 0o600)
        self._put("play", PLAY.format(**{name: shlex.quote(str(value)) for name, value in values.items()}), 0o755)
        (self.folder / "log").mkdir(exist_ok=True)

    def want(self, version: str) -> None:
        """Write the manifest with a version."""
        self._put("site.yml", self.app.manifest(version, self.ports))

    def run(self, playbook: str, log: str, *, humbly: bool = False, aloud: bool = True) -> Play:
        """Run a playbook, and print its tasks as they end; humbly, whatever else the machine does goes first."""
        tell = _tell if aloud else _keep_quiet
        return play([self.folder / "play", playbook, "-v"], self.folder / "log" / log, tell, humbly=humbly)

    def _put(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.folder / name
        path.touch(mode)
        path.chmod(mode)
        path.write_text(text, encoding="utf-8")


def _keep_quiet(_: Task) -> None:
    pass


def _tell(task: Task) -> None:
    ended = show.duration(task.seconds) if task.steps else "nothing to do"
    show.note(f"  {task.name:42} {ended:>13}")
