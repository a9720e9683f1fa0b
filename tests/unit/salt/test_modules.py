# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does each module of the extension show Salt its functions, documented, and nothing else?"""

from __future__ import annotations

import importlib
import inspect
import re
import typing as t

import pytest

FUNCTIONS: t.Final = {
    "modules": {
        "cutover": {"info", "live", "rollback"},
        "fungible": {"deviations", "inventory", "repair", "version"},
        "migration": {"info", "run"},
        "persistent_store": {"absent", "info", "present"},
        "plugin_chain": {"info", "present"},
        "stateless_app": {"absent", "info", "running", "staged"},
    },
    "beacons": {"fungible": {"beacon", "validate"}},
    "runners": {"fungible": {"inventory", "lock"}},
    "states": {
        "cutover": {"live", "rolled_back"},
        "migration": {"done"},
        "persistent_store": {"absent", "present"},
        "plugin_chain": {"present"},
        "stateless_app": {"absent", "running", "staged"},
    },
}
ALL: t.Final = [(kind, name) for kind, modules in FUNCTIONS.items() for name in modules]
OWN: t.Final = [(kind, name, one) for kind, name in ALL if name != "fungible" for one in sorted(FUNCTIONS[kind][name])]
COMMON: t.Final = {"name", "manifest", "root"}


def functions_of(kind: str, name: str) -> dict[str, t.Callable[..., t.Any]]:
    """Tell what Salt's loader takes from a module: every function in it by a public name, its own or imported."""
    found = vars(importlib.import_module(f"saltext.fungible.{kind}.{name}"))
    return {one: value for one, value in found.items() if not one.startswith("_") and inspect.isfunction(value)}


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_the_loader_finds_the_functions_and_no_others(kind: str, name: str) -> None:
    assert functions_of(kind, name).keys() == FUNCTIONS[kind][name]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_module_is_known_by_its_own_name(kind: str, name: str) -> None:
    module = importlib.import_module(f"saltext.fungible.{kind}.{name}")
    assert module.__virtualname__ == name == module.__virtual__()
    assert ".. versionadded::" in str(module.__doc__)


@pytest.mark.parametrize(("kind", "name", "function"), OWN)
def test_every_argument_is_documented(kind: str, name: str, function: str) -> None:
    called = functions_of(kind, name)[function]
    arguments = set(inspect.signature(called).parameters) - {"unknown"}
    assert arguments >= COMMON
    assert arguments == set(re.findall(r"^(\w+)\n {4}", inspect.getdoc(called) or "", re.MULTILINE))


@pytest.mark.parametrize("function", sorted(FUNCTIONS["modules"]["fungible"]))
def test_the_functions_about_all_sites_are_documented_too(function: str) -> None:
    called = functions_of("modules", "fungible")[function]
    text = inspect.getdoc(called) or ""
    assert set(inspect.signature(called).parameters) == set(re.findall(r"^(\w+)\n {4}", text, re.MULTILINE))
    assert f"CLI Example:\n\n.. code-block:: bash\n\n    salt '*' fungible.{function}" in text


@pytest.mark.parametrize(("kind", "name", "function"), OWN)
def test_every_function_shows_how_it_is_used(kind: str, name: str, function: str) -> None:
    text = inspect.getdoc(functions_of(kind, name)[function]) or ""
    if kind == "modules":
        assert re.search(
            rf"CLI Example:\n\n\.\. code-block:: bash\n\n    salt '\*' {name}\.{function} actioncenter", text
        )
    else:
        assert re.search(rf"\.\. code-block:: yaml\n\n    actioncenter .*:\n      {name}\.{function}:\n", text)


@pytest.mark.parametrize(("kind", "name", "function"), OWN)
def test_a_state_names_what_it_does_not_know_and_a_module_can_be_only_asked(
    kind: str, name: str, function: str
) -> None:
    parameters = inspect.signature(functions_of(kind, name)[function]).parameters
    assert ("unknown" in parameters) is (kind == "states")
    assert ("test" in parameters) is (kind == "modules" and function != "info")
