# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the demo keep to its own folder, and say so where it cannot?"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from fungible_dev import demo_places, places
from fungible_dev.demo_places import free_ports, fresh
from fungible_dev.demo_processes import MARK, end_all, found, prefer
from fungible_dev.errors import ToolError

SLEEPS = "import sys, time; print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Path]:
    """Put a checkout where its path is short."""
    with tempfile.TemporaryDirectory(prefix="fg-", dir="/tmp") as name:
        use(Path(name), monkeypatch)
        monkeypatch.setattr(tempfile, "tempdir", None)
        for variable in list(os.environ):
            monkeypatch.setenv(variable, os.environ[variable])  # so that all of them are put back
        for variable in (MARK, "XDG_CACHE_HOME", "TMPDIR", "NPM_CONFIG_CACHE", "NPM_CONFIG_UPDATE_NOTIFIER"):
            monkeypatch.setenv(variable, str(Path(name, "theirs")))
        yield Path(name)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "CHECKOUT", folder)
    monkeypatch.setattr(demo_places, "HERE", folder / ".demo")


def begin(folder: Path) -> None:
    with fresh(folder / ".demo/cache"):
        pass


@contextlib.contextmanager
def sleeper(**environment: str) -> t.Iterator[subprocess.Popen[str]]:
    """Start a process that sleeps, and end it with the test, whatever comes of that."""
    env = {**os.environ, **environment}
    with subprocess.Popen([sys.executable, "-c", SLEEPS], env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_what_an_earlier_demo_left_goes_and_what_is_the_users_stays(checkout: Path) -> None:
    demo = checkout / ".demo"
    for name in ("srv/fungible/blog/releases/1/locked/a.php", "cache/fungible/artifacts/x.zip", "notes/mine.txt"):
        (demo / name).parent.mkdir(parents=True)
        (demo / name).touch()
    (demo / "srv/fungible/blog/releases/1/locked").chmod(0o500)
    begin(checkout)
    assert not (demo / "srv").exists()
    assert (demo / "cache/fungible/artifacts/x.zip").exists()
    assert (demo / "notes/mine.txt").exists()


def test_caches_and_temporary_files_lie_below_the_demos_folder(checkout: Path) -> None:
    with fresh(checkout / ".demo/cache"):
        assert places.cache() == checkout / ".demo/cache/fungible"
        assert Path(tempfile.mkdtemp()).parent == checkout / ".demo/tmp"
        assert os.environ["NPM_CONFIG_CACHE"] == str(checkout / ".demo/cache/npm")


def test_ansibles_settings_of_the_user_do_not_count(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")
    with fresh(checkout / ".demo/cache"):
        assert "ANSIBLE_STDOUT_CALLBACK" not in os.environ


def test_artifacts_that_were_fetched_before_are_not_fetched_again(checkout: Path) -> None:
    theirs = checkout / "theirs/fungible/artifacts"
    theirs.mkdir(parents=True)
    (theirs / "wordpress-6.4.5.zip").write_text("fetched")
    begin(checkout)
    assert (checkout / ".demo/cache/fungible/artifacts/wordpress-6.4.5.zip").read_text() == "fetched"


def test_a_path_too_long_for_sockets_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = checkout / ("x" * (53 - len(f"{checkout}/")))
    longest.mkdir()
    use(longest, monkeypatch)
    begin(longest)
    longer = longest.with_name(f"{longest.name}x")
    longer.mkdir()
    use(longer, monkeypatch)
    with pytest.raises(ToolError, match=re.escape(f"it has 54 bytes, and may have 53: {longer}")):
        begin(longer)
    assert not (longer / ".demo").exists()


def test_a_path_that_configuration_files_cannot_hold_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = checkout / "my code"
    odd.mkdir()
    use(odd, monkeypatch)
    with pytest.raises(ToolError, match="cannot hold the ' '"):
        begin(odd)


def test_a_folder_that_leads_elsewhere_is_not_cleared(checkout: Path) -> None:
    (checkout / "elsewhere/srv").mkdir(parents=True)
    (checkout / ".demo").symlink_to(checkout / "elsewhere")
    with pytest.raises(ToolError, match="must be a folder"):
        begin(checkout)
    assert (checkout / "elsewhere/srv").exists()


def test_of_two_demos_the_second_is_refused_and_ends_nothing(checkout: Path) -> None:
    with fresh(checkout / ".demo/cache"), sleeper() as process:
        with pytest.raises(ToolError, match=f"another demo runs in this checkout \\(process {os.getpid()}\\)"):
            begin(checkout)
        assert process.poll() is None


def test_what_a_demo_started_ends_with_it_and_nothing_else(checkout: Path) -> None:
    with sleeper(**{MARK: str(checkout / "another")}) as others, contextlib.ExitStack() as stack:
        with fresh(checkout / ".demo/cache"):
            own = stack.enter_context(sleeper())
            assert [one.pid for one in found(checkout / ".demo")] == [own.pid]
        assert own.wait(10) != 0
        assert others.poll() is None


def test_what_ignores_that_it_shall_end_is_killed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(checkout))
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert end_all(checkout, patience=0.2) == 1
    assert process.returncode == -9


def test_ports_are_free_and_none_that_outgoing_connections_get() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    port = free_ports(2)
    assert not {port, port + 1} & set(range(first, last + 1))
    for number in (port, port + 1):
        with socket.create_server(("127.0.0.1", number)):
            pass


def test_a_site_goes_first_where_that_may_be_asked_for(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, str(checkout))
    with sleeper() as process:
        may = prefer(checkout, 5)
        priority = os.getpriority(os.PRIO_PROCESS, process.pid)
    assert priority == (-5 if may else 0)
    assert may or os.geteuid() != 0
