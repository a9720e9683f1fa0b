# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where does the demo keep things: all below .demo/ of the checkout, for one demo at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import re
import shutil
import signal
import socket
import tempfile
import typing as t
from pathlib import Path

from . import places, show
from .demo_processes import MARK, end_all, found
from .errors import ToolError

HERE = places.CHECKOUT / ".demo"
CACHE = HERE / "cache"  # stays from one demo to the next
FLEET = ("etc", "run", "srv", "var", "ansible", "log", "tmp")  # goes before the next one, as do the files beside it

# What supervisord makes of its socket's path for a moment, with a process number of up to seven digits.
LONGEST = "run/fungible-supervisor/supervisor.sock.1234567"
PATH_MOST = 107  # sun_path in unix(7), less its end
SOUND = re.compile(r"[A-Za-z0-9/._+@=-]+")  # what needs no quotes in any of the configuration files below
ADMINISTRATORS = "/usr/local/sbin:/usr/sbin:/sbin"  # not every user has these on PATH


@contextlib.contextmanager
def fresh(cache: Path) -> t.Iterator[None]:
    """Give a folder without a fleet for as long as the block takes, and leave nothing running."""
    _require_usable()
    HERE.mkdir(exist_ok=True)
    with (HERE / "lock").open("a+", encoding="utf-8") as lock:
        _take(lock)
        _keep_everything_below(cache)
        if end_all(HERE):
            show.note("An earlier demo was killed; what it left running has been ended.")
        _clear()
        try:
            yield
        finally:
            with _uninterrupted():
                _end()


def _end() -> None:
    """End everything, also where nobody reads what is said about it, as in `./dev demo | head`."""
    if found(HERE):
        with contextlib.suppress(BrokenPipeError):
            show.section("Stop what was started")
        end_all(HERE)
        show.note(f"Nothing of it runs any more. Everything lies below {shown(HERE)}/, which can be deleted.")


def shown(path: Path) -> str:
    """Write a path as seen from the checkout."""
    return str(path.relative_to(places.CHECKOUT)) if places.CHECKOUT in path.parents else str(path)


def free_ports(count: int) -> int:
    """Find so many free ports of the loopback address in a row, and return the first.

    They are none of those that the kernel gives to outgoing connections, of which load makes many.
    """
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split())
    choice = [port for port in range(8000, 65000) if port + count <= first or port > last]
    choice = choice or list(range(8000, 65000))
    random.shuffle(choice)
    return next(port for port in choice if all(_is_free(port + number) for number in range(count)))


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _require_usable() -> None:
    if not Path("/proc/self/environ").exists():
        raise ToolError("the demo runs on Linux, and nowhere else")
    checkout = str(places.CHECKOUT)
    most = PATH_MOST - len(os.fsencode(f"/{HERE.name}/{LONGEST}"))
    if len(os.fsencode(checkout)) > most:
        raise ToolError(
            f"the path of this checkout is too long for the demo, which keeps sockets below it: "
            f"it has {len(os.fsencode(checkout))} bytes, and may have {most}: {checkout}"
        )
    if not SOUND.fullmatch(checkout):
        odd = SOUND.sub("", checkout)[0]
        raise ToolError(f"the demo's configuration files cannot hold the {odd!r} in this checkout's path: {checkout}")
    if HERE.is_symlink() or not os.access(HERE if HERE.exists() else places.CHECKOUT, os.W_OK | os.X_OK):
        raise ToolError(f"{HERE}: must be a folder that you may write to; remove it, or run as its owner")


def _take(lock: t.TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip()
        raise ToolError(f"another demo runs in this checkout (process {owner}); it ends with Ctrl-C") from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def _keep_everything_below(cache: Path) -> None:
    """Tell every program that the demo starts where its caches and temporary files belong, and whose it is."""
    theirs = places.cache() / "artifacts"
    for name in [name for name in os.environ if name.startswith("ANSIBLE_")]:
        del os.environ[name]
    os.environ.update(
        {
            MARK: str(HERE),
            "XDG_CACHE_HOME": str(cache),
            "NPM_CONFIG_CACHE": str(cache / "npm"),
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            "TMPDIR": str(HERE / "tmp"),
            "PATH": f"{os.environ.get('PATH', os.defpath)}:{ADMINISTRATORS}",
        }
    )
    tempfile.tempdir = None
    _borrow(theirs, places.folder("artifacts"))


def _borrow(theirs: Path, ours: Path) -> None:
    """Link what `./dev test` has fetched before; artifacts are replaced, never written into, and always verified."""
    for name in ("wordpress-6.*.zip", "sqlite-*.zip"):
        for path in theirs.glob(name):
            with contextlib.suppress(OSError):  # there already; or on another file system, and then it will be fetched
                os.link(path, ours / path.name)


def _clear() -> None:
    for path in HERE.iterdir():
        if path.name in FLEET and path.is_dir() and not path.is_symlink():
            _make_removable(path)
            shutil.rmtree(path)
    for name in ("log", "tmp"):
        (HERE / name).mkdir()


def _make_removable(top: Path) -> None:
    for folder, names, _ in os.walk(top):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink() and not os.access(path, os.W_OK | os.X_OK):
                path.chmod(0o700)


@contextlib.contextmanager
def _uninterrupted() -> t.Iterator[None]:
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
