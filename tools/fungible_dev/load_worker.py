# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is load sent: the process that does it, beside what is measured.

It ends when its time is over, when its standard input closes (the parent's way of saying stop, and what the parent's
death does), or by an alarm.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import time
import typing as t
from collections import deque
from pathlib import Path

from .load_aim import MAX_REQUESTS, Aim
from .load_http import Connection, Failure, MalformedError, TruncatedError

MAX_UNDER_WAY = 400  # below the usual limit of 1,024 open files, with the site's own on the same machine
FAILURES = list(Failure)

Row = list[t.Any]  # the columns are in load_report.py


class Worker:
    """Send requests and note what became of each."""

    def __init__(self, aim: Aim) -> None:
        self.aim, self.address = aim, aim.address()
        self.requests = {(path, keep): aim.request(path, keep=keep) for path in aim.paths for keep in (True, False)}
        self.header = aim.release_header.lower()
        self.releases: dict[str, int] = {}
        self.rows: list[Row] = []
        self.idle: deque[Connection] = deque()
        self.kept = self.under_way = self.closed_idle = 0
        self.stopping = asyncio.Event()
        self.fault: BaseException | None = None

    async def open_loop(self, rate: float) -> None:
        """Send at the rate, whether or not answers come."""
        begin, tasks = time.monotonic(), set()
        for number in range(int(rate * self.aim.seconds)):
            scheduled = begin + number / rate
            await self._sleep_until(scheduled)
            if self.stopping.is_set():
                break
            task = asyncio.create_task(self.send(number, scheduled))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            task.add_done_callback(self._note_fault)
        if tasks:
            await asyncio.wait(tasks, timeout=self.aim.timeout + 1)
        if self.fault:
            raise self.fault

    async def closed_loop(self) -> None:
        """Send the next request of each when its last is answered."""
        end = time.monotonic() + self.aim.seconds

        async def repeat(number: int) -> None:
            while time.monotonic() < end and not self.stopping.is_set() and len(self.rows) < MAX_REQUESTS:
                await self.send(number, time.monotonic())
                number += 2  # stay with the same kind of connection, go on to the next path

        await asyncio.gather(*(repeat(number) for number in range(self.aim.connections)))

    async def send(self, number: int, scheduled: float) -> None:
        """Send one request, every other one on a connection that is kept."""
        keep = number % 2 == 1
        path = (number // 2) % len(self.aim.paths)
        begun = time.monotonic()
        status, release, reused, failure = 0, "", False, Failure.NOT_SENT
        if self.under_way < MAX_UNDER_WAY:
            self.under_way += 1
            status, release, reused, failure = await self._outcome(self.aim.paths[path], keep)
            self.under_way -= 1
        known = self.releases.setdefault(release, len(self.releases))
        done = time.monotonic()
        self.rows.append([scheduled, begun, done, status, known, path, int(reused), FAILURES.index(failure)])

    def result(self, clock: tuple[float, float]) -> dict[str, t.Any]:
        """Return everything as JSON can hold it; times are rounded to microseconds."""
        rows = [[round(value, 6) if isinstance(value, float) else value for value in row] for row in self.rows]
        return {
            "aim": self.aim.to_dict(),
            "clock": clock,
            "releases": list(self.releases),
            "failures": [failure.value for failure in FAILURES],
            "closed_idle": self.closed_idle,
            "rows": rows,
        }

    async def _outcome(self, path: str, keep: bool) -> tuple[int, str, bool, Failure]:
        connection = self._take() if keep else None
        reused = connection is not None
        answer = None
        try:
            deadline = time.monotonic() + self.aim.timeout
            if connection is None:
                connection = await asyncio.wait_for(Connection.open(self.address), self.aim.timeout)
                self.kept += keep
            left = max(deadline - time.monotonic(), 0)
            answer = await asyncio.wait_for(connection.ask(self.requests[path, keep]), left)
            failure = Failure.NONE if answer.status == self.aim.expect else Failure.STATUS
        except (asyncio.TimeoutError, TimeoutError):
            failure = Failure.TIMEOUT
        except ConnectionRefusedError:
            failure = Failure.REFUSED
        except OSError:
            failure = Failure.RESET
        except TruncatedError:
            failure = Failure.TRUNCATED
        except MalformedError:
            failure = Failure.MALFORMED
        if connection is not None:
            self._give_back(connection, keep=keep, good=answer is not None and answer.keeps)
        if answer is None:
            return 0, "", reused, failure
        return answer.status, answer.headers.get(self.header, ""), reused, failure

    def _take(self) -> Connection | None:
        """Return the connection that has been idle for longest; one that the site ended meanwhile is no fault."""
        for connection in [each for each in self.idle if not each.is_usable]:
            self.idle.remove(connection)
            connection.close()
            self.kept -= 1
            self.closed_idle += 1
        if self.kept < self.aim.connections or not self.idle:
            return None
        return self.idle.popleft()

    def _give_back(self, connection: Connection, *, keep: bool, good: bool) -> None:
        if keep and good and self.kept <= self.aim.connections:
            self.idle.append(connection)
            return
        connection.close()
        self.kept -= keep

    def _note_fault(self, task: asyncio.Task[None]) -> None:
        """Stop at an error of our own; what is wrong with the site is no exception here."""
        if not task.cancelled() and task.exception():
            self.fault = task.exception()
            self.stopping.set()

    async def _sleep_until(self, moment: float) -> None:
        wait = moment - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)


async def work(aim: Aim, output: Path) -> None:
    """Send the load and write what became of it."""
    worker = Worker(aim)
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _stop_at_end_of_input, worker)
    clock = (time.monotonic(), time.time())
    print("ready", flush=True)
    await (worker.open_loop(aim.rate) if aim.rate else worker.closed_loop())
    fresh = output.with_name(f".{output.name}.new")
    fresh.write_text(json.dumps(worker.result(clock), separators=(",", ":")), encoding="utf-8")
    fresh.replace(output)


def _stop_at_end_of_input(worker: Worker) -> None:
    if not os.read(sys.stdin.fileno(), 100):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        worker.stopping.set()


def main() -> None:
    """Take the aim and where to write from the arguments."""
    aim = Aim.from_dict(json.loads(sys.argv[1]))
    signal.alarm(int(aim.seconds + aim.timeout) + 30)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    gc.disable()  # its pauses would be measured as the site's; the run is bounded
    asyncio.run(work(aim, Path(sys.argv[2])))


if __name__ == "__main__":
    main()
