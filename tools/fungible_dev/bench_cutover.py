# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a visitor notice of a cutover: ten switches there and back, under steady load."""

from __future__ import annotations

import socket
import time
import typing as t

from . import artifacts, bench_site
from .bench_figure import Figure
from .core import cutover
from .load import Aim, Load, Report, measure_capacity

SWITCHES = 20
SHARE = 0.6  # of what the site can serve
QUIET = 3.0  # seconds before a deploy, in which nothing but visitors is at work
PATHS = ("/", "/?feed=rss2", "/wp-login.php", "/wp-includes/js/jquery/jquery.min.js")
SLOTS = "ab"


def figures() -> t.Iterator[Figure]:
    """Measure switches between WordPress 6.4 and 6.5."""
    listen = f"127.0.0.1:{_free_port()}"
    plugins = {"sqlite-database-integration": artifacts.sqlite_integration()}
    versions = [
        bench_site.wordpress_manifest(artifacts.wordpress(version), plugins, listen=listen)
        for version in ("6.4.5", "6.5.5")
    ]
    with bench_site.site() as site:
        for manifest in versions:
            site.prepare("bench", manifest)
            site.start("bench", manifest)
            site.switch("bench", manifest)
        aim = Aim(
            f"http://{listen}",
            paths=PATHS,
            host=listen.replace("127.0.0.1", "localhost"),
            release_header="X-Fungible-Slot",
        )
        begins, switches, report = _switch_under_load(site, versions, aim)
    yield from _judge(begins, switches, report)


def _switch_under_load(
    site: bench_site.BenchSite, versions: list[dict[str, t.Any]], aim: Aim
) -> tuple[list[float], list[float], Report]:
    """Switch there and back; tell when each deploy began, when each switch was decided, and what visitors saw."""
    rate = SHARE * measure_capacity(aim)
    site.host.switched.clear()
    begins = []
    with Load.start(aim.at(rate, SWITCHES * 15)) as load:
        for number in range(SWITCHES):
            time.sleep(QUIET)
            begins.append(time.monotonic())
            manifest = versions[number % 2]
            site.start("bench", manifest)
            site.switch("bench", manifest)
        time.sleep(1)
        report = load.stop()
    return begins, list(site.host.switched), report


def _judge(begins: list[float], switches: list[float], report: Report) -> t.Iterator[Figure]:
    pages = [path for path in PATHS if not path.endswith(".js")]
    during = _pooled(report, pages, [(at, at + 1) for at in switches])
    stopping = _pooled(report, pages, [(at + cutover.QUIET, at + cutover.QUIET + 1) for at in switches])
    before = _pooled(report, pages, [(at - QUIET, at) for at in begins])
    more = {
        "requests": {"total": report.total, "failed": report.failed},
        "cutovers": [
            {
                "ms": _late(report, number, at) * 1000,
                "p99_before": _pooled(report, pages, [(begin - QUIET, begin)]) * 1000,
                "p99_during": _pooled(report, pages, [(at, at + 1)]) * 1000,
            }
            for number, (begin, at) in enumerate(zip(begins, switches))
        ],
    }
    what = f"requests failed of {report.total:,}, {SWITCHES} cutovers"
    yield Figure("cutover_failed", what, "", report.failed, 0, "requests", more=more)
    what = "p99 of pages in the first second after a cutover"
    yield Figure("cutover_p99", what, "the same before it", during, 1.2, baseline=before)
    what = "p99 of pages in the next second, in which the old instance is stopped"
    yield Figure("cutover_stop_p99", what, "the same before it", stopping, None, baseline=before)
    worst = max(_late(report, number, at) for number, at in enumerate(switches))
    what = "last page of the old release on a new connection"
    yield Figure("cutover_last", what, "", worst * 1000, 50, "ms after the decision")


def _late(report: Report, number: int, switched: float) -> float:
    """Tell how long after a switch a new connection still got the old release."""
    old = SLOTS[(number + 1) % 2]
    last = report.between(switched - 1, switched + QUIET).last_start_from(old)
    return max((last or switched) - switched, 0)


def _pooled(report: Report, pages: list[str], windows: list[tuple[float, float]]) -> float:
    """Tell the 99th percentile over several windows together."""
    latencies = sorted(
        request.latency
        for since, until in windows
        for path in pages
        for request in report.between(since, until).on(path=path).requests
    )
    return latencies[int(len(latencies) * 0.99)] if latencies else 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
