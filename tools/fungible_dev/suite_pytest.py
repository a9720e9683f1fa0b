# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many tests does pytest say passed?"""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from .finding import ask
from .suite_stage import Outcome


def run_pytest(bin_dir: Path, *words: str) -> Outcome:
    """Run pytest with the virtual environment's programs first, and count."""
    with tempfile.TemporaryDirectory(prefix="fungible-pytest-") as folder:
        report = Path(folder, "report.xml")
        options = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        answer = ask(bin_dir, "python", *options, *words)
        if not report.exists():
            return Outcome.of(False, answer.output)
        return _counted(report, answer.output)


def _counted(report: Path, output: str) -> Outcome:
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - pytest wrote it just now

    def total(*names: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites for name in names)

    failed, skipped = total("failures", "errors"), total("skipped")
    return Outcome(max(total("tests") - failed - skipped, 0), failed, skipped, output)
