# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the pages say what the code says: its steps, its errors, its files, its modules, and lead where they claim?"""

from __future__ import annotations

import re
import typing as t
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal
from fungible_dev import hosts_image, manifest_docs
from fungible_dev.packages import COLLECTION, CORE
from fungible_dev.places import CHECKOUT

from . import core_words, pages, salt_words

OTHERS: t.Final = ("fleet.md", "lock.md")
STEPS: t.Final = {
    "persistent-store.md": ("store.py", "stores/directory.py", "stores/mariadb.py", "stores/sqlite.py"),
    "stateless-app.md": ("release/artifacts.py", "release/release.py", "app.py"),
    "plugin-chain.md": ("release/artifacts.py",),
    "adoption.md": ("kept/keeping.py",),
    "migration.md": ("migration.py", "routines.py"),
    "cutover.md": ("cutover.py",),
}
README: t.Final = CHECKOUT / "README.md"
MODULES: t.Final = {path.stem for path in (CHECKOUT / COLLECTION / "plugins/modules").glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not [link for link in pages.links(page) if not _leads_somewhere(page, link)]


def _leads_somewhere(page: Path, link: str) -> bool:
    if link.startswith("https://"):
        return True
    file, _, anchor = link.partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.exists() and (not anchor or anchor in pages.anchors(target))


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(CHECKOUT / link.partition("#")[0]).resolve() for link in pages.links(README)}
    assert not {page for page in pages.PAGES if page.parent == pages.DOCS} - linked


def test_every_block_has_a_role() -> None:
    assert not [str(block) for block in pages.blocks() if block.role not in pages.ROLES]


@pytest.mark.parametrize("page", STEPS)
def test_a_primitives_page_has_its_steps_and_no_others(page: str) -> None:
    told = pages.tables(pages.DOCS / page, "step")
    assert {core_words.plain(step) for step in told} == core_words.steps(*STEPS[page])
    assert len(told) == len(set(told))


def test_every_step_is_on_a_primitives_page() -> None:
    told = {core_words.plain(step) for page in STEPS for step in pages.tables(pages.DOCS / page, "step")}
    assert told == core_words.all_steps()


def test_steps_that_pages_show_are_steps_of_the_core() -> None:
    shown = [(str(block), line) for block in pages.blocks("text steps") for line in block.text.splitlines()]
    assert shown
    assert not [(where, line) for where, line in shown if not core_words.is_step(line)]


def test_steps_in_the_prose_are_steps_of_the_core() -> None:
    known = core_words.all_steps()
    verbs = {step.split()[0] for step in known}
    named = {(page.name, code) for page in pages.PAGES for code in pages.codes(page) if "<" in code and " " in code}
    steps = {(page, code) for page, code in named if code.split()[0] in verbs}
    assert not {(page, code) for page, code in steps if core_words.plain(code) not in known}


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_errors_that_a_page_names_are_errors_of_the_core(page: Path) -> None:
    errors = [core_words.plain(error) for error in pages.tables(page, "error")]
    assert not [error for error in errors if not any(error in text for text in core_words.texts())]


def test_every_primitives_page_tells_its_errors() -> None:
    assert not [page for page in STEPS if not pages.tables(pages.DOCS / page, "error")]


def test_the_manifests_tables_are_as_the_code_has_them() -> None:
    page = pages.text_of(manifest_docs.PAGE)
    assert manifest_docs.page_text(page) == page, "run: PYTHONPATH=tools python -m fungible_dev.manifest_docs"


def test_the_json_schema_is_as_the_code_has_it() -> None:
    assert manifest_docs.SCHEMA.read_text(encoding="utf-8") == manifest_docs.schema_text(), (
        "run: PYTHONPATH=tools python -m fungible_dev.manifest_docs"
    )


