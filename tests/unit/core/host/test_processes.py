# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs are run as argument lists, and what they say becomes one line where they fail."""

from __future__ import annotations

import os
import sqlite3
import sys
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done

if t.TYPE_CHECKING:
    from pathlib import Path

HOST: t.Final = LocalHost()
PYTHON: t.Final = sys.executable


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (Done(1, "", "why\n"), "backup: why"),
        (Done(1, "on stdout\n", ""), "backup: on stdout"),
        (Done(7, " \n", "\n"), "backup: exit status 7"),
        (Done(1, "out", "one\n two \nthree\nfour\n"), "backup: two / three / four"),
    ],
)
def test_a_failure_is_told_by_the_last_that_was_said(done: Done, words: str) -> None:
    with pytest.raises(HostError) as caught:
        done.require("backup")
    assert str(caught.value) == words


def test_a_failure_is_of_the_class_that_is_asked_for() -> None:
    with pytest.raises(StoreError):
        Done(1, "", "x").require("backup", StoreError)


def test_a_success_gives_its_output() -> None:
    assert Done(0, "out", "a warning").require("backup") == "out"


@pytest.mark.parametrize("word", ["a b", "$HOME", "'", '"', ";id", "*", "grüße", "--x"])
def test_words_arrive_as_they_are(word: str) -> None:
    code = "import sys; sys.stdout.write(repr(sys.argv[1]) + sys.stdin.read())"
    assert HOST.run((PYTHON, "-c", code, word), stdin=" ü").out == f"{word!r} ü"


def test_what_is_said_may_be_any_bytes() -> None:
    done = HOST.ask((PYTHON, "-c", "import os; os.write(1, b'\\xff'); os.write(2, b'\\xfe'); raise SystemExit(3)"))
    assert (done.code, done.out, done.err) == (3, "\ufffd", "\ufffd")


def test_messages_are_in_one_language_and_the_systems_folders_are_on_the_path() -> None:
    code = "import os; print(os.environ['LC_ALL'], os.environ['X'], os.environ['PATH'])"
    words = HOST.ask((PYTHON, "-c", code), env={"X": "1"}).out.split()
    assert words[:2] == ["C.UTF-8", "1"]
    assert {"/usr/sbin", "/sbin"} <= set(words[2].split(":"))


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"^no-such-program: is not installed on this host$"):
        HOST.run(("no-such-program",))
    with pytest.raises(HostError, match=r"^no-such-program: is not installed on this host$"):
        HOST.spawn(("no-such-program",))
    with pytest.raises(HostError, match=r"^no-such-program: is not installed on this host$"):
        HOST.dump_command(("no-such-program",), f"{tmp_path}/dump")
    with pytest.raises(HostError, match=f"^{tmp_path}: cannot be run: Permission denied$"):
        HOST.run((str(tmp_path),))


def test_the_best_program_that_is_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("php-fpm8.1", "php-fpm7.4"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert HOST.which(("php-fpm-none", "php-fpm8.1", "php-fpm7.4")) == f"{tmp_path}/php-fpm8.1"
    assert HOST.which(("php-fpm-none",)) is None


def test_a_program_that_fails_at_its_start_is_told() -> None:
    with pytest.raises(HostError, match="ended with status 1 at its start"):
        HOST.spawn(("false",))
    HOST.spawn(("true",))


def test_users_are_known_by_their_names() -> None:
    assert HOST.has_user(HOST.whoami())
    assert not HOST.has_user("no-such-user")


# databases and dumps


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = f"{tmp_path}/database.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE notes (text); INSERT INTO notes VALUES ('kept');")
    connection.close()
    return path


def test_a_question_to_a_database_cannot_change_it(database: str) -> None:
    assert HOST.query(database, "SELECT text FROM notes") == [("kept",)]
    with pytest.raises(StoreError, match="readonly"):
        HOST.query(database, "DELETE FROM notes")
    with pytest.raises(StoreError, match="unable to open"):
        HOST.query(f"{database}.none", "SELECT 1")
    assert not os.path.exists(f"{database}.none")


def test_a_copy_is_what_one_transaction_sees(database: str, tmp_path: Path) -> None:
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO notes VALUES ('half done')")
    HOST.copy_database(database, f"{tmp_path}/backups/copy.sqlite")
    writer.execute("COMMIT")
    writer.close()
    assert HOST.query(f"{tmp_path}/backups/copy.sqlite", "SELECT text FROM notes") == [("kept",)]


def test_a_database_that_cannot_be_copied_is_told(tmp_path: Path) -> None:
    (tmp_path / "junk").write_text("this is no database" * 100)
    with pytest.raises(StoreError, match=r"junk: cannot be backed up to .*/copy: "):
        HOST.copy_database(f"{tmp_path}/junk", f"{tmp_path}/copy")


def test_a_dump_is_for_its_owner_alone(tmp_path: Path) -> None:
    done = HOST.dump_command((PYTHON, "-c", "import sys; print('rows'); sys.exit('and a warning')"), f"{tmp_path}/d/x")
    assert (done.code, done.out, done.err) == (1, "", "and a warning\n")
    assert (tmp_path / "d/x").read_text() == "rows\n"
    assert (tmp_path / "d/x").stat().st_mode & 0o777 == 0o600


def test_a_packed_directory_is_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "up/ü").mkdir(parents=True)
    (tmp_path / "up/ü/photo 1.jpg").write_text("a photo")
    HOST.archive(f"{tmp_path}/up", f"{tmp_path}/up.tar.gz")
    compare = ("tar", "--compare", "--gzip", "--file", f"{tmp_path}/up.tar.gz", "--directory", f"{tmp_path}/up")
    assert HOST.ask(compare).code == 0
    (tmp_path / "up/ü/photo 1.jpg").write_text("another")
    assert HOST.ask(compare).code != 0
    with pytest.raises(HostError, match="cannot be packed"):
        HOST.archive(f"{tmp_path}/none", f"{tmp_path}/none.tar.gz")
