# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import multiprocessing
import os
import signal
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host import workers


def nothing() -> None:
    pass


@pytest.fixture(params=[workers.PROCESSES, 1])
def _processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROCESSES", request.param)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 8, 9, 50])
@pytest.mark.usefixtures("_processes")
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    assert workers.each(lambda one: one * 10, range(count), nothing) == [one * 10 for one in range(count)]


@pytest.mark.parametrize("bad", [{0}, {7}, {5, 6}, {6, 9, 13}, {4, 8}, {31, 30, 29, 28}])
@pytest.mark.usefixtures("_processes")
def test_the_first_that_fails_in_the_order_of_the_items_is_told(bad: set[int]) -> None:
    def work(one: int) -> int:
        if one in bad:
            raise ArtifactError(f"{one}: mend it")
        return one

    with pytest.raises(ArtifactError, match=f"^{min(bad)}: mend it$"):
        workers.each(work, range(32), nothing)


@pytest.mark.usefixtures("_processes")
def test_a_fault_of_ours_is_told_with_its_place() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)test_workers.py.*ZeroDivisionError"):
        workers.each(lambda one: 1 // one, range(8), nothing)


def test_the_work_is_done_by_processes_that_begin_anew_and_end() -> None:
    begun: list[int] = []

    def work(_one: int) -> tuple[int, list[int]]:
        return os.getpid(), begun

    done = workers.each(work, range(32), lambda: begun.append(os.getpid()))
    pids = {pid for pid, _begun in done}
    assert len(pids) == workers.PROCESSES
    assert os.getpid() not in pids
    assert all(one == [pid] for pid, one in done)
    assert begun == []
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_where_forks_are_not_safe_threads_do_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PROCESSES", 1)
    assert set(workers.each(lambda _one: os.getpid(), range(32), nothing)) == {os.getpid()}


@pytest.mark.usefixtures("_processes")
def test_so_many_are_done_at_once() -> None:
    all_there = multiprocessing.get_context("fork").Barrier(workers.AT_ONCE, timeout=60)

    def work(_one: int) -> int:
        all_there.wait()
        return 1

    assert sum(workers.each(work, range(workers.AT_ONCE * 2), nothing)) == workers.AT_ONCE * 2


def test_a_process_that_is_killed_is_told_and_the_others_are_not_left() -> None:
    pids = multiprocessing.get_context("fork").SimpleQueue()

    def work(one: int) -> int:
        pids.put(os.getpid())
        if one == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return one

    with pytest.raises(HostError, match="was killed: is there memory enough"):
        workers.each(work, range(8), nothing)
    told: set[t.Any] = set()
    while not pids.empty():
        told.add(pids.get())
    for pid in told:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
