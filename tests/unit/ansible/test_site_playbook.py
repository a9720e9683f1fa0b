# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook, for real: a small site on this machine, from before its first deploy to a run that changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pwd
import re
import tarfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.ansible import playbooks

SECRET: t.Final = "a secret that nobody may see"
TOKEN: t.Final = 'it\'s another $ecret \\ "5"'
PROCFILE: t.Final = 'web: ./serve\nrelease: printf "%s" "$TOKEN" > "${DATABASE_URL#sqlite:///}"\n'


@dataclass(frozen=True)
class Run:
    """Be what a run said, and how it ended."""

    code: int
    said: str

    @property
    def recap(self) -> dict[str, int]:
        [line] = re.findall(r"^localhost +: (.*)$", self.said, re.MULTILINE)
        return {word: int(number) for word, number in re.findall(r"(\w+)=(\d+)", line)}

    @property
    def results(self) -> dict[str, dict[str, t.Any]]:
        """Tell each task's result by the task's name."""
        found = {}
        for task in re.split(r"^TASK \[", self.said, flags=re.MULTILINE)[1:]:
            match = re.search(r"^(?:ok|changed|fatal): \[localhost\].*?=> ", task, re.MULTILINE)
            if match:
                found[task.partition("]")[0].rpartition(" : ")[2]] = json.JSONDecoder().raw_decode(task, match.end())[0]
        return found

    @property
    def steps(self) -> dict[str, list[str]]:
        return {task: result["steps"] for task, result in self.results.items() if "steps" in result}

    @property
    def sent(self) -> list[str]:
        """Tell which artifacts travelled."""
        return re.findall(r"PUT (\S+/small-\d\.tar) TO ", self.said)


