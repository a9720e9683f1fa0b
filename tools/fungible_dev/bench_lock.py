# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does it cost to resolve a catalogue, beside the bare requests; and to order a chain, as it grows?"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import multiprocessing
import random
import tempfile
import typing as t
import zipfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from .bench_figure import Figure, best, best_by_turns
from .core import LocalDesk, expansion
from .core import resolve as resolve_with
from .directory_server import Directory, serving

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

EXTENSIONS: t.Final = 200
FILES: t.Final = 20
FILE_BYTES: t.Final = 8192
AT_ONCE: t.Final = 8
LENGTHS: t.Final = (100, 1_000, 10_000)


def resolving() -> t.Iterator[Figure]:
    """Measure the resolving of a catalogue, cold, against a bare client that asks the same server for the same."""
    names = [f"extension-{number}" for number in range(EXTENSIONS)]
    with _server(names) as url, tempfile.TemporaryDirectory() as folder:
        shared = {"extensions": {name: {"version": ">=1", "source": {"directory": url}} for name in names}}
        paths = [path for name in names for path in _paths(name)]
        caches = iter(range(1_000))

        def resolve() -> None:
            desk = LocalDesk(f"{folder}/{next(caches)}", str)
            found = resolve_with({}, shared, None, desk=desk)
            if len(found.lock.entries) != EXTENSIONS:
                raise RuntimeError(f"{len(found.lock.entries)} of {EXTENSIONS} extensions were resolved")

        value, baseline = best_by_turns(resolve, lambda: _ask(url, paths))
    what = f"resolving {EXTENSIONS} catalogue entries, local server, cold"
    yield Figure(
        "resolve", what, f"the same {len(paths)} requests by a bare client, 8 at a time", value, 1.5, baseline=baseline
    )


def ordering() -> t.Iterator[Figure]:
    """Measure how the time for an order grows with the chain: ten times the extensions, about ten times the time."""
    times = {length: best(_chain(length)) for length in LENGTHS}
    per_extension = {length: took / length for length, took in times.items()}
    yield Figure("order", "an order of 1,000 extensions", "", times[1_000], None)
    what, against = "an extension's share in an order of 10,000", "its share in one of 100"
    yield Figure("order-growth", what, against, per_extension[10_000], 2, baseline=per_extension[100])


def _chain(length: int) -> t.Callable[[], object]:
    """Make a chain in which each extension demands some that come later in the list."""
    chance = random.Random(length)  # noqa: S311 - the same chain each time
    names = [f"extension-{number}" for number in range(length)]
    source = {"url": "https://a.example/a.zip", "sha256": "0" * 64}
    shared: dict[str, t.Any] = {"extensions": {}, "chains": {"all": {"use": names}}}
    for place, name in enumerate(names):
        later = names[place + 1 : place + 50]
        after = chance.sample(later, min(2, len(later)))
        shared["extensions"][name] = {"version": "1", "source": source, "after": after}
    manifest = {"plugins": {"chains": ["all"]}}
    return lambda: expansion.expand("bench", manifest, shared)


def _ask(url: str, paths: t.Sequence[str]) -> None:
    """Ask for all, on as many connections as are asked at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda some: _ask_some(url, some), [paths[number::AT_ONCE] for number in range(AT_ONCE)]))


def _ask_some(url: str, paths: t.Sequence[str]) -> None:
    with contextlib.closing(http.client.HTTPConnection(urlsplit(url).netloc)) as connection:
        for path in paths:
            connection.request("GET", path)
            connection.getresponse().read()


def _paths(name: str) -> t.Iterator[str]:
    yield f"/plugins/info/1.2/?action=plugin_information&request%5Bslug%5D={name}&request%5Bfields%5D%5Bversions%5D=1"
    yield f"/plugin/{name}.1.0.zip"
    yield f"/plugin-checksums/{name}/1.0.json"


@contextlib.contextmanager
def _server(names: t.Sequence[str]) -> t.Iterator[str]:
    """Serve from a process of its own, as a directory elsewhere would."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(names, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("enough")
        process.join()


def _serve(names: t.Sequence[str], line: Connection) -> None:
    directory = Directory()
    with serving(directory) as url:
        for name in names:
            directory.release(name, "1.0", _archive(name))
        line.send(url)
        line.recv()


def _archive(name: str) -> bytes:
    chance = random.Random(name)  # noqa: S311 - the same bytes each time
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        opened.writestr(f"{name}/{name}.php", f"<?php\n/*\n * Plugin Name: {name}\n * Version: 1.0\n */\n")
        for number in range(FILES):
            opened.writestr(f"{name}/includes/{number}.php", json.dumps(chance.choices(range(1000), k=FILE_BYTES // 5)))
    return kept.getvalue()
