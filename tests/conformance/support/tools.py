# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is the same asked of both tools: a real ansible-playbook and a real salt-call, over one file of manifests?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fungible_dev.places import CHECKOUT

BIN: t.Final = Path(sys.executable).parent
FORMULA: t.Final = CHECKOUT / "salt/formula"
CALLBACK: t.Final = Path(__file__).parent / "callback"
NOTHING: t.Final = "nothing to change"
PATIENCE: t.Final = 120

# A primitive's call in Ansible's words, and the state that is the same.
STATES: t.Final[dict[tuple[str, str], str]] = {
    ("persistent_store", "present"): "persistent_store.present",
    ("persistent_store", "absent"): "persistent_store.absent",
    ("stateless_app", "staged"): "stateless_app.staged",
    ("stateless_app", "running"): "stateless_app.running",
    ("stateless_app", "absent"): "stateless_app.absent",
    ("plugin_chain", ""): "plugin_chain.present",
    ("migration", ""): "migration.done",
    ("cutover", ""): "cutover.live",
    ("cutover", "rollback"): "cutover.rolled_back",
}


@dataclass(frozen=True)
class Call:
    """Be one primitive's call; `how` is its state, or that it is a rollback."""

    primitive: str
    how: str = ""
    options: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def for_ansible(self) -> dict[str, t.Any]:
        how = {"rollback": True} if self.how == "rollback" else {"state": self.how} if self.how else {}
        return {**how, **self.options}

    @property
    def for_salt(self) -> str:
        return STATES[self.primitive, self.how]


DEPLOY: t.Final = (
    Call("persistent_store", "present"),
    Call("stateless_app", "staged"),
    Call("migration"),
    Call("stateless_app", "running"),
    Call("cutover"),
)
ROLLBACK: t.Final = (Call("cutover", "rollback"),)


@dataclass(frozen=True)
class Told:
    """Be what a tool told of one call, in words that are the same whichever tool it was."""

    words: str
    changes: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    error: str = ""

    @property
    def is_nothing(self) -> bool:
        return self == Told(NOTHING)


class Tool(t.Protocol):
    """Be a tool; a deploy and a rollback are asked for as its users do, all else call by call."""

    name: str

    def start(self, calls: t.Sequence[Call], *, check: bool = False) -> Run: ...


class Run:
    """Be a run that has begun."""

    def __init__(self, process: subprocess.Popen[str], read: t.Callable[[str], list[Told]]) -> None:
        self._process, self._read = process, read

    def end(self) -> list[Told]:
        out, err = self._process.communicate(timeout=PATIENCE)
        told = self._read(out)
        assert told, f"{out}\n{err}"
        return told


class Desk:
    """Be where a person works with both tools: the manifests, the files that travel, and the tools' configuration."""

    def __init__(self, folder: Path, root: Path, installed: Path, collections: Path) -> None:
        self.folder, self.root, self.installed, self.collections = folder, root, installed, collections
        self.files, self.manifests = folder / "files", folder / "sites.yml"
        for place in (self.files, folder / "salt", folder / "pillar", folder / "states"):
            place.mkdir(parents=True)
        self.ansible, self.salt = Ansible(self), Salt(self)

    @property
    def tools(self) -> tuple[Tool, Tool]:
        return self.ansible, self.salt

    def declare(self, sites: t.Mapping[str, t.Any]) -> None:
        """Write the one file that both tools read."""
        self.manifests.write_text(yaml.safe_dump(dict(sites)), encoding="utf-8")

    @property
    def site(self) -> str:
        return next(iter(yaml.safe_load(self.manifests.read_text(encoding="utf-8"))))

    def start(self, command: list[str | Path], read: t.Callable[[str], list[Told]], **env: str) -> Run:
        path = f"{BIN}:{os.environ['PATH']}:/usr/sbin:/sbin"
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=self.folder,
            env={**os.environ, "PATH": path, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Run(process, read)


class Ansible:
    """Be ansible-playbook."""

    name = "ansible"

    def __init__(self, desk: Desk) -> None:
        self.desk, self._runs = desk, 0

    def start(self, calls: t.Sequence[Call], *, check: bool = False) -> Run:
        self._runs += 1
        told = self.desk.folder / f"told-{self._runs}.json"
        playbook = self.desk.folder / f"playbook-{self._runs}.yml"
        playbook.write_text(yaml.safe_dump([self._play(calls)]), encoding="utf-8")
        command: list[str | Path] = [BIN / "ansible-playbook", "-i", "localhost,", "-c", "local", playbook]
        return self.desk.start(
            [*command, *(["--check", "--diff"] if check else [])],
            lambda _out: _from_ansible(told),
            TOLD=str(told),
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACK),
            ANSIBLE_CALLBACKS_ENABLED="told",
            ANSIBLE_COLLECTIONS_PATH=str(self.desk.collections),
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_LOCAL_TEMP=str(self.desk.folder / "ansible"),
        )

    def _play(self, calls: t.Sequence[Call]) -> dict[str, t.Any]:
        manifest = "{{ (lookup('ansible.builtin.file', '%s') | from_yaml)['%s'] }}"
        asked = {"site": self.desk.site, "manifest": manifest % (self.desk.manifests, self.desk.site)}
        return {
            "hosts": "all",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "tasks": list(self._tasks(calls, {**asked, "root": str(self.desk.root)})),
        }

    def _tasks(self, calls: t.Sequence[Call], asked: dict[str, str]) -> t.Iterator[dict[str, t.Any]]:
        role = {"site_name": asked["site"], "site_manifest": asked["manifest"], "site_root": asked["root"]}
        if calls == DEPLOY:
            yield {"ansible.builtin.import_role": {"name": "fungible.deploy.site"}, "vars": role}
        elif calls == ROLLBACK:
            yield {
                "ansible.builtin.import_role": {"name": "fungible.deploy.site", "tasks_from": "rollback"},
                "vars": role,
            }
        else:
            for call in calls:
                yield {f"fungible.deploy.{call.primitive}": {**asked, **call.for_ansible}}


