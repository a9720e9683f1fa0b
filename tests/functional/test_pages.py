# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the state files and the commands of the pages work as they stand there, but for the root and the minion's name?"""

from __future__ import annotations

import hashlib
import shlex
import subprocess
import typing as t
import zipfile

import pytest
import yaml
from tests.docs import pages, salt_words
from tests.functional.support.fleet import States, until

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.support.fleet import Fleet, Minion

# In which order the state files make sense, by the first function of each.
ORDER: t.Final = (
    "persistent_store.present",
    "plugin_chain.present",
    "stateless_app.staged",
    "migration.done",
    "stateless_app.running",
    "cutover.live",
    "cutover.rolled_back",
    "stateless_app.absent",
    "persistent_store.absent",
)
# It brings the extension from where it will be published; here the minions have it already.
NOT_RUN: t.Final = "cmd.run"
PROGRAMS: t.Final = ("salt", "salt-call", "salt-run")


def state_files() -> list[dict[str, t.Any]]:
    found = [states for states in all_states() if not keeps(states)]
    return sorted(found, key=lambda states: ORDER.index(functions(states)[0]))


def all_states() -> list[dict[str, t.Any]]:
    return [yaml.safe_load(block.text) for block in pages.blocks("yaml states")]


def keeps(states: dict[str, t.Any]) -> bool:
    """Tell whether states are about a site that is kept where it is."""
    return any("path" in argument for told in states.values() for given in told.values() for argument in given)


def functions(states: dict[str, t.Any]) -> list[str]:
    return [function for told in states.values() for function in told]


def commands() -> list[str]:
    lines = [line.removeprefix("$ ") for block in pages.blocks("console") for line in block.text.splitlines()]
    wanted = [line for line in lines if line.partition(" ")[0] in PROGRAMS and NOT_RUN not in line]
    return list(dict.fromkeys(wanted))


@pytest.fixture(scope="module")
def upgrading(request: pytest.FixtureRequest) -> Minion:
    """Have a minion on which version 1 serves, and whose pillar says version 2."""
    minion: Minion = request.getfixturevalue("fleet").minions[1]
    minion.clear()
    for version in ("1", "2"):
        minion.pillar({pages.SITE: minion.site.manifest(version)})
        minion.refresh()
        if version == "1":
            assert minion.apply().results == {True}
    return minion


@pytest.mark.parametrize("line", commands())
def test_a_command_works(fleet: Fleet, upgrading: Minion, line: str) -> None:
    program, *words = shlex.split(line)
    if program == "salt-run":
        run(fleet, words)
    elif program == "salt-call":
        cli = upgrading.daemon.salt_call_cli()
        cli.environ = upgrading.daemon.environ
        assert cli.run(*words).returncode == 0
    else:
        ask(upgrading, words[1:])


def ask(minion: Minion, words: list[str]) -> None:
    if words[0] == "state.apply":
        assert States(minion.run(*words)).results <= {True, None}
        return
    words = [f"path={hand_kept(minion)}" if word.startswith("path=") else word for word in words]
    root = [f"root={minion.site.root}"] if words[0] in salt_words.functions("modules") else []
    done = minion.fleet.master.salt_cli(timeout=120).run(*words, *root, minion_tgt=minion.id)
    assert done.returncode == 0, done


