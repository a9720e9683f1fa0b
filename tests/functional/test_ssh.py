# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does salt-ssh take the extension along, its core included? Real but for ssh, which reaches this machine alone.

Salt 3008 packs extensions for salt-ssh, Salt 3007 does not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import salt.version
import yaml
from tests.functional.support.fleet import FORMULA, States
from tests.functional.support.site import Site

BIN: t.Final = Path(sys.executable).parent
PACKS_EXTENSIONS: t.Final = salt.version.__saltstack_version__.major >= 3008
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
            "ssh_priv": "agent-forwarding",  # else salt-ssh wants ssh-keygen
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


def test_the_extension_and_its_core_travel_from_salt_3008_on(ssh: Ssh) -> None:
    ssh.declare("1")
    assert (ssh.run("sys.list_functions", "cutover") == []) is not PACKS_EXTENSIONS
    told = str(ssh.run("cutover.info", "notes"))
    # Functions that are no states get no pillar from salt-ssh.
    no_pillar = "notes: is not in this minion's pillar, where fungible:sites has none"
    assert (no_pillar if PACKS_EXTENSIONS else "No module named 'saltext'") in told


def test_a_site_is_deployed_and_then_unchanged_from_salt_3008_on(ssh: Ssh) -> None:
    ssh.declare("1")
    file = ssh.site.source("1")["file"]
    done = States(ssh.run("--extra-filerefs", f"salt://{file}", "state.apply", "fungible"))
    assert done.results == {PACKS_EXTENSIONS}
    assert ssh.site.served().startswith("1-") is PACKS_EXTENSIONS
    assert States(ssh.run("state.apply", "fungible")).nothing() is PACKS_EXTENSIONS
