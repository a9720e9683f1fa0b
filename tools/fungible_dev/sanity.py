# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How does `ansible-test sanity` run on the collection without containers and without its own download host."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from . import places
from .commands import attempt
from .errors import ToolError
from .finding import Finding, ask
from .packages import COLLECTION
from .pythons import Python, find_pythons

# ansible-test fetches get-pip from a host of its own; the interpreter's ensurepip does as well. See
# https://github.com/ansible/ansible/blob/devel/test/lib/ansible_test/_util/target/setup/requirements.py
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"
CACHE = ".ansible/test/cache"

# pslint wants PowerShell; shellcheck is run on the whole checkout by a check of its own.
LEFT_OUT = ("pslint", "shellcheck")

_ASK = """
import json, pathlib, re
from ansible_test import _internal
from ansible_test._util.target.common import constants
source = (pathlib.Path(_internal.__file__).parent / "python_requirements.py").read_text(encoding="utf-8")
print(json.dumps({
    "pips": sorted(set(re.findall(r"pip='([0-9.]+)'", source))),
    "pythons": [*constants.REMOTE_ONLY_PYTHON_VERSIONS, *constants.CONTROLLER_PYTHON_VERSIONS],
}))
"""


def check_sanity(bin_dir: Path) -> Finding:
    """Run every sanity test, those that import and compile on every Python of this machine that ansible-core knows."""
    wanted = _ask_ansible_test(bin_dir)
    _place_bootstrap(wanted["pips"])
    found = {python.minor: python for python in find_pythons() if _has_ensurepip(python)}
    targets = [f"--target-python={minor}@{found[minor].path}" for minor in wanted["pythons"] if minor in found]
    left_out = [f"--skip-test={name}" for name in LEFT_OUT]
    options = ["--color=no", "--truncate=0", *left_out, *targets]
    answer = ask(bin_dir, "ansible-test", "sanity", *options, cwd=places.CHECKOUT / COLLECTION)
    return Finding(answer.passed, answer.output, tuple(_skipped(wanted["pythons"], found)))


def _ask_ansible_test(bin_dir: Path) -> dict[str, list[str]]:
    """Ask the ansible-core at hand which pip it wants bootstrapped and which Pythons it tests."""
    done = attempt([bin_dir / "python", "-c", _ASK])
    if done.returncode != 0:
        raise ToolError(f"{bin_dir}: has no ansible-test that we understand: {done.stderr.strip()}")
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def _place_bootstrap(pips: t.Sequence[str]) -> None:
    folder = Path.home() / CACHE
    folder.mkdir(parents=True, exist_ok=True)
    for pip in pips:
        path = folder / f"get_pip_{pip.replace('.', '_')}.py"
        if not path.exists():
            path.write_text(BOOTSTRAP, encoding="utf-8")


def _has_ensurepip(python: Python) -> bool:
    return attempt([python.path, "-I", "-c", "import ensurepip, venv"]).returncode == 0


def _skipped(wanted: t.Sequence[str], found: t.Mapping[str, Python]) -> t.Iterator[str]:
    yield f"{', '.join(LEFT_OUT)} (needs PowerShell; run on its own)"
    missing = [minor for minor in wanted if minor not in found and _supported(minor)]
    if missing:
        yield f"compile and import on Python {', '.join(missing)} (no such interpreter with ensurepip here)"


def _supported(minor: str) -> bool:
    return tuple(map(int, minor.split("."))) >= (3, 9)  # tests/config.yml says so too
