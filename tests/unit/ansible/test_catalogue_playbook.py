# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue, for real: ansible-playbook brings a site's chain onto this machine, in its order."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from tests.unit.ansible import playbooks
from tests.unit.core.examples import unserved

OURS: t.Final = "fungible.deploy.plugin_chain"
SITE: t.Final = unserved(secret="{{ 'a secret of the ' ~ 'site' }}")


class Desk:
    """Be a folder with plugins of one file each, and a play that brings those of a site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plugin(self, name: str) -> dict[str, t.Any]:
        text = f"<?php /* Plugin Name: {name} */"
        (self.folder / f"{name}.php").write_text(text)
        return {
            "version": "1.0",
            "source": {"file": f"{name}.php", "sha256": hashlib.sha256(text.encode()).hexdigest()},
        }

    def play(self, plugins: t.Any, catalogue: t.Any) -> tuple[dict[str, t.Any], str]:
        values = {"site": {**SITE, "plugins": plugins}, "fungible_catalogue": catalogue}
        (self.folder / "vars.json").write_text(json.dumps(values))
        task = {OURS: {"site": "shop", "manifest": "{{ site }}", "root": str(self.folder / "root")}, "name": "Bring"}
        defaults = {"group/fungible.deploy.all": {"catalogue": "{{ fungible_catalogue }}"}}
        play = {"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, "tasks": [task]}
        (self.folder / "play.json").write_text(json.dumps([play]))
        return self._run("play.json", "-e", "@vars.json", "-vvv")

    def _run(self, *words: str) -> tuple[dict[str, t.Any], str]:
        playbooks.inventory(self.folder, "localhost")
        done = playbooks.run(self.folder, *words)
        said = done.stdout[done.stdout.index("TASK [Bring]") :]
        return json.JSONDecoder().raw_decode(said, said.index("=> {") + 3)[0], done.stdout


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_chain_is_brought_in_its_order_with_a_warning_of_what_is_not_listed(desk: Desk) -> None:
    listed = {name: desk.plugin(name) for name in ("forms", "audit", "unused")}
    listed["forms"]["requires"] = {"wordpress": ">=6.5", "extensions": ["audit>=1"]}
    catalogue = {"extensions": listed, "chains": {"all": {"use": ["forms", "audit"]}}, "unknown": "warn"}
    result, said = desk.play({"chains": ["all"], "use": [{"name": "own", **desk.plugin("own")}]}, catalogue)
    assert [step for step in result["steps"] if step.startswith("unpack")] == [
        "unpack audit 1.0",
        "unpack forms 1.0",
        "unpack own 1.0",
    ]
    assert "shop.plugins.use[0]: own is not in the catalogue" in " ".join(said.split())
    assert "unused" not in json.dumps(result), "the catalogue is not sent to hosts"


def test_what_is_missing_is_one_clear_line_and_nothing_is_touched(desk: Desk) -> None:
    listed = {"forms": {**desk.plugin("forms"), "requires": {"extensions": ["audit"]}}}
    result, _said = desk.play({"use": [{"name": "forms"}]}, {"extensions": listed})
    assert result["msg"] == (
        "shop.plugins: forms (shop.plugins.use[0]) requires audit (catalogue.extensions.forms.requires.extensions), "
        "which is not in the site's chain: add it, or take forms out"
    )
    assert not (desk.folder / "root").exists()
