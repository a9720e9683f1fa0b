# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does each file import only what its place allows, and say which licence it has?"""

from __future__ import annotations

import ast
import fnmatch
import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from fungible_dev.finding import listed_files
from fungible_dev.packages import COLLECTION, CORE, EXTENSION
from fungible_dev.places import CHECKOUT

PLUGINS = COLLECTION / "plugins"
FACE = PLUGINS / "module_utils/_face.py"

# What touches the machine; urllib.parse and the Pure classes of pathlib do not.
MACHINE = (
    "ctypes fcntl ftplib glob grp http os pathlib pty pwd select shutil signal socket ssl subprocess tempfile urllib"
)
PURE = {"pathlib.PurePath", "pathlib.PurePosixPath", "urllib.parse"}

OURS = "ansible_collections.fungible.deploy.plugins."
TO_CORE = f"{OURS}module_utils._core"
TO_FACE = f"{OURS}module_utils._face"
TO_PLUGIN_UTILS = f"{OURS}plugin_utils"
SALT_CORE = "saltext.fungible._core"

# What is no part of Python, and who may import it: late, with an error that names what to install.
LATE = {CORE / "host/web.py": ("requests", "urllib3")}

# Who may import what of ours. Beside these, everything may import the standard library and its host's own packages.
ARROWS: t.Final[dict[Path, tuple[str, ...]]] = {
    CORE: (TO_CORE,),
    FACE: (TO_CORE,),
    PLUGINS / "modules": (TO_FACE, TO_CORE),
    PLUGINS / "action": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "callback": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "filter": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "inventory": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "lookup": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "plugin_utils": (TO_CORE, TO_PLUGIN_UTILS),
    PLUGINS / "doc_fragments": (),
    EXTENSION / "utils": ("saltext.fungible.utils", SALT_CORE),
    EXTENSION / "modules": ("saltext.fungible.utils", SALT_CORE),
    EXTENSION / "states": ("saltext.fungible.utils", SALT_CORE),
    EXTENSION / "runners": ("saltext.fungible.utils", SALT_CORE),
    EXTENSION / "beacons": ("saltext.fungible.utils", SALT_CORE),
}

BSD, APACHE, GPL = "BSD-2-Clause", "Apache-2.0", "GPL-3.0-or-later"
LICENCES: t.Final[dict[Path, str]] = {CORE: BSD, FACE: BSD, EXTENSION: APACHE}  # all else is GPL
TEXTS = ("LICENSE", "LICENSES", "COPYING")

FILES = [path.relative_to(CHECKOUT) for path in listed_files()]
PYTHON = [path for path in FILES if path.suffix == ".py"]


def _below(folder: Path) -> list[Path]:
    return [path for path in PYTHON if path == folder or folder in path.parents]


def _module_name(path: Path) -> str:
    """Tell the name by which a file is imported, which is also where its relative imports start."""
    for root in ("collections", "salt/src"):
        if Path(root) in path.parents:
            return ".".join(path.relative_to(root).with_suffix("").parts)
    return path.stem


