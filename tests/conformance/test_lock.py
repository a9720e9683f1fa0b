# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do both tools resolve a fleet to the same bytes, and is what one locked unchanged for the other?"""

from __future__ import annotations

import json
import shutil
import typing as t

import pytest
import yaml
from tests.conformance.support.tools import run
from tests.unit.core.examples import unserved
from tests.unit.core.lock.fleet import plugin

from fungible_dev.artifacts import debian_extension
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.conftest import Place
    from tests.conformance.support.tools import Desk

HOSTS: t.Final = {"web1": ("akismet", "forms", "gallery"), "web2": ("akismet", "look", "shibboleth")}


@pytest.fixture(scope="module")
def directory() -> t.Iterator[Directory]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        made = Directory()
        with serving(made):
            made.release("akismet", "5.3", plugin("akismet", "5.3", "License: GPLv2 or later"))
            made.package("agency/forms", "2.0", plugin("forms", "2.0", "Requires Plugins: akismet"))
            yield made


@pytest.fixture(scope="module")
def fleet(place: Place, directory: Directory) -> Desk:
    """Declare the same fleet to both tools: two hosts, one catalogue, and artifacts beside both."""
    desk = place.desk
    catalogue = {
        "akismet": {"version": "<6", "source": {"directory": directory.url}},
        "forms": {"source": {"composer": directory.url, "package": "agency/forms"}},
        "gallery": {"version": ">=1", "source": {"folder": "premium"}},
        "look": {"source": {"file": "look.zip"}},
        "shibboleth": {"source": {"folder": "premium"}},
    }
    (desk.files / "premium").mkdir()
    (desk.files / "premium/gallery.zip").write_bytes(plugin("gallery", "1.4"))
    shutil.copy(debian_extension("shibboleth").path, desk.files / "premium/wordpress-shibboleth.zip")
    (desk.files / "look.zip").write_bytes(plugin("look", "0.9"))
    fleet = {host: {"shop": unserved(*({"name": name} for name in names))} for host, names in HOSTS.items()}
    hosts = {host: {"fungible_sites": sites} for host, sites in fleet.items()}
    every = {"hosts": hosts, "vars": {"fungible_catalogue": {"extensions": catalogue}}}
    (desk.files / "inventory.yml").write_text(yaml.safe_dump({"all": every}), encoding="utf-8")
    master = desk.folder / "master"
    for folder in ("pillar", "pki/minions", "cache/proc"):
        (master / folder).mkdir(parents=True)
    (master / "pillar/top.sls").write_text(json.dumps({"base": {host: [host] for host in fleet}}), encoding="utf-8")
    for host, sites in fleet.items():
        pillar = {"fungible": {"sites": sites, "catalogue": {"extensions": catalogue}}}
        (master / f"pillar/{host}.sls").write_text(json.dumps(pillar), encoding="utf-8")
        (master / "pki/minions" / host).write_text("a key of a minion that was accepted\n", encoding="utf-8")
    config = {
        "root_dir": str(master),
        "pki_dir": str(master / "pki"),
        "cachedir": str(master / "cache"),
        "file_roots": {"base": [str(desk.files)]},
        "pillar_roots": {"base": [str(master / "pillar")]},
    }
    (master / "master").write_text(yaml.safe_dump(config), encoding="utf-8")
    return desk


def lock(desk: Desk, tool: str, path: Path, update: str = "") -> bool:
    """Let a tool lock the fleet, with artifacts of its own, and tell whether anything changed."""
    artifacts = desk.folder / f"artifacts-{tool}"
    if tool == "salt":
        words = [f"path={path}", f"artifacts={artifacts}", *([f"update={update}"] if update else [])]
        command = ["salt-run", "--config-dir", desk.folder / "master", "--out=json", "fungible.lock", *words]
        told = json.loads(run(desk, *command, PYTHONPATH=str(desk.installed)))
        return bool(told["changed"])
    extra = {"fungible_lock": str(path), "fungible_artifacts": str(artifacts), **({"update": update} if update else {})}
    said = run(
        desk,
        *("ansible-playbook", "-i", desk.files / "inventory.yml", "fungible.deploy.lock", "-e", json.dumps(extra)),
        ANSIBLE_COLLECTIONS_PATH=str(desk.collections),
        ANSIBLE_LOCAL_TEMP=str(desk.folder / "ansible"),
    )
    return "changed=1" in said


def test_both_tools_lock_the_same_bytes_and_agree_on_what_either_locked(fleet: Desk, directory: Directory) -> None:
    ansible, salt = (fleet.folder / f"{tool}.lock" for tool in ("ansible", "salt"))
    assert lock(fleet, "ansible", ansible)
    assert lock(fleet, "salt", salt)
    assert ansible.read_bytes() == salt.read_bytes()
    assert {one["name"]: one["version"] for one in json.loads(ansible.read_bytes())["entries"]} == {
        "akismet": "5.3",
        "forms": "2.0",
        "gallery": "1.4",
        "look": "0.9",
        "shibboleth": debian_extension("shibboleth").version,
    }
    directory.release("akismet", "5.4", plugin("akismet", "5.4"))
    directory.package("agency/forms", "2.1", plugin("forms", "2.1"))
    assert not lock(fleet, "ansible", salt)
    assert not lock(fleet, "salt", ansible)
    assert lock(fleet, "ansible", ansible, "akismet")
    assert lock(fleet, "salt", salt, "akismet")
    assert ansible.read_bytes() == salt.read_bytes()
    versions = {one["name"]: one["version"] for one in json.loads(salt.read_bytes())["entries"]}
    assert (versions["akismet"], versions["forms"]) == ("5.4", "2.0")
