# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what Ansible says understood, and is it ended with whoever asked it?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fungible_dev.demo_play import Task, play
from fungible_dev.errors import ToolError

SAID = """
PLAY [Deploy the sites] ********************************************************

TASK [Deploy each site] ********************************************************
included: fungible.deploy.site for here => (item=blog)

TASK [fungible.deploy.site : Stage the release] ********************************
changed: [here] => {"changed": true, "steps": ["compose release 2-abc"]}

TASK [fungible.deploy.site : Switch visitors to the instance] ******************
ok: [here] => {"changed": false, "steps": []}

PLAY RECAP *********************************************************************
here                       : ok=4    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
"""
FAILED = """
TASK [fungible.deploy.site : Stage the release] ********************************
[ERROR]: Task failed: Action failed: blog.app.kind: is unknown
fatal: [here]: FAILED! => {"changed": false, "msg": "blog.app.kind: is unknown"}

PLAY RECAP *********************************************************************
here                       : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
"""


def saying(text: str, code: int = 0) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})"]


def test_tasks_steps_and_changes_are_read(tmp_path: Path) -> None:
    told: list[Task] = []
    done = play(saying(SAID), tmp_path / "log", told.append)
    assert done.changed == 1
    assert [(task.name, task.steps) for task in done.tasks] == [
        ("Stage the release", ("compose release 2-abc",)),
        ("Switch visitors to the instance", ()),
    ]
    assert told == list(done.tasks)
    assert SAID.strip() in (tmp_path / "log").read_text()


def test_a_failure_is_the_tasks_own_line_and_the_place_of_the_log(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        play(saying(FAILED, 2), tmp_path / "log", lambda _: None)
    assert str(caught.value) == (
        f"ansible-playbook failed: blog.app.kind: is unknown (all it said: {tmp_path / 'log'})"
    )


def test_an_ansible_that_does_not_even_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="ERROR! the playbook could not be found"):
        play(saying("ERROR! the playbook could not be found\n\n", 1), tmp_path / "log", lambda _: None)


def test_a_run_that_ends_with_an_error_has_failed_whatever_it_said(tmp_path: Path) -> None:
    with pytest.raises(ToolError):
        play(saying(SAID, 4), tmp_path / "log", lambda _: None)


def test_a_run_without_a_recap_has_failed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="it stopped here"):
        play(saying("it stopped here"), tmp_path / "log", lambda _: None)


def test_what_was_begun_ends_with_an_error(tmp_path: Path) -> None:
    """A signal is an exception in the one who reads, as is the error that this raises."""

    def stop(_: Task) -> None:
        raise KeyboardInterrupt

    number = tmp_path / "pid"
    waits = (
        "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); "
        f"print({SAID!r}, flush=True); time.sleep(600)"
    )
    with pytest.raises(KeyboardInterrupt):
        play([sys.executable, "-c", waits, number], tmp_path / "log", stop)
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)
