# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which static checks are there, and how do they run: one by one, quiet when good."""

from __future__ import annotations

import sys
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import places, show
from .errors import ToolError
from .finding import Finding, ask, listed_files
from .packages import COLLECTION, EXTENSION, build_collection, build_wheel, install_collection, lay_out_extension
from .sanity import check_sanity

__all__ = ["CHECKS", "SLOW", "Result", "build_collection", "build_wheel", "check", "install_collection", "run_checks"]

SHELLS = ("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env sh", "#!/usr/bin/env bash")


@dataclass(frozen=True)
class Result:
    """Be what a check found and how long it took."""

    name: str
    finding: Finding
    seconds: float


def run_checks(bin_dir: Path, *, fast: bool = False) -> bool:
    """Run the checks with the virtual environment's programs, print what they found, and tell whether all passed."""
    names = [name for name in CHECKS if not (fast and name in SLOW)]
    passed = [_tell(check(name, bin_dir)) for name in names]
    for name in SLOW if fast else ():
        show.note(f"{name}: left out, since only fast checks were asked for")
    return all(passed)


def check(name: str, bin_dir: Path) -> Result:
    """Run one check; a tool that is not there has not passed."""
    begun = time.monotonic()
    try:
        finding = CHECKS[name](bin_dir)
    except ToolError as exc:
        finding = Finding(False, str(exc))
    return Result(name, finding, time.monotonic() - begun)


def _tell(result: Result) -> bool:
    finding = result.finding
    verdict = "" if finding.passed else show.colour("  FAILED", show.RED)
    show.note(f"{result.name:20} {show.duration(result.seconds):>8}{verdict}")
    for reason in finding.skipped:
        show.note(f"  left out: {reason}")
    if not finding.passed:
        print(finding.output.rstrip(), flush=True)
    return finding.passed


def _lint(bin_dir: Path) -> Finding:
    return ask(bin_dir, "ruff", "check")


def _format(bin_dir: Path) -> Finding:
    return ask(bin_dir, "ruff", "format", "--check")


def _types(bin_dir: Path) -> Finding:
    return ask(bin_dir, "mypy")


def _types_of_extension(bin_dir: Path) -> Finding:
    """Check the extension as it is in the wheel, where the core is one of its packages."""
    config = f"--config-file={places.CHECKOUT / 'pyproject.toml'}"
    cache = f"--cache-dir={places.CHECKOUT / '.mypy_cache/extension'}"
    with tempfile.TemporaryDirectory(prefix="fungible-types-") as folder:
        lay_out_extension(Path(folder))
        answer = ask(bin_dir, "mypy", config, cache, "-p", "saltext.fungible", cwd=Path(folder))
    return Finding(answer.passed, answer.output.replace("saltext/fungible/", f"{EXTENSION}/"))


def _shell(bin_dir: Path) -> Finding:
    scripts = [path for path in listed_files() if _is_shell(path)]
    if not scripts:
        return Finding(True, skipped=("there is no shell script",))
    return ask(bin_dir, "shellcheck", *scripts)


def _is_shell(path: Path) -> bool:
    with path.open("rb") as script:
        first = script.readline(80).decode("utf-8", "replace").strip()
    return path.suffix in {".sh", ".bash"} or first.startswith(SHELLS)


def _licences(bin_dir: Path) -> Finding:
    """Ask about the files that git knows: plain `reuse lint` also reads ignored files in folders that are new."""
    return ask(bin_dir, "reuse", "lint-file", "--lines", *listed_files())


def _ansible_lint(bin_dir: Path) -> Finding:
    return ask(bin_dir, "ansible-lint", "--offline", "-q", "--nocolor")


def _docs(bin_dir: Path) -> Finding:
    options = ["--plugin-docs", "--validate-collection-refs=dependent"]
    return ask(bin_dir, "antsibull-docs", "lint-collection-docs", *options, COLLECTION)


CHECKS: t.Final[dict[str, t.Callable[[Path], Finding]]] = {
    "ruff check": _lint,
    "ruff format": _format,
    "mypy": _types,
    "mypy, extension": _types_of_extension,
    "shellcheck": _shell,
    "reuse": _licences,
    "ansible-lint": _ansible_lint,
    "antsibull-docs": _docs,
    "ansible-test sanity": check_sanity,
}
SLOW: t.Final = ("ansible-test sanity",)


if __name__ == "__main__":
    sys.exit(0 if run_checks(Path(sys.executable).parent, fast="--fast" in sys.argv[1:]) else 1)
