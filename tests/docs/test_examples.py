# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the examples hold? The core reads the manifests, a module each task, Ansible the plays, a program its options."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import typing as t
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.fungible.deploy.plugins.action import lock, lock_info
from ansible_collections.fungible.deploy.plugins.module_utils import _face
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue import catalogue, expansion
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Tree, View
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.registry import KINDS
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest
from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy_files
from fungible_dev import cli, manifest_docs
from fungible_dev.packages import COLLECTION
from fungible_dev.places import CHECKOUT

from . import core_words, pages, salt_words

LOCK_OPTIONS: t.Final = {"lock": lock.OPTIONS, "lock_info": lock_info.OPTIONS}
MODULES: t.Final = sorted(path.stem for path in (CHECKOUT / COLLECTION / "plugins/modules").glob("[!_]*.py"))
PLAYBOOKS: t.Final = {path.stem for path in (CHECKOUT / COLLECTION / "playbooks").glob("*.yml")}
OURS: t.Final = "fungible.deploy."
PREFIX: t.Final = "ansible_collections.fungible.deploy.plugins.modules."
# What a reader has anyway; what these are told is not ours to check.
USUAL: t.Final = re.compile(
    "cat|cd|cp|curl|for|haproxy|journalctl|kill|mariadb|mkdir|openssl|python3|rm|salt-pip|sh|sha256sum|systemctl|tar"
)

Spec = dict[str, dict[str, t.Any]]


# manifests


def test_there_are_examples_of_each_kind() -> None:
    found = {block.role for block in pages.blocks()}
    assert found == pages.ROLES


@pytest.mark.parametrize("block", pages.blocks("yaml vars", "yaml vars file"), ids=str)
def test_a_vars_file_holds_manifests_that_the_core_reads(block: pages.Block) -> None:
    values = pages.filled(block.text)
    assert set(values) <= {"fungible_sites", "fungible_root", "fungible_become"}
    for name, site in values["fungible_sites"].items():
        _read(name, site)


@pytest.mark.parametrize("block", pages.blocks("yaml pillar"), ids=str)
def test_a_pillar_holds_manifests_that_the_core_reads(block: pages.Block) -> None:
    pillar = pages.filled(block.text)["fungible"]
    assert set(pillar) <= {"packages", "sites"}
    for name, site in pillar["sites"].items():
        _read(name, site)


def test_the_pillar_says_what_the_vars_say() -> None:
    """Side by side they are one manifest, but for where secrets and files come from."""
    for page in (pages.DOCS / "manifest.md", pages.DOCS / "tutorial.md"):
        [ansible], [salt] = (pages.blocks(role, pages=[page]) for role in ("yaml vars", "yaml pillar"))
        declared = pages.filled(ansible.text)["fungible_sites"], pages.filled(salt.text)["fungible"]["sites"]
        one, other = (_without_origins(sites) for sites in declared)
        assert one == other


