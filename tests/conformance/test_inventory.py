# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do both tools tell the same of a host's sites?"""

from __future__ import annotations

import json
import sys
import typing as t

import yaml
from tests.conformance.support.tools import do, run

if t.TYPE_CHECKING:
    from tests.conformance.conftest import Place
    from tests.conformance.support.tools import Desk


def by_ansible(desk: Desk) -> t.Any:
    sites = f"{{{{ lookup('ansible.builtin.file', '{desk.manifests}') | from_yaml }}}}"
    ask = {"fungible.deploy.inventory_info": {"sites": sites, "root": str(desk.root)}, "register": "told"}
    keep = {"ansible.builtin.copy": {"content": "{{ told.sites | to_json }}", "dest": str(desk.folder / "facts.json")}}
    values = {"ansible_python_interpreter": sys.executable}
    play = {"hosts": "all", "gather_facts": False, "vars": values, "tasks": [ask, keep]}
    (desk.folder / "inventory.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    command = ("ansible-playbook", "-i", "localhost,", "-c", "local", desk.folder / "inventory.yml")
    env = {"ANSIBLE_COLLECTIONS_PATH": str(desk.collections), "ANSIBLE_LOCAL_TEMP": str(desk.folder / "ansible")}
    run(desk, *command, **env)
    return json.loads((desk.folder / "facts.json").read_text(encoding="utf-8"))


def by_salt(desk: Desk) -> t.Any:
    command = ("salt-call", "--config-dir", desk.folder / "salt", "--out=json", "fungible.inventory")
    return json.loads(run(desk, *command, f"root={desk.root}", PYTHONPATH=str(desk.installed)))["local"]["sites"]


def test_both_tools_tell_the_same_of_all_sites(place: Place) -> None:
    place.clear()
    place.declare("1")
    do(place.desk.salt)
    manifest = place.site.manifest("2")
    place.desk.declare({"notes": manifest, "other": manifest, "wrong": {"app": {"kind": "procfil"}}})
    one, other = by_ansible(place.desk), by_salt(place.desk)
    assert one == other
    assert one["notes"]["app"] == {"kind": "procfile", "version": "2", "loaded": "1", "differing": 0}
    assert not one["other"]["live"]
    assert one["wrong"] == {
        "error": "wrong.app.kind: 'procfil' is not one of wordpress, procfile: did you mean procfile?"
    }
