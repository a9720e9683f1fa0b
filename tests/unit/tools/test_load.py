# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the load tell the truth about what visitors get."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import typing as t

import pytest

from fungible_dev import places
from fungible_dev.errors import ToolError
from fungible_dev.load import Aim, Load, Report, Request, measure_capacity

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Fungible-Release: one\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Fungible-Release: two\r\n\r\n2\r\nok\r\n0\r\n\r\n"


class Site:
    """A site that says what a script of the test says, on a port of its own."""

    def __init__(self, reply: t.Callable[[int, str], bytes | None]) -> None:
        self.reply, self.count = reply, 0
        self.seen: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            for number in range(10_000):
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    piece = connection.recv(4096)
                    if not piece:
                        return
                    head += piece
                self.count += 1
                self.seen.append(head.decode())
                said = self.reply(number, head.decode())
                if said is None:
                    return
                connection.sendall(said)
                if b"connection: close" in head.lower() or b"\r\nBroken: yes" in said:
                    return


@pytest.fixture
def site() -> t.Iterator[t.Callable[..., Site]]:
    sites: list[Site] = []

    def make(reply: t.Callable[[int, str], bytes | None]) -> Site:
        sites.append(Site(reply))
        return sites[-1]

    yield make
    for each in sites:
        each.listener.close()


def run(url: str, **more: t.Any) -> Report:
    return Load.start(Aim(url, **{"rate": 40, "seconds": 0.5, "timeout": 0.4, **more})).wait()


def test_every_request_is_answered_half_of_them_on_new_connections(site: t.Callable[..., Site]) -> None:
    report = run(site(lambda number, head: WHOLE).url, seconds=2, connections=4)
    assert (report.total, report.failed, report.releases) == (80, 0, {"one": 80})
    assert report.on(reused=True).total == 40 - 4
    assert report.percentile(50) is not None
    assert report.last_start_from("one") == max(request.begun for request in report.requests if not request.reused)
    assert report.last_start_from("another") is None


def test_host_headers_and_paths_are_as_asked(site: t.Callable[..., Site]) -> None:
    here = site(lambda number, head: CHUNKED)
    report = run(here.url, paths=("/a", "/b"), host="site.example", headers={"Cookie": "x=1"}, connections=2)
    assert report.releases == {"two": 20}
    assert {head.split()[1] for head in here.seen} == {"/a", "/b"}
    assert all("Host: site.example\r\n" in head and "Cookie: x=1\r\n" in head for head in here.seen)
    assert {report.on(path=path, reused=True).total > 0 for path in ("/a", "/b")} == {True}


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (WHOLE.replace(b"200", b"502"), "status 502"),
        (WHOLE.replace(b"Content-Length: 2", b"Broken: yes\r\nContent-Length: 3"), "truncated"),
        (CHUNKED[:-5].replace(b"X-", b"Broken: yes\r\nX-"), "truncated"),
        (b"HTTP/1.1 200 OK\r\nBroken: yes", "truncated"),
        (b"SSH-2.0-not-a-site\r\n\r\n", "malformed"),
        (None, "reset"),
    ],
)
def test_each_fault_is_counted_by_its_name(site: t.Callable[..., Site], reply: bytes | None, failure: str) -> None:
    report = run(site(lambda number, head: reply).url, rate=20)
    assert (report.failed, report.failures) == (10, {failure: 10})
    assert report.percentile(99) is None


def test_answer_that_does_not_come_in_time_is_a_timeout(site: t.Callable[..., Site]) -> None:
    report = run(site(lambda number, head: time.sleep(1)).url, rate=20, timeout=0.2)
    assert report.failures == {"timeout": 10}
    assert all(0.15 < request.latency < 0.6 for request in report.requests)


def test_nobody_listening_is_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert run(f"http://127.0.0.1:{port}", rate=20).failures == {"refused": 10}


def test_reset_of_a_reused_connection_is_not_tried_again(site: t.Callable[..., Site]) -> None:
    here = site(lambda number, head: WHOLE if number == 0 else None)
    report = run(here.url, connections=1)
    assert report.failures == {"reset": 5}  # of ten on kept connections, every other one finds the connection used
    assert here.count == report.total == 20
    assert all(request.reused for request in report.requests if request.failure)


