# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which words does Salt take from us: the functions of the extension with their arguments, and the formula's files."""

from __future__ import annotations

import ast
import typing as t
from functools import cache

from fungible_dev.packages import EXTENSION
from fungible_dev.places import CHECKOUT

FORMULA: t.Final = CHECKOUT / "salt/formula"
# Of Salt's own: functions, and what the first argument is of those that take a state file.
TAKES_FILE: t.Final = {"state.apply", "state.orchestrate"}
USUAL: t.Final = {"cmd.run", "saltutil.refresh_modules", "saltutil.refresh_pillar", "saltutil.sync_all", "state.event"}


@cache
def functions(kind: str) -> dict[str, frozenset[str]]:
    """Tell the functions of the extension's modules or states, each with the names of its arguments."""
    found = {}
    for file in sorted((CHECKOUT / EXTENSION / kind).glob("[!_]*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[f"{file.stem}.{node.name}"] = frozenset(one.arg for one in node.args.args)
    return found


def arguments(kind: str, function: str) -> frozenset[str]:
    assert function in functions(kind), f"{function}: is none of {sorted(functions(kind))}"
    return functions(kind)[function]


def takes(program: str, words: t.Sequence[str]) -> None:
    """Insist that a command names what is there."""
    options = [word for word in words if word.startswith("-")]
    assert set(options) <= {"--local", "--out=yaml"}, options
    _target, function, *told = [*([""] if program != "salt" else []), *(word for word in words if word not in options)]
    if function in TAKES_FILE:
        assert _is_file(told[0]), told
    elif function not in USUAL:
        named = {word.partition("=")[0] for word in told if "=" in word}
        kind = "runners" if program == "salt-run" else "modules"
        assert named <= arguments(kind, function), told


def _is_file(name: str) -> bool:
    place = FORMULA / name.replace(".", "/")
    return place.with_suffix(".sls").is_file() or (place / "init.sls").is_file()
