# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the examples in the extension's own words work as they stand there, but for the root?"""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import textwrap
import typing as t

import pytest
import yaml
from tests.functional.support.fleet import States

from fungible_dev.packages import EXTENSION
from fungible_dev.places import CHECKOUT

if t.TYPE_CHECKING:
    from tests.functional.support.fleet import Minion

SITE: t.Final = "actioncenter"
DEPLOY: t.Final = (
    "persistent_store.present",
    "plugin_chain.present",
    "stateless_app.staged",
    "migration.run",
    "migration.done",
    "stateless_app.running",
    "cutover.live",
)
BACK: t.Final = ("cutover.rollback", "cutover.rolled_back")
GONE: t.Final = ("stateless_app.absent", "persistent_store.absent")


def examples(kind: str, pattern: str) -> dict[str, str]:
    """Tell the example of each function."""
    found = {}
    for file in sorted((CHECKOUT / EXTENSION / kind).glob("[!_]*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            text = inspect.cleandoc(ast.get_docstring(node) or "") if isinstance(node, ast.FunctionDef) else ""
            for example in re.findall(pattern, text, re.MULTILINE | re.DOTALL):
                found[f"{file.stem}.{node.name}"] = textwrap.dedent(example)  # type: ignore[attr-defined]
    return found


COMMANDS: t.Final = examples("modules", r"code-block:: bash\n\n(.*?)(?:\n\n\S|\Z)")
BLOCKS: t.Final = examples("states", r"code-block:: yaml\n\n(.*?)(?:\n\n\S|\Z)")


@pytest.fixture(scope="module")
def named(request: pytest.FixtureRequest) -> Minion:
    """Have a minion whose site has the name that the examples use, and nothing of it yet."""
    minion: Minion = request.getfixturevalue("fleet").minions[1]
    minion.clear()
    return minion


def declare(minion: Minion, version: str) -> None:
    minion.pillar({SITE: minion.site.manifest(version)})
    minion.refresh()


def run(minion: Minion, function: str) -> t.Any:
    """Run an example; its root is the test's."""
    who, target, name, *words = shlex.split(COMMANDS[function])
    assert (who, target, name) == ("salt", "*", function)
    root = [] if name == "fungible.version" else [f"root={minion.site.root}"]
    done = minion.fleet.master.salt_cli(timeout=120).run(name, *words, *root, minion_tgt=minion.id)
    assert done.returncode == 0, done
    return done.data


def apply(minion: Minion, function: str) -> States:
    block = yaml.safe_load(BLOCKS[function])
    [(name, state)] = block.items()
    state[function].append({"root": str(minion.site.root)})
    (minion.fleet.files / "example.sls").write_text(yaml.safe_dump({name: state}), encoding="utf-8")
    done = minion.apply("example")
    assert done.results == {True}, done.comments
    return done


def test_every_command_works(named: Minion) -> None:
    left = set(COMMANDS) - set(GONE) - set(BACK)
    for version in ("1", "2"):
        declare(named, version)
        for function in DEPLOY:
            if function in COMMANDS:
                assert run(named, function)["changed"] is (function != "plugin_chain.present") or version == "2"
                left.discard(function)
    for function in sorted(left):
        run(named, function)
    assert run(named, "cutover.rollback")["changed"] is True
    assert run(named, "stateless_app.absent")["changed"] is True  # only asked
    named.run("stateless_app.absent", SITE, root=str(named.site.root))
    assert run(named, "persistent_store.absent")["changed"] is True


def test_every_state_works(named: Minion) -> None:
    named.clear()
    for version in ("1", "2"):
        declare(named, version)
        for function in DEPLOY:
            if function in BLOCKS:
                apply(named, function)
    assert not apply(named, "cutover.rolled_back").nothing()
    assert not apply(named, "stateless_app.absent").nothing()
    assert not apply(named, "persistent_store.absent").nothing()
    assert set(BLOCKS) == {*(one for one in DEPLOY if one != "migration.run"), "cutover.rolled_back", *GONE}