def _from_ansible(file: Path) -> list[Told]:
    if not file.exists():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["failed"]:
            found.append(Told("", {}, told["msg"]))
        elif "steps" in told:
            diff = told.get("diff", {"before": {}, "after": {}})
            before, after = diff["before"], diff["after"]
            changes = {key: {"old": before.get(key, ""), "new": after.get(key, "")} for key in {**before, **after}}
            assert told["changed"] is bool(changes) is bool(told["steps"])
            found.append(Told("; ".join(told["steps"]) or NOTHING, changes))
    return found


class Salt:
    """Be salt-call, without a master."""

    name = "salt"

    def __init__(self, desk: Desk) -> None:
        self.desk, self._runs = desk, 0
        config = {
            "id": "desk",
            "root_dir": str(desk.folder / "salt"),
            "file_client": "local",
            "file_roots": {"base": [str(desk.files), str(FORMULA), str(desk.folder / "states")]},
            "pillar_roots": {"base": [str(desk.folder / "pillar"), str(desk.folder)]},
            "log_level": "error",
        }
        (desk.folder / "salt/minion").write_text(yaml.safe_dump(config), encoding="utf-8")
        (desk.folder / "pillar/top.sls").write_text("base: {'*': [sites]}\n", encoding="utf-8")
        pillar = '{%% import_yaml "sites.yml" as sites %%}\nfungible: {root: %s, sites: {{ sites | json }}}\n'
        (desk.folder / "pillar/sites.sls").write_text(pillar % desk.root, encoding="utf-8")

    def start(self, calls: t.Sequence[Call], *, check: bool = False) -> Run:
        command: list[str | Path] = [BIN / "salt-call", "--config-dir", self.desk.folder / "salt", "--out=json"]
        return self.desk.start(
            [*command, "state.apply", self._sls(calls), f"test={check}"],
            lambda out: _from_salt(out, check),
            PYTHONPATH=str(self.desk.installed),
        )

    def _sls(self, calls: t.Sequence[Call]) -> str:
        if calls == DEPLOY:
            return "fungible"
        if calls == ROLLBACK:
            return "fungible.rolled_back"
        self._runs += 1
        states = {
            f"call {number}": {call.for_salt: [{"name": self.desk.site}, {"root": str(self.desk.root)}, *_args(call)]}
            for number, call in enumerate(calls)
        }
        name = f"calls{self._runs}"
        (self.desk.folder / f"states/{name}.sls").write_text(yaml.safe_dump(states, sort_keys=False), encoding="utf-8")
        return name


def _args(call: Call) -> list[dict[str, str]]:
    return [{key: value} for key, value in call.options.items()]


def _from_salt(out: str, check: bool) -> list[Told]:
    if not out.strip():
        return []
    states = json.loads(out)["local"]
    assert isinstance(states, dict), states
    found = []
    for told in sorted(states.values(), key=lambda one: one["__run_num__"]):
        if told["result"] is False:
            found.append(Told("", told["changes"], told["comment"]))
            break  # Ansible stops here too
        assert told["result"] is (None if check and told["changes"] else True)
        words = told["comment"]
        if check and told["changes"]:
            assert words.startswith("would ")
            words = words.removeprefix("would ").replace("; would ", "; ")
        found.append(Told(words, told["changes"]))
    return found


def do(tool: Tool, calls: t.Sequence[Call] = DEPLOY, *, check: bool = False) -> list[Told]:
    """Ask for calls and wait for what is told."""
    return tool.start(calls, check=check).end()


def nothing(told: list[Told], calls: t.Sequence[Call] = DEPLOY) -> bool:
    """Tell whether every call was made, and had nothing to do."""
    return len(told) == len(calls) and all(one.is_nothing for one in told)


def predicted(tools: t.Sequence[Tool], calls: t.Sequence[Call] = DEPLOY) -> list[Told]:
    """Ask both tools at once what they would do, and tell it if they say the same."""
    one, other = [run.end() for run in [tool.start(calls, check=True) for tool in tools]]
    assert one == other
    return one


def run(desk: Desk, *command: object, **env: str) -> str:
    """Run a tool, and give what it says."""
    path = f"{BIN}:{os.environ['PATH']}:/usr/sbin:/sbin"
    done = subprocess.run(
        [str(word) for word in command],
        cwd=desk.folder,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
