# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write is whole or was never there, a lock names its owner and dies with it, and a refusal is one line."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import BusyError, HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.files import told
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Owner, Stat

if t.TYPE_CHECKING:
    from pathlib import Path

    Write = t.Callable[[LocalHost, Path], None]

HOST: t.Final = LocalHost()


class StoppedError(Exception):
    """The run ends here, as if the machine had."""


class Stopping(LocalHost):
    """Be a host whose run ends at the n-th gate."""

    def __init__(self, at: int) -> None:
        self._left = at

    def gate(self, what: str) -> None:
        if self._left == 0:
            raise StoppedError(what)
        self._left -= 1


def gates_of(write: Write, path: Path) -> int:
    """Count the gates that a write passes."""
    for number in range(20):
        with contextlib.suppress(StoppedError):
            write(Stopping(number), path)
            return number
    raise AssertionError


WRITES: t.Final[dict[str, Write]] = {
    "write": lambda host, path: host.write(str(path), "new" * 1000, 0o640),
    "symlink": lambda host, path: host.symlink("new", str(path)),
}


def content(path: Path) -> str | None:
    if path.is_symlink():
        return os.readlink(path)
    return path.read_text() if path.exists() else None


# writes


@pytest.mark.parametrize("how", WRITES)
@pytest.mark.parametrize("before", ["old", None])
def test_a_write_that_is_cut_off_leaves_what_was_there(how: str, before: str | None, tmp_path: Path) -> None:
    gates = gates_of(WRITES[how], tmp_path / "tried")
    assert gates >= 2, "one before anything, one before the name changes hands"
    for number in range(gates):
        path = tmp_path / str(number)
        if before:
            path.write_text(before)
        with pytest.raises(StoppedError):
            WRITES[how](Stopping(number), path)
        assert content(path) == before


@pytest.mark.parametrize("how", WRITES)
def test_what_a_write_left_when_it_was_cut_off_is_no_hindrance(how: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(StoppedError):
        WRITES[how](Stopping(1), path)
    WRITES[how](HOST, path)
    assert (content(path) or "").startswith("new")
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_has_its_mode_from_the_first_moment(tmp_path: Path) -> None:
    """Until its name is there it is for its owner alone, so a secret is never to be read by others."""
    with pytest.raises(StoppedError):
        Stopping(1).write(str(tmp_path / "secret"), "x", 0o600)
    [spare] = tmp_path.iterdir()
    assert spare.stat().st_mode & 0o777 == 0o600
    HOST.write(str(tmp_path / "open"), "x", 0o664)
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o664


def test_a_write_replaces_a_link_and_does_not_follow_it(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / "link").symlink_to("target")
    HOST.write(str(tmp_path / "link"), "new")
    assert (content(tmp_path / "link"), content(tmp_path / "target")) == ("new", "kept")


def test_a_link_planted_where_the_new_file_is_prepared_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("kept")
    (tmp_path / ".file.new").symlink_to("victim")
    with contextlib.suppress(HostError):
        HOST.write(str(tmp_path / "file"), "new")
    assert content(tmp_path / "victim") == "kept"


@pytest.mark.parametrize("text", ["", "grüße\n", "\r\n\t", "caf\udce9"])
def test_what_is_written_is_read_again_to_the_byte(text: str, tmp_path: Path) -> None:
    HOST.write(str(tmp_path / "a/b/c"), text)
    assert HOST.read(str(tmp_path / "a/b/c")) == text.replace("\r\n", "\n")
    assert (tmp_path / "a/b/c").read_bytes() == text.encode("utf-8", "surrogateescape")


def test_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (f"{tmp_path}/none", f"{tmp_path}/file/below"):
        assert (HOST.read(path), HOST.stat(path), HOST.children(path)) == (None, None, [])


def test_what_is_there_is_told(tmp_path: Path) -> None:
    me = HOST.whoami()
    group = HOST.stat(str(tmp_path))
    assert group
    (tmp_path / "file").write_text("four")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    assert HOST.stat(f"{tmp_path}/file") == Stat("f", 0o640, me, group.group, 4)
    link = HOST.stat(f"{tmp_path}/link")
    assert link
    assert (link.kind, link.target) == ("l", "file")
    assert group.kind == "d"
    assert HOST.children(str(tmp_path)) == ["file", "link"]


def test_a_directory_gets_its_mode_though_its_parents_do_not(tmp_path: Path) -> None:
    HOST.mkdir(f"{tmp_path}/a/b", 0o700)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o755, 0o700]
    HOST.mkdir(f"{tmp_path}/a/b", 0o750, Owner(HOST.whoami(), _my_group(tmp_path)))
    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o750


