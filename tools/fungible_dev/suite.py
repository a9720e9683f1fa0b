# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does `./dev test` do: set itself up, run every stage whatever came of those before, and count."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
import typing as t
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import checks, demo_programs, hosts, molecule_runner, packages, places, show
from .commands import attempt
from .environment import ensure_system, ensure_venv
from .errors import ToolError
from .pythons import find_pythons
from .suite_left import left_running, mark
from .suite_oldest import deploy_with_oldest
from .suite_pytest import run_pytest
from .suite_stage import Count, Outcome, Stage
from .suite_venvs import newest_between, venv_of

REQUIREMENTS = places.TOOLS / "requirements-test.txt"
PROGRAMS = (*demo_programs.PACKAGES, "git", "gnupg", "unzip")
PARTS = ("-m", "parts")
PACKAGING = ("tests/test_layout.py", "tests/test_packaging.py")
DEMO = "tests/parts/test_demo.py"
SALT = "tests/functional"  # a master and its minions
CONFORMANCE = "tests/conformance"  # both tools, one after the other
APART = (DEMO, SALT, CONFORMANCE)  # real parts too, in stages of their own
LANES = 2  # stages at once, of which each waits much of its time
OLDEST_PYTHON = ((3, 9), (3, 9))  # what the core runs on

# A scenario in a process of its own, so that what it prints can be kept until it fails.
SCENARIO = """
import sys
from fungible_dev.molecule_runner import run_scenario
sys.exit(run_scenario(sys.argv[1], {"ANSIBLE_COLLECTIONS_PATH": sys.argv[2]}))
"""


@dataclass(frozen=True)
class Suite:
    """Be what the stages share."""

    bin_dir: Path
    collections: Path
    only: tuple[str, ...]  # pytest's -k, if it was given

    def pytest(self, name: str, *words: str, bin_dir: Path | None = None) -> Stage:
        """Make a stage of tests."""
        return Stage(name, partial(run_pytest, bin_dir or self.bin_dir, *words, *self.only))


def main(args: argparse.Namespace) -> int:
    """Run the stages, print the count as the last line, and return the exit code."""
    begun, count = time.monotonic(), Count()
    mark()
    _find_interpreters()
    show.section("What is needed")
    _ensure_programs(count, fast=args.fast)
    bin_dir = ensure_venv("test", REQUIREMENTS).parent
    with tempfile.TemporaryDirectory(prefix="fungible-suite-") as folder:
        only = ("-k", args.expression) if args.expression else ()
        suite = Suite(bin_dir, Path(folder), only)
        _run_selected(suite, count, fast=args.fast) if only else _run_all(suite, count, fast=args.fast)
        count.run([Stage("nothing is left running", left_running)])
    return close(count, time.monotonic() - begun)


def _find_interpreters() -> None:
    """Put the interpreters' folders last on PATH: ansible-test looks there for each Python that it makes a venv of."""
    folders = [str(python.path.parent) for python in find_pythons()]
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), *folders])


def _ensure_programs(count: Count, *, fast: bool) -> None:
    """Install what is missing; where that cannot be done, the tests that need it fail, and the others run."""

    def ensure(names: t.Sequence[str], why: str) -> Outcome:
        ensure_system(names, why)
        return Outcome()

    wanted = {"tests on real parts": PROGRAMS, **({} if fast else {"test hosts": hosts.PACKAGES})}
    for why, names in wanted.items():
        with contextlib.suppress(ToolError):
            ensure_system(names, why)
            continue
        count.run([Stage(f"programs for {why}", partial(ensure, names, why))])


def _run_all(suite: Suite, count: Count, *, fast: bool) -> None:
    show.section("Static checks, and beside them unit tests")
    count.run([*_units(suite), *(Stage(name, partial(_check, name, suite.bin_dir)) for name in checks.CHECKS)], LANES)
    show.section("The demo, with the machine to itself, and what ships")
    count.run(
        [
            suite.pytest("demo", *PARTS, DEMO),
            Stage("build and install", partial(_build, suite)),
            Stage("oldest ansible-core", partial(deploy_with_oldest, suite.collections)),
        ]
    )
    salt = suite.pytest("Salt", *PARTS, "--log-level=ERROR", SALT)
    conformance = suite.pytest("conformance", *PARTS, CONFORMANCE)
    parts = suite.pytest("tests on real parts", *PARTS, *(f"--ignore={path}" for path in APART))
    show.section("The real Salt, real parts, both tools on one site, and test hosts: the long ones first")
    count.run([salt, parts, conformance] if fast else [salt, parts, conformance, *_on_test_hosts(suite)], LANES)


def _on_test_hosts(suite: Suite) -> list[Stage]:
    scenarios = [Stage(f"molecule: {name}", partial(_scenario, name, suite)) for name in molecule_runner.scenarios()]
    return [*scenarios, suite.pytest("tests on test hosts", "-m", "hosts")]


def _run_selected(suite: Suite, count: Count, *, fast: bool) -> None:
    show.section(f"Tests that match {suite.only[1]!r}")
    count.run([*_units(suite), suite.pytest("tests on real parts", *PARTS)])
    if not fast:
        count.run([suite.pytest("tests on test hosts", "-m", "hosts")])


def _units(suite: Suite) -> list[Stage]:
    quick = ("-m", "not parts and not hosts")
    ignored = [f"--ignore={path}" for path in (*PACKAGING, SALT, CONFORMANCE)]
    return [
        suite.pytest("unit tests", *quick, *ignored),
        Stage("core's unit tests, oldest Python", partial(_core_on_oldest, suite.only)),
        suite.pytest("layout and packaging", *PACKAGING),
    ]


def _check(name: str, bin_dir: Path) -> Outcome:
    finding = checks.check(name, bin_dir).finding
    return Outcome.of(finding.passed, finding.output, finding.skipped)


def _core_on_oldest(only: tuple[str, ...]) -> Outcome:
    python = newest_between(OLDEST_PYTHON)
    if python is None:
        return Outcome(skipped=1, left_out=("no Python 3.9 was found",))
    return run_pytest(venv_of(python, "core").parent, "tests/unit/core", *only)


def _build(suite: Suite) -> Outcome:
    """Build what ships, and install the collection where the next stages find it."""
    out = suite.collections / "built"
    out.mkdir()
    tarball = packages.build_collection(out, suite.bin_dir)
    packages.build_wheel(out, suite.bin_dir)
    packages.install_collection(tarball, suite.collections, suite.bin_dir)
    return Outcome.of(True, "")


def _scenario(name: str, suite: Suite) -> Outcome:
    python = suite.bin_dir / "python"
    done = attempt(
        [python, "-c", SCENARIO, name, suite.collections],
        cwd=places.CHECKOUT,
        env={"PYTHONPATH": str(places.TOOLS), "PATH": f"{suite.bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"},
    )
    return Outcome.of(done.returncode == 0, done.stdout + done.stderr)


def close(count: Count, seconds: float) -> int:
    """Print the count, and return the exit code; a run without a test was no run."""
    show.section(f"Done in {show.duration(seconds)}")
    if count.failing:
        show.note(f"failing: {', '.join(count.failing)}")
    if not count.passed:
        show.error("no test passed: nothing was tested")
    print(f"\n{count.closing_line()}", flush=True)
    return 0 if count.passed and not count.failed else 1