def _without_origins(value: t.Any, key: str = "") -> t.Any:
    if isinstance(value, dict):
        return {name: _without_origins(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_origins(one) for one in value]
    return "..." if key in ("secret", "password", "file") else value


@pytest.mark.parametrize("block", pages.blocks("yaml part wordpress"), ids=str)
def test_a_part_of_a_manifest_fits_into_a_whole_one(block: pages.Block) -> None:
    _read(pages.SITE, pages.merged(pages.example_manifest(), pages.filled(block.text)))


def _catalogues() -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    [ansible], [salt] = pages.blocks("yaml catalogue"), pages.blocks("yaml catalogue pillar")
    return pages.filled(ansible.text), pages.filled(salt.text)


def test_a_catalogue_is_the_same_in_vars_and_pillar() -> None:
    ansible, salt = _catalogues()
    assert ansible == {f"fungible_{key}": value for key, value in salt["fungible"].items()}


def test_sites_get_from_the_catalogue_what_the_page_says() -> None:
    values, _pillar = _catalogues()
    chains = []
    for name, part in values["fungible_sites"].items():
        site = pages.merged(pages.example_manifest(), part)
        jsonschema.validate(site, _schema())
        plain = expansion.expand(name, site, values["fungible_catalogue"]).manifest
        chains.append([f"{one.name} {one.version} {one.kind.value}" for one in manifest.parse(name, plain).plugins])
    [shown] = pages.blocks("text chain")
    assert shown.text.splitlines() == chains[0]


def test_all_that_is_said_to_be_resolved_is() -> None:
    for block in pages.blocks("yaml wanted"):
        shared = pages.filled(block.text)["fungible_catalogue"]
        assert [one.name for one in expansion.wanted_of_catalogue(catalogue.parse(shared))] == [*shared["extensions"]]


@pytest.mark.parametrize("key", ["helth", "version"])
def test_a_wrong_example_would_be_found(key: str) -> None:
    wrong = pages.merged(pages.example_manifest(), {"app": {key: 6.5}})
    with pytest.raises(ManifestError, match=key):
        manifest.parse(pages.SITE, wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, _schema())


def test_values_that_examples_take_from_a_vault_are_in_the_tutorials() -> None:
    [values] = [pages.filled(block.text) for block in pages.blocks("yaml values")]
    [tutorial] = pages.blocks("yaml vars", pages=[pages.DOCS / "tutorial.md"])
    assert set(re.findall(r"vault_\w+", tutorial.text)) == set(values)


def _read(name: str, site: t.Any) -> None:
    manifest.parse(name, site)
    jsonschema.validate(site, _schema())


@cache
def _schema() -> dict[str, t.Any]:
    schema: dict[str, t.Any] = json.loads(manifest_docs.SCHEMA.read_text(encoding="utf-8"))
    return schema


# tasks, plays, inventories


def _tasks() -> list[tuple[str, dict[str, t.Any]]]:
    """Tell every task of the pages and of the modules' own examples, with where it stands."""
    found = [(str(block), task) for block in pages.blocks("yaml tasks") for task in yaml.safe_load(block.text)]
    for block in pages.blocks("yaml playbook"):
        found += [(str(block), task) for play in yaml.safe_load(block.text) for task in play["tasks"]]
    for name in MODULES:
        examples = importlib.import_module(PREFIX + name).EXAMPLES
        found += [(f"module {name}", task) for task in yaml.safe_load(examples)]
    return found


def _of_ours() -> list[t.Any]:
    ours = [(where, task) for where, task in _tasks() if any(key.startswith(OURS) for key in task)]
    return [pytest.param(task, id=f"{where} {task['name']}") for where, task in ours]


@pytest.mark.parametrize("task", _of_ours())
def test_a_task_is_as_its_module_takes_it(task: dict[str, t.Any]) -> None:
    [(module, told)] = [(key.removeprefix(OURS), value) for key, value in task.items() if key.startswith(OURS)]
    site = pages.example_manifest()
    if module == "inventory_info":
        assert told["sites"] == "{{ fungible_sites }}"
        assert not ArgumentSpecValidator(_spec(module)).validate({**told, "sites": {}, "catalogue": {}}).error_messages
        return
    if module in LOCK_OPTIONS:
        assert (
            not ArgumentSpecValidator(LOCK_OPTIONS[module])
            .validate({**told, "sites": {}, "catalogue": {}})
            .error_messages
        )
        return
    assert "path" in told or told["manifest"] == "{{ fungible_sites.actioncenter }}"
    assert told.get("catalogue") in (None, "{{ fungible_catalogue }}")
    result = ArgumentSpecValidator(_spec(module)).validate({**told, "manifest": site, "catalogue": {}})
    assert not result.error_messages
    assert told.get("store", "db") in site["stores"]
    manifest.parse(told["site"], site)


def test_every_module_has_an_example_of_its_own() -> None:
    shown = {key for where, task in _tasks() if where.startswith("module ") for key in task}
    assert not {OURS + name for name in MODULES} - shown


def _spec(module: str) -> Spec:
    """Learn a module's argument spec from the module itself."""
    found: list[Spec] = []
    loaded = importlib.import_module(PREFIX + module)
    with pytest.MonkeyPatch.context() as patch:
        for call in ("change", "inform"):
            patch.setattr(loaded, call, lambda own, _call, **_: found.append({**_face.OPTIONS, **own}), raising=False)
        of_all = lambda own, _call: found.append({**_face.OF_ALL, **own})  # noqa: E731
        patch.setattr(loaded, "inform_of_all", of_all, raising=False)
        loaded.main()
    return found[0]


def test_ansible_reads_every_play_and_task(tmp_path: Path) -> None:
    files = []
    for number, block in enumerate(pages.blocks("yaml playbook", "yaml tasks")):
        plays = yaml.safe_load(block.text)
        whole = plays if block.role == "yaml playbook" else [{"hosts": "localhost", "tasks": plays}]
        files.append(tmp_path / f"{block.page.stem}-{block.line}-{number}.yml")
        files[-1].write_text(yaml.safe_dump(whole), encoding="utf-8")
    done = _ansible("ansible-playbook", "--syntax-check", "--inventory=localhost,", *files)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", pages.blocks("yaml inventory", "yaml inventory file"), ids=str)
def test_ansible_reads_every_inventory(block: pages.Block, tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(block.text, encoding="utf-8")
    done = _ansible("ansible-inventory", f"--inventory={tmp_path}/hosts.yml", "--list")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["_meta"]["hostvars"]


def _ansible(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    collections = os.pathsep.join([str(CHECKOUT / "collections"), *sys.path])
    env = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": collections, "ANSIBLE_NOCOLOR": "1"}
    command = [Path(sys.executable).parent / program, *arguments]
    return subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)


# states


@pytest.mark.parametrize("block", pages.blocks("yaml states"), ids=str)
def test_a_state_is_as_its_function_takes_it(block: pages.Block) -> None:
    for name, states in yaml.safe_load(block.text).items():
        for function, told in states.items():
            arguments = {key for one in told for key in one} - {"require"}
            assert arguments <= salt_words.arguments("states", function), name


# commands


def _commands() -> list[t.Any]:
    found = [(block, line) for block in pages.blocks("console", "console run") for line in block.text.splitlines()]
    return [pytest.param(block, line, id=f"{block}-{line[:40]}") for block, line in found]


@pytest.mark.parametrize(("block", "line"), _commands())
def test_a_command_is_as_its_program_takes_it(block: pages.Block, line: str) -> None:
    assert line.startswith("$ ")
    program, *arguments = [word for word in shlex.split(line[2:]) if word not in ("sudo", "PYTHONPATH=tools")]
    if program == "./dev":
        _takes_dev(arguments)
    elif program.startswith("ansible-"):
        _takes_ansible(program, arguments, block.page)
    elif program in ("salt", "salt-call", "salt-run"):
        salt_words.takes(program, arguments)
    else:
        assert USUAL.fullmatch(program)
        _units_are_ours(line)


def _takes_dev(arguments: list[str]) -> None:
    if arguments:
        assert cli.parser().parse_args(arguments).command in cli.COMMANDS


def _takes_ansible(program: str, arguments: list[str], page: Path) -> None:
    name = program.removeprefix("ansible-")
    made = getattr(importlib.import_module(f"ansible.cli.{name}"), f"{name.capitalize()}CLI")([program, *arguments])
    made.init_parser()
    options = made.parser.parse_args(arguments)
    for playbook in getattr(options, "args", []) if name == "playbook" else []:
        known = playbook.removeprefix(OURS) in PLAYBOOKS if playbook.startswith(OURS) else False
        assert known or f"`{playbook}`" in pages.text_of(page)


def _units_are_ours(line: str) -> None:
    """Tell whether units of ours that a command names are called as the core calls them."""
    assert "fungible-<>-<>-<>" in core_words.texts()
    for unit in re.findall(r"(?<![\w./-])fungible-[\w*-]+", line):
        assert unit in ("fungible-*", haproxy_files.UNIT, f"fungible-{pages.SITE}-*")


@pytest.mark.parametrize("argv", [["demo", "--kep"], ["bench", "--jso", "x"]])
def test_a_wrong_option_would_be_found(argv: list[str]) -> None:
    with pytest.raises(SystemExit):
        _takes_dev(argv)


# what users add


def test_the_kind_of_the_example_is_a_kind() -> None:
    [block] = pages.blocks("python kind")
    names: dict[str, t.Any] = {}
    exec(compile(block.text, str(block), "exec"), names)
    kind = names["Static"]()
    missing = [member for member in _members(KINDS["procfile"]) if not hasattr(kind, member)]
    assert not missing
    source = {"path": "/pages.zip", "sha256": pages.DIGEST}
    app = {"kind": "static", "version": "1", "source": source, "secret": "sixteen-or-more-characters", "port": 18000}
    site = manifest.parse("pages", {"app": app, "routes": [{"host": "pages.example"}]}, {**KINDS, "static": kind})
    tree = Tree({"index.html"}, lambda path: "")
    kind.check_trees(site, tree.paths, {})
    with pytest.raises(names["ArtifactError"], match=r"index\.html"):
        kind.check_trees(site, {"about.html"}, {})
    view = View("/srv/pages", "/run", "/conf", 18001, "fg-pages", {"python": "/usr/bin/python3"}, {}, sandboxed=True)
    assert not kind.secrets(site)
    [process] = kind.processes(site, view, tree.read)
    assert process.serves
    assert process.argv[-1] == "18001"
    assert kind.address("/run", 18001).port == 18001
    assert not kind.migration(site, view, tree.read).argv
    assert not kind.generated(site, {"pages": tree})


def _members(kind: object) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


@pytest.mark.parts
def test_haproxy_takes_the_frontend_of_the_example_beside_our_own(tmp_path: Path) -> None:
    [block] = pages.blocks("haproxy tls.cfg")
    program = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "haproxy: is not on this machine: apt install haproxy"
    certificates = tmp_path / "tls"
    certificates.mkdir()
    (certificates / "site.pem").write_text(_certificate(tmp_path), encoding="utf-8")
    listen = next(route["listen"] for route in _routes_of_the_tls_example())
    map_file = f"/etc/fungible/haproxy/{haproxy_files.frontend(listen)}.map"
    assert map_file in block.text
    (tmp_path / "hosts.map").touch()
    text = block.text.replace(map_file, f"{tmp_path}/hosts.map").replace("/etc/fungible/tls/", f"{certificates}/")
    folder = tmp_path / "haproxy"
    folder.mkdir()
    (folder / "00-global.cfg").write_text(haproxy_files.GLOBAL.format(run=tmp_path), encoding="utf-8")
    (folder / "tls.cfg").write_text(text, encoding="utf-8")
    done = subprocess.run([program, "-c", "-f", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _routes_of_the_tls_example() -> list[dict[str, str]]:
    parts = [
        pages.filled(block.text) for block in pages.blocks("yaml part wordpress", pages=[pages.DOCS / "cutover.md"])
    ]
    [routes] = [part["routes"] for part in parts if "routes" in part]
    return t.cast("list[dict[str, str]]", routes)


def _certificate(folder: Path) -> str:
    """Make a certificate with its key, signed by itself."""
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*request, "-keyout", folder / "key", "-out", folder / "crt"], capture_output=True, check=True)
    return (folder / "crt").read_text(encoding="utf-8") + (folder / "key").read_text(encoding="utf-8")