def hand_kept(minion: Minion) -> Path:
    """Make a folder with a WordPress that nobody deployed, as far as it is read."""
    place = minion.fleet.folder / "html"
    for folder in ("wp-includes", "wp-content/plugins", "wp-content/themes"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    (place / "wp-includes/version.php").write_text("<?php\n$wp_version = '6.5';\n", encoding="utf-8")
    return place


def run(fleet: Fleet, words: list[str]) -> None:
    if words[0] == "state.event":
        hear(fleet, words)
        return
    if words[0].startswith("fungible."):
        tell(fleet, words)
        return
    done = States(fleet.runner(*words).data["data"]["master"])
    assert {one["result"] for one in done.all if one["__id__"] != "tell of failure"} == {True}


def tell(fleet: Fleet, words: list[str]) -> None:
    """Run one of our own runners, with what its arguments name."""
    with zipfile.ZipFile(fleet.files / "akismet.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("akismet/akismet.php"), "<?php // Plugin Name: Akismet\n// Version: 5.3")
    (fleet.folder / "feed.json").write_text('{"id": "CVE-2026-1", "affected": []}', encoding="utf-8")
    catalogue = {"extensions": {"akismet": {"source": {"file": "akismet.zip"}}}}
    own = {"feed": str(fleet.folder / "feed.json"), "output": str(fleet.folder / "output")}
    named = {key: own.get(key, value) for key, _is, value in (word.partition("=") for word in words[1:])}
    pillars = {path: path.read_text(encoding="utf-8") for path in fleet.pillars.glob("web*.sls")}
    for minion in fleet.minions:
        minion.pillar({}, catalogue=catalogue)
    try:
        done = fleet.runner(words[0], **named)
        assert done.returncode == 0, done
    finally:
        for path, text in pillars.items():
            path.write_text(text, encoding="utf-8")


def hear(fleet: Fleet, words: list[str]) -> None:
    """Have somebody listen while a site is deployed."""
    cli, said = fleet.master.salt_run_cli(), fleet.folder / "heard"
    env = {**cli.environ, "PYTHONUNBUFFERED": "1"}

    def heard(tag: str) -> bool:
        return any(line.startswith(f"{tag}\t") for line in said.read_text(encoding="utf-8").splitlines())

    with said.open("w") as out, subprocess.Popen(cli.cmdline(*words), env=env, stdout=out) as listening:
        try:
            until(lambda: fleet.runner("event.send", "fungible/hello") and heard("fungible/hello"))
            run(fleet, ["state.orchestrate", "fungible.deploy", f'pillar={{"site": "{pages.SITE}"}}'])
            for step in ("stores", "staged", "migrated", "running", "live"):
                until(lambda step=step: heard(f"fungible/{pages.SITE}/{step}"))  # type: ignore[misc]
        finally:
            listening.terminate()


def test_the_state_files_deploy_a_site_go_back_and_take_it_away(upgrading: Minion) -> None:
    minion = upgrading
    minion.clear()
    minion.pillar({pages.SITE: minion.site.manifest("1")})
    assert minion.apply().results == {True}
    minion.pillar({pages.SITE: minion.site.manifest("2")})
    for states in state_files():
        for told in states.values():
            [arguments] = told.values()
            arguments.append({"root": str(minion.site.root)})
        (minion.fleet.files / "page.sls").write_text(yaml.safe_dump(states, sort_keys=False), encoding="utf-8")
        done = minion.apply("page")
        assert done.results == {True}, done.comments
        if functions(states) == ["cutover.live"]:
            assert minion.site.served().startswith("2-")
        if functions(states) == ["cutover.rolled_back"]:
            assert minion.site.served().startswith("1-")
    assert minion.site.get().status in (0, 404)
    assert list(minion.site.root.glob(f"srv/fungible/{pages.SITE}/stores/*/*")) == []


def test_the_state_file_of_a_site_that_is_kept_where_it_is_works(upgrading: Minion) -> None:
    minion, place = upgrading, hand_kept(upgrading)
    minion.clear()
    hello = minion.fleet.folder / "hello.php"
    hello.write_text("<?php\n/* Plugin Name: Hello */", encoding="utf-8")
    source = {"path": str(hello), "sha256": hashlib.sha256(hello.read_bytes()).hexdigest()}
    minion.pillar({pages.SITE: {"plugins": {"use": [{"name": "hello", "version": "1", "source": source}]}}})
    [states] = [states for states in all_states() if keeps(states)]
    [arguments] = [given for told in states.values() for given in told.values()]
    arguments[:] = [one for one in arguments if "path" not in one]
    arguments += [{"path": str(place)}, {"root": str(minion.site.root)}]
    (minion.fleet.files / "page.sls").write_text(yaml.safe_dump(states, sort_keys=False), encoding="utf-8")
    done = minion.apply("page")
    assert done.results == {True}, done.comments
    assert (place / "wp-content/plugins/hello.php").read_bytes() == hello.read_bytes()