def _my_group(path: Path) -> str:
    seen = HOST.stat(str(path))
    assert seen
    return seen.group


def test_a_rename_is_one_step_into_folders_that_may_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    HOST.rename(f"{tmp_path}/a", f"{tmp_path}/b/c")
    assert (tmp_path / "b/c").is_dir()
    assert not (tmp_path / "a").exists()


# refusals


@pytest.mark.parametrize(
    "act",
    [
        lambda path: HOST.write(f"{path}/file/below", "x"),
        lambda path: HOST.mkdir(f"{path}/file/below"),
        lambda path: HOST.symlink("x", f"{path}/file/below"),
        lambda path: HOST.rename(f"{path}/none", f"{path}/file2"),
        lambda path: HOST.own(f"{path}/none", 0o600, None),
        lambda path: HOST.read(str(path)),
        lambda path: HOST.damage(f"{path}/none", ""),
        lambda path: HOST.write(f"{path}/{'n' * 300}", "x"),
    ],
)
def test_what_the_system_refuses_is_one_line_with_a_path_and_a_remedy(
    act: t.Callable[[Path], None], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HostError) as caught:
        act(tmp_path)
    assert re.fullmatch(rf"{re.escape(str(tmp_path))}\S*: [^:]+: \S.*", str(caught.value))


# locks


HOLD: t.Final = f"""
import sys
from {LocalHost.__module__} import LocalHost
with LocalHost().lock(sys.argv[1], 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held_elsewhere(path: str) -> t.Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock, until its standard input is closed."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    argv = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield other
        other.stdin.close()


def test_a_lock_that_is_held_names_its_owner_and_since_when(tmp_path: Path) -> None:
    path = f"{tmp_path}/state/lock"
    with held_elsewhere(path) as other, pytest.raises(BusyError) as caught, HOST.lock(path, 0):
        pass
    since = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}"
    who = re.escape(f"{HOST.whoami()} (process {other.pid})")
    expected = rf"{re.escape(path)}: {who} since {since} is at work here; waited 0 s: let it finish and run again"
    assert re.fullmatch(expected, str(caught.value))


def test_a_second_process_waits_until_the_first_has_finished(tmp_path: Path) -> None:
    path = f"{tmp_path}/lock"
    waited: list[str] = []

    class Patient(LocalHost):
        @staticmethod
        def _acquire(file: t.TextIO, path: str, wait: float) -> None:
            waited.append(path)
            assert other.stdin
            other.stdin.close()
            LocalHost._acquire(file, path, wait)

    with held_elsewhere(path) as other, Patient().lock(path, 60):
        assert waited == [path]


def test_a_lock_dies_with_its_owner(tmp_path: Path) -> None:
    path = f"{tmp_path}/lock"
    with held_elsewhere(path) as other:
        other.kill()
        other.wait()
        with HOST.lock(path, 0):
            assert (tmp_path / "lock").read_text().startswith(f"{HOST.whoami()} (process {os.getpid()}) since ")


def test_a_lock_is_free_again_once_its_work_is_done_or_failed(tmp_path: Path) -> None:
    path = f"{tmp_path}/lock"
    with pytest.raises(ZeroDivisionError), HOST.lock(path, 0):
        raise ZeroDivisionError
    with HOST.lock(path, 0), HOST.lock(f"{tmp_path}/another", 0):
        pass


def test_the_person_behind_sudo_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "jo")
    with HOST.lock(f"{tmp_path}/lock", 0):
        assert (tmp_path / "lock").read_text().startswith("jo (process ")


@pytest.mark.parametrize(
    ("who", "what"), [(1000, "run as root (become: true)"), (0, "not even root may: see its attr")]
)
@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM])
def test_who_may_not_write_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, code: int, who: int, what: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: who)
    with pytest.raises(HostError, match=rf"^/srv/x: .*: {re.escape(what)}"), told("/srv/x"):
        raise OSError(code, os.strerror(code), "/srv/x")
