# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which words does the core say: the steps that it may report, and its error messages; `<>` where a value goes."""

from __future__ import annotations

import ast
import re
import typing as t
from functools import cache
from itertools import product

from fungible_dev.packages import CORE
from fungible_dev.places import CHECKOUT

PLACEHOLDER: t.Final = re.compile(r"<[^<>]*>")


def steps(*files: str) -> set[str]:
    """Return every step that these files of the core can make."""
    return {words for file in files for call, scope in _calls(file) for words in _step(call, scope)}


@cache
def all_steps() -> frozenset[str]:
    core = CHECKOUT / CORE
    return frozenset(steps(*(str(path.relative_to(core)) for path in core.rglob("*.py"))))


@cache
def texts() -> frozenset[str]:
    """Return every text in the core, among them all its messages."""
    trees = (ast.parse(path.read_bytes()) for path in (CHECKOUT / CORE).rglob("*.py"))
    found = (_texts(node, None) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.expr))
    return frozenset(text for several in found for text in several if text != "<>")


def plain(words: str) -> str:
    """Take the names out of a text's placeholders."""
    return PLACEHOLDER.sub("<>", words)


def is_step(line: str) -> bool:
    """Tell whether a line is a step as the core would report it."""
    patterns = (re.escape(words).replace("<>", ".+") for words in all_steps())
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def _calls(file: str) -> t.Iterator[tuple[ast.Call, ast.FunctionDef]]:
    """Yield the calls of a file, each with the function that it is in."""
    for scope in ast.walk(ast.parse((CHECKOUT / CORE / file).read_bytes())):
        if isinstance(scope, ast.FunctionDef):
            yield from ((node, scope) for node in ast.walk(scope) if isinstance(node, ast.Call))


def _step(call: ast.Call, scope: ast.FunctionDef) -> set[str]:
    if not (isinstance(call.func, ast.Name) and call.func.id == "Step"):
        return set()
    verb, what = (_texts(argument, scope) for argument in call.args[:2])
    return {f"{first} {second}" for first, second in product(verb, what)}


def _texts(node: ast.expr, scope: ast.FunctionDef | None) -> set[str]:
    """Tell what an expression can say: names are looked up in their function, values become `<>`."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else {"<>"}
    if isinstance(node, ast.JoinedStr):
        return {"".join(parts) for parts in product(*(_texts(part, scope) for part in node.values))}
    if isinstance(node, ast.FormattedValue):
        return _texts(node.value, scope)
    if isinstance(node, ast.IfExp):
        return _texts(node.body, scope) | _texts(node.orelse, scope)
    if isinstance(node, ast.Name) and scope:
        return {text for value in _assigned(node.id, scope) for text in _texts(value, scope)} or {"<>"}
    return {"<>"}


def _assigned(name: str, scope: ast.FunctionDef) -> list[ast.expr]:
    assignments = (node for node in ast.walk(scope) if isinstance(node, ast.Assign))
    return [one.value for one in assignments if any(isinstance(it, ast.Name) and it.id == name for it in one.targets)]