class Fleet:
    """Be a site's sources, its manifest and its host, all in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "root"

    def archive(self, version: str) -> dict[str, str]:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, text in (("Procfile", PROCFILE), ("serve", f"#!/bin/sh\n# version {version}\n")):
                info = tarfile.TarInfo(f"small/{name}")
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text.encode()))
        (self.folder / f"small-{version}.tar").write_bytes(packed.getvalue())
        return {"file": f"small-{version}.tar", "sha256": hashlib.sha256(packed.getvalue()).hexdigest()}

    def manifest(self, **app: t.Any) -> dict[str, t.Any]:
        base = {
            "kind": "procfile",
            "version": "1",
            "source": self.archive("1"),
            "secret": "{{ secret_of_small }}",
            "env": {"TOKEN": TOKEN},
            "port": "{{ 18000 }}",
            "runtime": "none",
            "user": pwd.getpwuid(os.getuid()).pw_name,
        }
        return {"app": {**base, **app}, "stores": {"db": {"kind": "sqlite"}}}

    def play(self, manifest: dict[str, t.Any], *options: str, playbook: str = "site") -> Run:
        given: dict[str, t.Any] = {"fungible_sites": {"small": manifest}, "secret_of_small": SECRET}
        given |= {"fungible_root": str(self.root), "fungible_become": False}
        (self.folder / "vars.json").write_text(json.dumps(given))
        playbooks.inventory(self.folder, "localhost")
        done = playbooks.run(self.folder, f"fungible.deploy.{playbook}", "-e", "@vars.json", "-vvv", *options)
        return Run(done.returncode, done.stdout)


@dataclass(frozen=True)
class Story:
    """Be what happened, in its order."""

    fleet: Fleet
    mistyped: Run
    asked: Run
    touched_by_asking: list[str]
    done: Run
    again: Run
    changed_bytes: Run


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    fleet = Fleet(tmp_path_factory.mktemp("fleet"))
    mistyped = fleet.play(fleet.manifest(verison="1"))
    asked = fleet.play(fleet.manifest(), "--check", "--diff")
    touched = [str(path) for path in fleet.root.rglob("*")] if fleet.root.exists() else []
    done = fleet.play(fleet.manifest(), "--diff")
    again = fleet.play(fleet.manifest(), "--diff")
    wrong = {**fleet.archive("2"), "sha256": "0" * 64}
    return Story(fleet, mistyped, asked, touched, done, again, fleet.play(fleet.manifest(version="2", source=wrong)))


def test_an_unknown_key_is_one_clear_line(story: Story) -> None:
    assert (story.mistyped.code, story.mistyped.recap["failed"]) == (2, 1)
    messages = {task: result["msg"] for task, result in story.mistyped.results.items() if "msg" in result}
    assert messages["Make the persistent stores"] == "small.app.verison: unknown key: did you mean version?"
    assert story.mistyped.recap["changed"] == 0


def test_only_asking_touches_nothing(story: Story) -> None:
    assert story.touched_by_asking == []
    assert story.asked.sent == []


def test_what_is_asked_before_the_first_deploy_is_exactly_what_is_done(story: Story) -> None:
    assert (story.asked.code, story.done.code) == (0, 0), story.done.said[-2000:]
    assert len(story.done.steps) == 5
    assert story.asked.steps == story.done.steps
    diffs = [
        {task: result["diff"] for task, result in run.results.items() if "diff" in result}
        for run in (story.asked, story.done)
    ]
    assert diffs[0] == diffs[1]
    assert (story.asked.recap["changed"], story.done.recap["changed"]) == (5, 5)


def test_the_steps_are_those_of_a_first_deploy(story: Story) -> None:
    instance = story.done.steps["Start the instance beside what is live"][0].split()[-1]
    release = instance.rpartition(".")[0]
    assert list(story.done.steps.values()) == [
        [f"create store db ({story.fleet.root}/srv/fungible/small/stores/db)"],
        ["fetch small 1 (small-1.tar)", "unpack small 1", f"compose release {release}"],
        ["back up store db", f"migrate small to release {release}"],
        [f"link instance {instance}"],
        [f"switch small to {instance}", "record the manifest of small"],
    ]


def test_the_site_is_there(story: Story) -> None:
    srv = story.fleet.root / "srv/fungible/small"
    assert (srv / "current/serve").read_text() == "#!/bin/sh\n# version 1\n"
    assert (srv / "stores/db/database.sqlite").read_text() == TOKEN, "the migration ran, with its environment"


def test_a_second_run_changes_nothing(story: Story) -> None:
    assert (story.again.code, story.again.recap["changed"]) == (0, 0)
    assert set(map(tuple, story.again.steps.values())) == {()}
    assert story.again.sent == []


def test_a_file_travels_once(story: Story) -> None:
    assert story.done.sent == [f"{story.fleet.folder}/small-1.tar"]


def test_other_bytes_than_were_locked_are_one_clear_line_and_the_old_release_stays(story: Story) -> None:
    assert story.changed_bytes.code == 2
    message = story.changed_bytes.results["Stage the release"]["msg"]
    assert re.search(r"small-2\.tar: its sha256 is [0-9a-f]{64}, but 0{64} was locked: ", message)
    assert (story.fleet.root / "srv/fungible/small/current/serve").read_text().endswith("version 1\n")


@pytest.mark.parametrize("run", ["mistyped", "asked", "done", "again", "changed_bytes"])
@pytest.mark.parametrize("secret", [SECRET, TOKEN], ids=["secret", "token"])
def test_no_secret_is_in_what_a_run_says(story: Story, run: str, secret: str) -> None:
    said = getattr(story, run).said
    assert run == "mistyped" or '"invocation": {' in said
    spellings = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], json.dumps(json.dumps(secret))[1:-1]}
    assert not [one for one in spellings if one in said]


def test_no_secret_is_on_disk_but_where_the_application_reads_it(story: Story) -> None:
    root = story.fleet.root
    holders = {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and (SECRET in (text := path.read_text(errors="replace")) or json.dumps(TOKEN)[1:-1] in text)
    }
    assert {re.sub(r"/1-[0-9a-f.]+/", "/*/", holder) for holder in holders} == {
        "srv/fungible/small/instances/*/environment.json"
    }
