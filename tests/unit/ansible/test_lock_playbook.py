# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock, for real: ansible-playbook fungible.deploy.lock writes it, and what is deployed is what it says."""

from __future__ import annotations

import json
import typing as t
import zipfile
from pathlib import Path

import pytest
from tests.unit.ansible import playbooks
from tests.unit.core.examples import unserved

if t.TYPE_CHECKING:
    from collections.abc import Sequence

LOCK: t.Final = "fungible.deploy.lock"
SECRET: t.Final = "a secret of the site that nobody may see"


class Desk:
    """Be a controller's folder: an inventory of two hosts, plugins beside it, and the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        playbooks.inventory(folder, "web1", "web2")

    @property
    def lock(self) -> Path:
        return self.folder / "fungible.lock"

    def plugin(self, name: str, version: str, **headers: str) -> None:
        """Put an archive of a plugin beside the inventory."""
        lines = {"Plugin Name": name, "Version": version, **headers}
        head = "\n".join(f" * {key}: {value}" for key, value in lines.items())
        with zipfile.ZipFile(self.folder / f"{name}.zip", "w") as archive:
            archive.writestr(f"{name}/{name}.php", f"<?php\n/*\n{head}\n */\n")

    def declare(self, *plugins: str, **sites: Sequence[str]) -> None:
        """List plugins in the catalogue, and say which of them the site of each host uses."""
        listed = {name: {"source": {"file": f"{name}.zip"}} for name in plugins}
        (self.folder / "group_vars").mkdir(exist_ok=True)
        (self.folder / "group_vars/all.json").write_text(json.dumps({"fungible_catalogue": {"extensions": listed}}))
        (self.folder / "host_vars").mkdir(exist_ok=True)
        for host, names in sites.items():
            site = unserved(*({"name": name} for name in names), secret=SECRET)
            (self.folder / f"host_vars/{host}.json").write_text(json.dumps({"fungible_sites": {"shop": site}}))

    def locked(self, *words: str) -> bool:
        """Lock, and tell whether anything changed."""
        done = playbooks.run(self.folder, LOCK, *words)
        assert done.returncode == 0, done.stdout
        assert SECRET not in done.stdout + (self.lock.read_text() if self.lock.exists() else "")
        return "changed=1" in done.stdout

    def versions(self) -> dict[str, str]:
        return {one["name"]: one["version"] for one in json.loads(self.lock.read_text())["entries"]}

    def chain(self, host: str) -> str:
        """Bring the chain of a host's site onto this machine."""
        arguments = {"site": "shop", "manifest": "{{ fungible_sites.shop }}", "root": str(self.folder / f"root-{host}")}
        arguments["catalogue"] = "{{ fungible_catalogue }}"
        task = {"name": "Bring", "fungible.deploy.plugin_chain": arguments}
        play = [{"hosts": host, "gather_facts": False, "tasks": [task]}]
        (self.folder / "play.json").write_text(json.dumps(play))
        done = playbooks.run(self.folder, "play.json", "-v")
        return done.stdout


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_all_hosts_extensions_are_locked_in_one_file_and_twice_is_once(desk: Desk) -> None:
    desk.plugin("forms", "3.2", **{"Requires Plugins": "audit"})
    desk.plugin("audit", "1.4")
    desk.declare("forms", "audit", web1=["forms", "audit"], web2=["audit"])
    assert desk.locked("--check", "--diff")
    assert not desk.lock.exists()
    assert desk.locked()
    assert desk.versions() == {"audit": "1.4", "forms": "3.2"}
    text = desk.lock.read_text()
    assert not desk.locked()
    assert desk.lock.read_text() == text


def test_a_host_that_has_no_sites_has_no_say_and_no_limit_leaves_out_others(desk: Desk) -> None:
    desk.plugin("audit", "1.4")
    desk.declare("audit", web2=["audit"])
    shared, own = desk.folder / "group_vars/all.json", desk.folder / "host_vars/web2.json"
    said = {**json.loads(shared.read_text()), **json.loads(own.read_text())}
    shared.unlink()
    own.write_text(json.dumps({**said, "fungible_lock": str(desk.folder / "other.lock")}))
    assert desk.locked("--limit", "web1")
    assert "audit" in (desk.folder / "other.lock").read_text()
    assert not desk.lock.exists()
    (desk.folder / "host_vars/web1.json").write_text(json.dumps({"fungible_lock": "another.lock"}))
    assert "fungible_lock: hosts have different ones" in playbooks.run(desk.folder, LOCK).stdout


def test_what_is_deployed_is_what_was_locked(desk: Desk) -> None:
    desk.plugin("forms", "3.2", **{"Requires Plugins": "audit"})
    desk.plugin("audit", "1.4")
    desk.declare("forms", "audit", web1=["forms", "audit"])
    unlocked = desk.chain("web1")
    assert "make the lock first" in unlocked
    assert "Traceback" not in unlocked
    desk.locked()
    said = desk.chain("web1")
    assert said.index("unpack audit 1.4") < said.index("unpack forms 3.2")  # by the plugin's own header


def test_what_is_locked_stays_until_an_update_is_asked_for(desk: Desk) -> None:
    desk.plugin("audit", "1.4")
    desk.declare("audit", web1=["audit"])
    desk.locked()
    desk.plugin("audit", "1.5")
    assert not desk.locked()
    assert desk.versions() == {"audit": "1.4"}
    done = playbooks.run(desk.folder, LOCK, "-e", "update='audit, audit'")
    assert "update audit 1.4 -> 1.5 (any version)" in done.stdout
    assert desk.versions() == {"audit": "1.5"}
    refused = playbooks.run(desk.folder, LOCK, "-e", "update=audti")
    assert "update: audti is nothing that is locked: did you mean audit?" in refused.stdout


def test_what_a_lock_says_that_was_edited_by_hand_is_refused(desk: Desk) -> None:
    desk.plugin("audit", "1.4")
    desk.declare("audit", web1=["audit"])
    desk.locked()
    desk.lock.write_text(desk.lock.read_text().replace("1.4", "1.5"))
    said = desk.chain("web1")
    assert "audit" in said
    assert "by hand" in said
    assert "Traceback" not in said
