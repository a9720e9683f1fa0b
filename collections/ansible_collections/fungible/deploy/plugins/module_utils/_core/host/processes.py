# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Programs, users and databases of this machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import sqlite3
import subprocess
import typing as t

from ..errors import HostError, StoreError
from .files import Files, _group, _user, told
from .protocol import Done

PATH: t.Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Processes(Files):
    """Be the part of a host that runs programs."""

    def whoami(self) -> str:
        return _user(os.getuid())

    def has_user(self, name: str) -> bool:
        try:
            pwd.getpwnam(name)
        except KeyError:
            return False
        return True

    def group_of(self, user: str) -> str:
        """Tell a user's own group; one that is still to be made gets a group of its name."""
        try:
            return _group(pwd.getpwnam(user).pw_gid)
        except KeyError:
            return user

    def has_systemd(self) -> bool:
        return os.path.isdir("/run/systemd/system")  # what sd_booted(3) asks

    def which(self, names: t.Sequence[str]) -> str | None:
        path = f"{os.environ.get('PATH', '')}:{PATH}"
        return next((found for name in names if (found := shutil.which(name, path=path))), None)

    def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        """Run a command that changes nothing."""
        return self._execute(argv, stdin, env)

    def run(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        """Run a command that changes something."""
        self.gate(argv[0])
        return self._execute(argv, stdin, env)

    def spawn(self, argv: t.Sequence[str]) -> None:
        """Start a program that puts itself into the background."""
        self.gate(argv[0])
        null = subprocess.DEVNULL
        with _running(argv, stdin=null, stdout=null, stderr=null, start_new_session=True) as process:
            code = process.wait()
        if code:
            raise HostError(f"{argv[0]}: ended with status {code} at its start")

    @staticmethod
    def _execute(argv: t.Sequence[str], stdin: str, env: t.Mapping[str, str] | None) -> Done:
        pipe = subprocess.PIPE
        with _running(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(env)) as process:
            out, err = process.communicate(stdin.encode("utf-8", "surrogateescape"))
        return Done(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def query(self, database: str, sql: str) -> list[tuple[t.Any, ...]]:
        """Ask an SQLite file, without the right to change it."""
        try:
            connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
            try:
                return connection.execute(sql).fetchall()
            finally:
                connection.close()
        except sqlite3.Error as exc:
            raise StoreError(f"{database}: {exc}") from exc

    def copy_database(self, source: str, path: str) -> None:
        """Copy an SQLite file as one transaction sees it, to a file that only its owner can read."""
        self.gate(path)
        try:
            with told(path):
                os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            old, new = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=10), sqlite3.connect(path)
            try:
                old.backup(new)
            finally:
                new.close()
                old.close()
        except sqlite3.Error as exc:
            raise StoreError(f"{source}: cannot be backed up to {path}: {exc}") from exc

    def dump_command(self, argv: t.Sequence[str], path: str, env: t.Mapping[str, str] | None = None) -> Done:
        """Run a command whose output becomes a file that only its owner can read."""
        self.gate(path)
        with told(path):
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with told(path), open(descriptor, "wb") as file:
            with _running(argv, stdout=file, stderr=subprocess.PIPE, env=_environment(env)) as process:
                err = process.communicate()[1]
            os.fsync(descriptor)
        return Done(process.returncode, "", err.decode("utf-8", "replace"))

    def archive(self, tree: str, path: str) -> None:
        """Pack a directory into a compressed tar file that only its owner can read."""
        self.dump_command(("tar", "--create", "--gzip", "--directory", tree, "."), path).require(
            f"{tree}: cannot be packed"
        )


@contextlib.contextmanager
def _running(argv: t.Sequence[str], **options: t.Any) -> t.Iterator[subprocess.Popen[bytes]]:
    """Start a program, or tell why it cannot be."""
    try:
        # Under Salt there is no AnsibleModule, and so no run_command.
        process = subprocess.Popen(argv, **options)  # pylint: disable=ansible-bad-function
    except FileNotFoundError as exc:
        raise HostError(f"{argv[0]}: is not installed on this host") from exc
    except OSError as exc:
        raise HostError(f"{argv[0]}: cannot be run: {exc.strerror or exc}") from exc
    with process:
        yield process


def _environment(extra: t.Mapping[str, str] | None) -> dict[str, str]:
    """Tell a command's environment: messages in English, and the system's own folders on its path."""
    return {**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{os.environ.get('PATH', '')}:{PATH}", **(extra or {})}