def _imports(path: Path) -> t.Iterator[str]:
    """Yield the full dotted name of everything a file imports, in functions and under TYPE_CHECKING too."""
    package = _module_name(path).split(".")
    for node in ast.walk(ast.parse((CHECKOUT / path).read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: -node.level] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _is_under(name: str, prefixes: t.Iterable[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _opens(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse((CHECKOUT / path).read_bytes())) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == "open" for called in calls)


def test_core_imports_only_the_standard_library_and_itself() -> None:
    allowed = {*sys.stdlib_module_names, TO_CORE}
    strangers = {
        f"{path}: {name}"
        for path in _below(CORE)
        for name in _imports(path)
        if not _is_under(name, {*allowed, *LATE.get(path, ())})
    }
    assert not strangers


def test_only_the_host_package_touches_the_machine() -> None:
    elsewhere = [path for path in _below(CORE) if CORE / "host" not in path.parents]
    touching = {
        f"{path}: {name}"
        for path in elsewhere
        for name in _imports(path)
        if _is_under(name, MACHINE.split()) and not _is_under(name, PURE)
    }
    assert not touching | {f"{path}: open()" for path in elsewhere if _opens(path)}


@pytest.mark.parametrize("place", ARROWS, ids=str)
def test_imports_follow_the_arrows(place: Path) -> None:
    against = {
        f"{path}: {name}"
        for path in _below(place)
        for name in _imports(path)
        if _is_under(name, ["ansible_collections", "saltext"]) and not _is_under(name, ARROWS[place])
    }
    assert not against


def test_every_kind_of_plugin_has_its_arrows() -> None:
    ruled = [place.parent if place.suffix else place for place in ARROWS]
    folders = {path.parent for root in (PLUGINS, EXTENSION) for path in _below(root) if path.name != "__init__.py"}
    assert not {folder for folder in folders if not any(one == folder or one in folder.parents for one in ruled)}


def test_collection_imports_itself_relatively_and_the_extension_absolutely() -> None:
    absolute = {path for path in _below(PLUGINS) if "from ansible_collections." in (CHECKOUT / path).read_text("utf-8")}
    source = re.compile(r"^\s*from \.", re.MULTILINE)
    relative = {path for path in _below(EXTENSION) if source.search((CHECKOUT / path).read_text("utf-8"))}
    assert not absolute | relative


def test_no_package_hides_the_interpreters_or_salts_own() -> None:
    folders = ("collections", "collections/ansible_collections", "salt", "salt/src", "salt/src/saltext")
    assert not [folder for folder in folders if (CHECKOUT / folder / "__init__.py").exists()]


def test_init_files_are_there_and_empty() -> None:
    packages = {path.parent for root in (PLUGINS / "module_utils", EXTENSION) for path in _below(root)}
    assert not [package for package in packages if not (CHECKOUT / package / "__init__.py").exists()]
    assert not [path for path in PYTHON if path.name == "__init__.py" and (CHECKOUT / path).stat().st_size]


def test_every_file_says_the_licence_of_its_place() -> None:
    patterns = _reuse_patterns()
    silent = [path for path in FILES if not _is_text_of_licence(path) and not _covered(path, patterns)]
    assert {str(path): _licence(path) for path in silent if _licence(path) != _expected(path)} == {}


def test_collection_carries_the_licence_texts() -> None:
    for name, copy in ((GPL, "COPYING"), (BSD, f"LICENSES/{BSD}.txt")):
        assert (CHECKOUT / COLLECTION / copy).read_bytes() == (CHECKOUT / f"LICENSES/{name}.txt").read_bytes()


def test_roles_link_leads_into_the_collection() -> None:
    assert (CHECKOUT / "roles").readlink() == COLLECTION / "roles"


def test_action_group_names_every_module() -> None:
    runtime = yaml.safe_load((CHECKOUT / COLLECTION / "meta/runtime.yml").read_text(encoding="utf-8"))
    modules = {path.stem for path in _below(PLUGINS / "modules")} - {"__init__"}
    assert not modules - set(runtime["action_groups"]["all"])


def test_scripts_that_people_run_are_executable() -> None:
    assert not [name for name in ("dev", ".ci/run") if not (CHECKOUT / name).stat().st_mode & 0o100]


def _licence(path: Path) -> str | None:
    head = (CHECKOUT / path).read_bytes()[:2000].decode("utf-8", "replace")
    found = re.search(r"SPDX-License-(?:Identifier): ([\w.-]+)", head)  # written so that REUSE does not take it for one
    return found[1] if found else None


def _expected(path: Path) -> str:
    return next((name for place, name in LICENCES.items() if path == place or place in path.parents), GPL)


def _is_text_of_licence(path: Path) -> bool:
    return path.name in TEXTS or path.parent.name in TEXTS or path.name == "REUSE.toml"


def _reuse_patterns() -> list[str]:
    tomllib = pytest.importorskip("tomllib", reason="came with Python 3.11")
    tables = tomllib.loads((CHECKOUT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    listed = [[table["path"]] if isinstance(table["path"], str) else table["path"] for table in tables]
    return [pattern for paths in listed for pattern in paths]


def _covered(path: Path, patterns: list[str]) -> bool:
    """Tell whether REUSE.toml speaks for the file; `**/` there also means no folder at all."""
    tried = {variant for pattern in patterns for variant in (pattern, pattern.replace("**/", ""))}
    return any(fnmatch.fnmatch(str(path), pattern) for pattern in tried)