def test_connection_that_ended_while_idle_costs_no_request(site: t.Callable[..., Site]) -> None:
    broken = WHOLE.replace(b"X-", b"Broken: yes\r\nX-")
    report = run(site(lambda number, head: broken).url, connections=1)
    assert (report.total, report.failed, report.on(reused=True).total) == (20, 0, 0)
    assert report.closed_idle > 0


def test_a_stall_is_felt_by_everybody_who_was_due(site: t.Callable[..., Site]) -> None:
    began = time.monotonic()

    def stalled(number: int, head: str) -> bytes:
        time.sleep(max(0.0, began + 0.9 - time.monotonic()))
        return WHOLE

    report = run(site(stalled).url, rate=50, seconds=1, timeout=5)
    slow = [request for request in report.requests if request.latency > 0.1]
    assert report.failed == 0
    assert len(slow) > 15  # a load that waits for answers would have felt it once a connection
    assert report.lag(99) < 0.25


def test_windows_are_of_the_clock_that_all_processes_share(site: t.Callable[..., Site]) -> None:
    load = Load.start(Aim(site(lambda number, head: WHOLE).url, rate=50, seconds=30))
    time.sleep(0.4)
    middle = time.monotonic()
    time.sleep(0.4)
    report = load.stop()
    before, after = report.between(until=middle), report.between(since=middle)
    assert before.total > 10
    assert after.total > 10
    assert before.total + after.total == report.total < 100
    assert abs(report.wall(middle) - time.time()) < 5
    assert load.stop() is report
    assert not load.is_running


def test_load_ends_when_its_parent_dies(site: t.Callable[..., Site]) -> None:
    here = site(lambda number, head: WHOLE)
    program = (
        "import time; from fungible_dev.load import Aim, Load\n"
        f"load = Load.start(Aim({here.url!r}, rate=50, seconds=60))\n"
        "print(load._process.pid, flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(places.TOOLS)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and is_alive(worker):
        time.sleep(0.05)
    assert not is_alive(worker)


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as handle:
            return handle.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_capacity_is_about_what_a_site_can_serve(site: t.Callable[..., Site]) -> None:
    one_at_a_time = threading.Lock()

    def slowly(number: int, head: str) -> bytes:
        with one_at_a_time:
            time.sleep(0.01)
        return WHOLE

    assert 50 < measure_capacity(Aim(site(slowly).url), 0.8) < 110


def test_capacity_of_a_broken_site_is_an_error(site: t.Callable[..., Site]) -> None:
    with pytest.raises(ToolError, match="fails before it is loaded"):
        measure_capacity(Aim(site(lambda number, head: None).url), 0.2)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1",
        "http://10.0.0.1:80",
        "http://8.8.8.8",
        "http://example.com",
        "https://127.0.0.1",
        "http://[::]",
    ],
)
def test_load_goes_to_this_machine_and_nowhere_else(url: str) -> None:
    with pytest.raises(ToolError, match=r"^load: "):
        Aim(url)


def test_test_hosts_have_to_be_named_and_private() -> None:
    assert Aim("http://10.89.0.5", test_networks=("10.89.0.0/24",)).address() == ("10.89.0.5", 80)
    with pytest.raises(ToolError, match="nothing is sent"):
        Aim("http://10.90.0.5", test_networks=("10.89.0.0/24",))
    with pytest.raises(ToolError, match="nothing is sent"):
        Aim("http://8.8.8.8", test_networks=("8.8.8.0/24",))


@pytest.mark.parametrize(
    "more", [{"rate": 1e6}, {"seconds": 1e6}, {"seconds": 0}, {"rate": -1}, {"paths": ()}, {"host": "a\r\nb: c"}]
)
def test_load_without_bound_or_sense_is_refused(more: dict[str, t.Any]) -> None:
    with pytest.raises(ToolError, match=r"^load: "):
        Aim("http://127.0.0.1", **more)


def test_percentiles_are_of_requests_that_happened() -> None:
    requests = tuple(
        Request(float(n), n + 0.5, n + n / 10, 200, "r", "/", False, "" if n != 10 else "reset") for n in range(1, 11)
    )
    report = Report(requests)
    assert report.percentile(50) == pytest.approx(0.5)
    assert report.percentile(100) == pytest.approx(0.9)
    assert report.percentile(100, since=2, until=4) == pytest.approx(0.3)
    assert report.percentile(50, since=99) is None
    assert (report.failed, report.lag(50)) == (1, 0.5)
