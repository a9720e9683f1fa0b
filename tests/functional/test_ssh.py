# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does salt-ssh take the extension along, its core included? Real but for ssh, which reaches this machine alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from tests.functional.support.fleet import FORMULA, States
from tests.functional.support.site import Site

BIN: t.Final = Path(sys.executable).parent
TRANSPORT: t.Final = Path(__file__).parent / "support/transport"


class Ssh:
    """Be a master's side of salt-ssh, which has the wheel, and one machine, which has nothing."""

    def __init__(self, folder: Path, installed: Path) -> None:
        self.folder, self.installed = folder, installed
        for name in ("conf", "files", "pillar", "root"):
            (folder / name).mkdir(parents=True)
        self.site = Site(folder / "root", folder / "files")
        self._write("conf/master", self._config())
        machine = {"host": "127.0.0.1", "priv": "agent-forwarding", "thin_dir": str(folder / "thin")}
        self._write("conf/roster", {"machine": machine})
        self._write("pillar/top.sls", {"base": {"*": ["sites"]}})

    def _config(self) -> dict[str, t.Any]:
        return {
            "root_dir": str(self.folder),
            "file_roots": {"base": [str(self.folder / "files"), str(FORMULA)]},
            "pillar_roots": {"base": [str(self.folder / "pillar")]},
        }

    def _write(self, name: str, data: t.Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(data), encoding="utf-8")

    def declare(self, version: str) -> None:
        sites = {self.site.name: self.site.manifest(version)}
        self._write("pillar/sites.sls", {"fungible": {"root": str(self.site.root), "sites": sites}})

    def run(self, *words: str) -> t.Any:
        options = ["-c", self.folder / "conf", "--roster-file", self.folder / "conf/roster", "-i", "--out=json"]
        env = {"PYTHONPATH": str(self.installed), "PATH": f"{TRANSPORT}:{BIN}:{os.environ['PATH']}:/usr/sbin"}
        command = [BIN / "salt-ssh", *options, "machine", *words]
        done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=False)
        return json.loads(done.stdout)["machine"]


@pytest.fixture(scope="module")
def ssh(folder: Path, installed: Path) -> t.Iterator[Ssh]:
    made = Ssh(folder / "ssh", installed)
    try:
        yield made
    finally:
        made.site.machine.end()
        shutil.rmtree(made.folder)


def test_the_extension_and_its_core_travel(ssh: Ssh) -> None:
    ssh.declare("1")
    assert ssh.run("sys.list_functions", "cutover") == ["cutover.info", "cutover.live", "cutover.rollback"]


def test_functions_that_are_no_states_get_no_pillar_from_salt_ssh(ssh: Ssh) -> None:
    ssh.declare("1")
    assert "notes: is not in this minion's pillar, where fungible:sites has none" in str(
        ssh.run("cutover.info", "notes")
    )


def test_a_site_is_deployed_and_then_unchanged(ssh: Ssh) -> None:
    ssh.declare("1")
    file = ssh.site.source("1")["file"]
    done = States(ssh.run("--extra-filerefs", f"salt://{file}", "state.apply", "fungible"))
    assert done.results == {True}
    assert ssh.site.served().startswith("1-")
    assert States(ssh.run("state.apply", "fungible")).nothing()
