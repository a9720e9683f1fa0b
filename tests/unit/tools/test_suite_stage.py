# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the suite count what its stages say, whatever becomes of them, and end when it is told to?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from fungible_dev import suite, suite_left
from fungible_dev.errors import ToolError
from fungible_dev.suite_pytest import run_pytest
from fungible_dev.suite_stage import Count, Outcome, Stage

BIN = Path(sys.executable).parent


def stage(name: str, outcome: Outcome) -> Stage:
    return Stage(name, lambda: outcome)


def broken() -> Outcome:
    raise ToolError("apt-get failed")


def test_a_failing_stage_prints_its_output_and_the_next_one_runs(capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    count.run([stage("one", Outcome(3, 1, 2, "assert False")), stage("two", Outcome(4, output="not of interest"))])
    said = capsys.readouterr().out
    assert "assert False" in said
    assert "not of interest" not in said
    assert count.closing_line() == "7 passed, 1 failed, 2 skipped"
    assert count.failing == ["one"]


def test_a_stage_that_cannot_run_has_failed() -> None:
    count = Count()
    count.run([Stage("hosts", broken)])
    assert (count.passed, count.failed) == (0, 1)


def test_stages_run_side_by_side() -> None:
    met = threading.Barrier(2, timeout=30)

    def meet() -> Outcome:
        met.wait()
        return Outcome(1)

    count = Count()
    count.run([Stage("here", meet), Stage("there", meet)], at_once=2)
    assert count.passed == 2


def test_a_bug_of_ours_keeps_its_traceback_and_stops_the_other_stages() -> None:
    begun = threading.Event()

    def bug() -> Outcome:
        begun.wait()
        raise ZeroDivisionError

    def wait() -> Outcome:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]):
            begun.set()
        return Outcome(1)

    count = Count()
    with pytest.raises(ZeroDivisionError):
        count.run([Stage("bug", bug), Stage("waits", wait), stage("next", Outcome(1))], at_once=2)
    assert count.passed == 0


@pytest.mark.parametrize(
    ("passed", "failed", "code"), [(2, 0, 0), (2, 1, 1), (0, 0, 1)], ids=["good", "failing", "nothing tested"]
)
def test_the_last_line_is_the_count_alone(
    passed: int, failed: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    count = Count()
    count.run([stage("one", Outcome(passed, failed))])
    assert suite.close(count, 1.0) == code
    assert capsys.readouterr().out.splitlines()[-2:] == ["", f"{passed} passed, {failed} failed"]


def test_pytests_tests_are_counted(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "def test_not_now(): pytest.skip('not now')\n"
        "def test_no_fixture(missing): pass\n"
    )
    outcome = run_pytest(BIN, str(tmp_path))
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 2, 1)
    assert "assert False" in outcome.output


def test_a_file_that_cannot_be_imported_has_failed(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_some.py").write_text("import nothing_of_this_name\n")
    assert run_pytest(BIN, str(tmp_path)).failed == 1


def test_a_pytest_that_does_not_start_has_failed() -> None:
    assert run_pytest(BIN, "--no-such-option").failed == 1


def test_that_no_test_was_selected_is_neither_good_nor_bad(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_some.py").write_text("def test_good(): pass\n")
    outcome = run_pytest(BIN, str(tmp_path), "-k", "nothing")
    assert (outcome.passed, outcome.failed) == (0, 0)


def test_what_a_test_left_running_is_told_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(suite_left.MARK, str(os.getpid()))
    sleeps = "import time; print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", sleeps], stdout=subprocess.PIPE) as left:
        assert left.stdout is not None
        left.stdout.readline()
        outcome = suite_left.left_running()
        assert (outcome.passed, outcome.failed) == (0, len(outcome.output.splitlines()))
        assert f"process {left.pid}" in outcome.output
        assert "test_what_a_test_left_running" in outcome.output
    assert left.returncode == -15
    assert f"process {left.pid}" not in suite_left.left_running().output


def test_what_hides_its_mark_is_known_by_the_folder_that_is_gone() -> None:
    sleeps = "import time; print(flush=True); time.sleep(600)"
    with tempfile.TemporaryDirectory(prefix="fg-", dir="/tmp") as folder:
        left = subprocess.Popen([sys.executable, "-c", sleeps], cwd=folder, env={}, stdout=subprocess.PIPE)
    with left:
        assert left.stdout is not None
        left.stdout.readline()
        assert f"process {left.pid}" in suite_left.left_running().output
    assert left.returncode == -15