def test_the_architecture_names_every_file_of_the_core() -> None:
    core, text = CHECKOUT / CORE, pages.text_of(pages.DOCS / "architecture.md")
    files = {path.name for path in core.glob("*.py")} - {"__init__.py"}
    folders = {f"{path.name}/" for path in core.iterdir() if path.is_dir() and path.name != "__pycache__"}
    named = set(re.findall(r"`([a-z_]+(?:\.py|/))", text))
    assert not (files | folders) - named
    assert (
        not {name for name in named if name.endswith(".py")}
        - files
        - {path.name for path in core.rglob("*.py")}
        - {"_face.py"}
    )


def test_the_journals_keys_are_told() -> None:
    cells = [
        line.split("|")[1] for line in pages.text_of(pages.DOCS / "operations.md").splitlines() if line[:3] == "| `"
    ]
    told = [code[1] for cell in cells for code in pages.CODE.findall(cell)]
    assert set(told) == {one.name for one in fields(journal.Journal)} | {"format"}


def test_every_module_has_its_page() -> None:
    told = {code for page in (*STEPS, *OTHERS) for code in pages.codes(pages.DOCS / page)}
    assert not {module for module in MODULES if f"fungible.deploy.{module}" not in told}


def test_every_function_of_salts_is_on_a_page() -> None:
    told = {code for page in (*STEPS, *OTHERS, "../salt/README.md") for code in pages.codes(pages.DOCS / page)}
    known = {*salt_words.functions("states"), *salt_words.functions("modules")}
    assert not {name for name in known if name not in told and not _is_told_with_another(name)}


def _is_told_with_another(function: str) -> bool:
    """Tell whether the extension's own page has it in a table's row, where the first one has the module's name."""
    module, _, name = function.partition(".")
    rows = [line for line in pages.text_of(pages.SALT).splitlines() if f"`{module}." in line]
    return any(f"`{name}`" in line for line in rows)


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_no_page_names_a_function_of_salts_that_is_not_there(page: Path) -> None:
    keys = {"migration.backup", "migration.within"}  # of the manifest
    known = {*salt_words.functions("states"), *salt_words.functions("modules"), *keys}
    modules = "|".join({name.partition(".")[0] for name in known} - {"fungible"})
    named = set(re.findall(rf"(?<![\w./])((?:{modules})\.[a-z_]+)", "\n".join(pages.codes(page))))
    assert not {name for name in named if name not in known and not name.endswith((".py", ".md"))}


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_no_page_names_a_module_role_or_playbook_that_is_not_there(page: Path) -> None:
    playbooks = {path.stem for path in (CHECKOUT / COLLECTION / "playbooks").glob("*.yml")}
    named = set(re.findall(r"(?<!\.)\bfungible\.deploy\.([a-z_]+)", pages.text_of(page)))
    filters = {path.stem for path in (CHECKOUT / COLLECTION / "plugins/filter").glob("*.py")}
    assert not named - MODULES - playbooks - filters - {"site", "all"}


def test_the_fragment_of_the_modules_docs_names_a_page_that_is_there() -> None:
    fragment = (CHECKOUT / COLLECTION / "plugins/doc_fragments/_site.py").read_text(encoding="utf-8")
    named = re.findall(r"C\((docs/[^)]+)\)", fragment)
    assert named
    assert not [path for path in named if not (CHECKOUT / path).exists()]


def test_what_is_needed_is_what_is_declared() -> None:
    galaxy, runtime = (yaml.safe_load((CHECKOUT / COLLECTION / name).read_text("utf-8")) for name in META)
    least = runtime["requires_ansible"].removeprefix(">=").removesuffix(".0")
    for readme in (README, CHECKOUT / COLLECTION / "README.md"):
        assert f"ansible-core {least} or newer" in pages.text_of(readme)
    assert f"fungible-deploy-{galaxy['version']}.tar.gz" in pages.text_of(README)
    releases = {"bookworm": "12", "trixie": "13"}
    assert f"Debian {' or '.join(releases[suite] for suite in hosts_image.SUITES)}" in pages.text_of(README)


META: t.Final = ("galaxy.yml", "meta/runtime.yml")
