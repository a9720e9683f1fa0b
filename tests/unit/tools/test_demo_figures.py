# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the demo count right what visitors noticed, and does it fail where they lost something?"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fungible_dev.demo_figures import Cutover, Step, Switch, faults, print_cutovers, requests
from fungible_dev.demo_play import Play, Task
from fungible_dev.load_report import Report, Request

WALL = 1_700_000_000.0  # the wall clock at the monotonic clock's 0
DECIDED = 10.0


def request(due: float, slot: str, took: float = 0.010, failure: str = "") -> Request:
    return Request(due, due, due + took, 200, slot, "/", False, failure)


def cutover(*some: Request) -> Cutover:
    """Make a cutover from slot a to b: Ansible begins at 5, decides at 10, and is sure 4 ms later."""
    played = Play(begun=5.0, ended=12.0, changed=2, tasks=())
    switch = Switch(WALL + DECIDED, WALL + DECIDED + 0.004, "b")
    return Cutover("upgrade to 2", "a", played, switch, Report(some, (0.0, WALL)), 100.0, 60.0)


def rerun(changed: int = 0) -> Step:
    task = Task("Stage the release", 0.1, ("compose release 2-abc",))
    return Step("rerun", Play(0.0, 1.0, changed, (task,) if changed else ()))


def test_a_request_counts_in_the_window_in_which_it_was_due() -> None:
    found = cutover(
        request(2.9, "a", 9.0),
        request(3.1, "a", 0.001),
        request(7.0, "a", 0.002),
        request(10.5, "b", 0.003),
        request(12.0, "b", 0.004),
        request(99.0, "b", 9.0),
    ).to_dict()
    times = [found[f"p99_{name}"] for name in ("before", "deploying", "during", "after")]
    assert times == pytest.approx([1, 2, 3, 4])
    assert found["requests"] == 4


def test_a_cutover_lasts_until_it_is_confirmed() -> None:
    assert cutover(request(9.0, "a"), request(11.0, "b")).seconds == pytest.approx(0.004, abs=1e-6)


def test_a_cutover_lasts_until_nobody_gets_the_old_release_any_more() -> None:
    assert cutover(request(10.1, "a"), request(11.0, "b")).seconds == pytest.approx(0.1, abs=1e-6)


def test_a_switch_is_read_from_what_the_host_has_on_disk(tmp_path: Path) -> None:
    state, router = tmp_path / "var/lib/fungible/blog", tmp_path / "etc/fungible/haproxy"
    state.mkdir(parents=True)
    router.mkdir(parents=True)
    journal = {"slots": {"a": "1-x.y", "b": "2-x.y"}, "live": "2-x.y", "since": WALL + 1}
    (state / "journal.json").write_text(json.dumps(journal))
    (router / "site-blog.cfg").touch()
    os.utime(router / "site-blog.cfg", (WALL, WALL))
    assert Switch.read(tmp_path, "blog") == Switch(WALL, WALL + 1, "b")


def test_all_good_is_no_fault() -> None:
    assert not faults([cutover(request(9.0, "a"), request(11.0, "b"))], rerun())


def test_one_lost_request_is_a_fault() -> None:
    good, bad = cutover(request(9.0, "a")), cutover(request(10.0, "", failure="reset"))
    assert faults([good, bad], rerun()) == ["1 of 2 requests failed (1 reset)"]
    assert requests([good, bad])["requests"]["failed"] == 1
    assert [one["cutover"] for one in requests([good, bad])["first_failed"]] == ["upgrade to 2"]


def test_a_machine_that_got_too_busy_is_told_from_a_lost_request() -> None:
    [lost, why] = faults([cutover(request(10.0, "", failure="not sent"))], rerun())
    assert lost == "1 of 1 requests failed (1 not sent)"
    assert "busier" in why


def test_a_rerun_that_changes_something_is_a_fault() -> None:
    assert faults([cutover(request(9.0, "a"))], rerun(1)) == ["the rerun changed something: compose release 2-abc"]


def test_the_table_tells_each_cutover_and_all_requests(capsys: pytest.CaptureFixture[str]) -> None:
    print_cutovers([cutover(request(3.5, "a"), request(10.5, "b"), request(10.6, "", failure="reset"))])
    said = capsys.readouterr().out
    [line] = [line.split("  ") for line in said.splitlines() if line.startswith("  upgrade")]
    assert [cell.strip() for cell in line if cell] == ["upgrade to 2", "4 ms", "3", "1", "10 / 10", "-", "10 / 10", "-"]
    assert "3 requests in all, 1 of them failed." in said
