# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How is the same work done on many items at once? By a few processes of a few threads, in the order of the items.

Threads wait for servers together, but take turns to work; processes use the other processors as well. They are forks,
so that what the work knows needs no copy. Where forks are not safe, which is everywhere but on Linux
(https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods), threads do it alone.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ..errors import CoreError, HostError

A = t.TypeVar("A")
B = t.TypeVar("B")

AT_ONCE: t.Final = 8
PROCESSES: t.Final = 4 if sys.platform == "linux" else 1

_Outcome = tuple[list[B], "Exception | None"]  # what was done until the first failure, and that


def each(work: t.Callable[[A], B], items: t.Sequence[A], begin: t.Callable[[], None]) -> list[B]:
    """Do the work on each; the first that fails, in their order, is raised.

    A process calls `begin` before its work, to let go of what cannot be shared: connections and locks. What the work
    gives, and what it raises of `CoreError`, has to be picklable.
    """
    count = min(PROCESSES, len(items))
    if count < 2:
        return _whole([_done(work, items, AT_ONCE)], len(items))
    workers = [_Worker(work, items[number::count], begin) for number in range(count)]
    try:
        outcomes = [worker.outcome() for worker in workers]
    finally:
        for worker in workers:
            worker.end()
    return _whole(outcomes, len(items))


def _whole(outcomes: t.Sequence[_Outcome[B]], count: int) -> list[B]:
    """Put the shares together again."""
    failures = {
        number + len(done) * len(outcomes): exc for number, (done, exc) in enumerate(outcomes) if exc is not None
    }
    if failures:
        raise failures[min(failures)]
    return [outcomes[number % len(outcomes)][0][number // len(outcomes)] for number in range(count)]


def _done(work: t.Callable[[A], B], items: t.Sequence[A], at_once: int) -> _Outcome[B]:
    done: list[B] = []
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for one in pool.map(work, items):
                done.append(one)  # noqa: PERF402 - what was done before a failure counts
        except CoreError as exc:
            return done, exc
        except Exception:  # noqa: BLE001 - a fault of ours, which has to be told where it can be mended
            return done, RuntimeError(traceback.format_exc())
    return done, None


class _Worker:
    """Be a process that does its share, and tells what became of it."""

    def __init__(self, work: t.Callable[[A], B], items: t.Sequence[A], begin: t.Callable[[], None]) -> None:
        read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(read)
                begin()
                _tell(write, _done(work, items, AT_ONCE // PROCESSES))
            finally:
                os._exit(0)  # what the parent began is the parent's to finish
        os.close(write)
        self._answer = os.fdopen(read, "rb")

    def outcome(self) -> _Outcome[t.Any]:
        try:
            found: _Outcome[t.Any] = pickle.load(self._answer)  # noqa: S301 - our own process wrote it
        except (EOFError, pickle.UnpicklingError):
            raise HostError("a process that looks into artifacts was killed: is there memory enough?") from None
        return found

    def end(self) -> None:
        self._answer.close()
        os.waitpid(self._pid, 0)


def _tell(write: int, outcome: _Outcome[t.Any]) -> None:
    with os.fdopen(write, "wb") as answer:
        answer.write(pickle.dumps(outcome))  # all of it or nothing
