# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A database gets one user with few rights, and its password is in no argument, step, fact or message."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, StoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done
from ansible_collections.fungible.deploy.plugins.module_utils._core.journal import Journal
from ansible_collections.fungible.deploy.plugins.module_utils._core.store import plan_absent, plan_present
from ansible_collections.fungible.deploy.plugins.module_utils._core.stores.mariadb import RIGHTS, MariaDB

PASSWORD: t.Final = 'it\'s $ecret\\ "5"'
GRANT: t.Final = f"GRANT {', '.join(RIGHTS)} ON `the\\_blog`.* TO 'blogger'@'localhost'"
CREATE: t.Final = "CREATE DATABASE IF NOT EXISTS `the_blog` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"


def store(password: str = PASSWORD) -> MariaDB:
    return MariaDB(name="db", database="the_blog", user="blogger", password=password)


def present(host: FakeHost, password: str = PASSWORD) -> list[str]:
    """Make the store, and tell what was said to the server."""
    said = len(host.mariadb.statements)
    ctx = context_of(blog({"stores": {"db": {"password": password}}}), host)
    plan_present(host, ctx, "db").apply(host)
    assert not plan_present(host, ctx, "db")
    return host.mariadb.statements[said:]


def test_a_new_store_is_three_statements() -> None:
    assert present(FakeHost()) == [
        CREATE,
        "CREATE USER IF NOT EXISTS 'blogger'@'localhost' IDENTIFIED BY 'it''s $ecret\\\\ \"5\"'",
        GRANT,
    ]


def test_rights_are_those_that_an_application_needs() -> None:
    assert not {"GRANT OPTION", "SUPER", "FILE", "TRIGGER", "EXECUTE", "EVENT", "ALL PRIVILEGES"} & set(RIGHTS)
    assert list(RIGHTS) == sorted(RIGHTS)


def serving_host() -> FakeHost:
    """Make a host where an instance of another configuration is live."""
    host = FakeHost()
    journal.write(host, context_of(blog(), host).places, Journal(live="6.0-0123456789ab.01234567"))
    return host


def test_a_rotated_password_leaves_the_one_before_valid_until_the_cutover() -> None:
    host = serving_host()
    present(host)
    before = list(host.mariadb.accounts["blogger"])
    [said] = present(host, "rotated")
    assert said.startswith("ALTER USER 'blogger'@'localhost' IDENTIFIED VIA mysql_native_password USING '*")
    assert "rotated" not in said
    after = list(host.mariadb.accounts["blogger"])
    assert (len(after), after[1:]) == (2, before)
    store("rotated").settle(host, context_of(blog(), host))
    assert host.mariadb.accounts["blogger"] == after[:1]
    said_then = len(host.mariadb.statements)
    store("rotated").settle(host, context_of(blog(), host))
    assert len(host.mariadb.statements) == said_then, "one password needs no settling"


def test_a_third_password_leaves_the_first_valid_too_until_the_cutover() -> None:
    host = serving_host()
    present(host)
    [first] = host.mariadb.accounts["blogger"]
    present(host, "second")
    present(host, "third")
    assert first in host.mariadb.accounts["blogger"]
    store("third").settle(host, context_of(blog(), host))
    assert len(host.mariadb.accounts["blogger"]) == 1


def test_a_password_that_was_changed_behind_us_lets_nobody_in_any_more() -> None:
    host = FakeHost()
    present(host)
    before = list(host.mariadb.accounts["blogger"])
    present(host, "somebody else's")
    present(host)
    assert host.mariadb.accounts["blogger"] == before


def test_settling_ends_nothing_while_the_declared_password_does_not_let_in() -> None:
    host = serving_host()
    present(host)
    present(host, "second")
    store("unknown").settle(host, context_of(blog(), host))
    assert len(host.mariadb.accounts["blogger"]) == 2


def test_rights_too_many_are_revoked_and_too_few_are_granted() -> None:
    host = FakeHost()
    present(host)
    host.mariadb.rights["blogger", "the\\_blog"] ^= {"TRIGGER", "EXECUTE", "INSERT"}
    assert present(host) == [f"{GRANT}; REVOKE EXECUTE, TRIGGER ON `the\\_blog`.* FROM 'blogger'@'localhost'"]


def test_rights_that_were_granted_by_hand_for_every_name_that_looks_alike_are_taken_away() -> None:
    host = FakeHost()
    present(host)
    host.mariadb.rights["blogger", "the_blog"] = {"ALTER", "DELETE HISTORY", "SELECT"}
    assert present(host) == [f"{GRANT}; REVOKE ALL PRIVILEGES ON `the_blog`.* FROM 'blogger'@'localhost'"]


def test_another_database_whose_name_only_looks_alike_is_not_granted() -> None:
    host = FakeHost()
    present(host)
    assert {pattern for _user, pattern in host.mariadb.rights} == {"the\\_blog"}


def test_detaching_drops_the_user_and_a_purge_the_database() -> None:
    host = FakeHost()
    present(host)
    ctx = context_of(blog({"stores": {"db": {"password": PASSWORD}}}), host)
    plan_absent(host, ctx, "db").apply(host)
    assert host.mariadb.statements[-1] == "DROP USER IF EXISTS 'blogger'@'localhost'"
    assert "the_blog" in host.mariadb.databases
    plan_absent(host, ctx, "db", "db").apply(host)
    assert (
        host.mariadb.statements[-1] == "DROP DATABASE IF EXISTS `the_blog`; DROP USER IF EXISTS 'blogger'@'localhost'"
    )


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
def test_any_password_is_set_as_it_is_and_told_nowhere(password: str) -> None:
    secret = f"S-{password}-S"
    host = FakeHost()
    ctx = context_of(blog({"stores": {"db": {"password": secret}}}), host)
    plan = plan_present(host, ctx, "db")
    plan.apply(host)
    assert store(secret).observe(host, ctx) == store(secret).declared(ctx)
    assert secret not in repr([plan, dict(plan.before), dict(plan.after), [str(step) for step in plan.steps]])
    assert secret not in repr([host.commands, host.changes, store(secret), ctx])


# what the server refuses


class Refusing(FakeHost):
    """Be a host whose server answers every question with an error."""

    def __init__(self, err: str) -> None:
        super().__init__()
        self.err = err

    def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        if self.err:
            return Done(1, "", self.err)
        raise HostError("mariadb: is not installed on this host")


@pytest.mark.parametrize(
    ("err", "line"),
    [
        (
            "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)",
            "MariaDB: the server does not answer on its socket: start it (systemctl start mariadb)",
        ),
        (
            "ERROR 1698 (28000): Access denied for user 'me'@'localhost'\nmore",
            (
                "MariaDB: ERROR 1698 (28000): Access denied for user 'me'@'localhost': "
                "run as root (become: true), and let root in by its socket, as Debian does"
            ),
        ),
        (
            f"ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check near '{PASSWORD}' at line 1",
            "MariaDB: ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check",
        ),
        (" \n", "MariaDB: no reason given"),
        ("", "MariaDB's client is not on this host: apt install mariadb-server"),
    ],
)
def test_what_the_server_refuses_is_told_without_the_statement(err: str, line: str) -> None:
    host = Refusing(err)
    with pytest.raises((StoreError, HostError)) as caught:
        store().observe(host, context_of(blog(), host))
    assert str(caught.value) == line


# backups


def test_a_dump_counts_once_its_end_and_every_table_are_in_it() -> None:
    host = FakeHost()
    present(host)
    host.mariadb.databases["the_blog"] = ["wp_posts", "wp_options"]
    dump = store().back_up(host, context_of(blog(), host), "/backups/x")
    assert dump == "/backups/x.sql"
    [argv] = [command for command in host.commands if command[0] == "mariadb-dump"]
    assert {"--single-transaction", "--routines", "--triggers", "--events"} < set(argv)
    assert argv[-1] == "the_blog"


@pytest.mark.parametrize(("lost", "kept"), [("-- Dump completed", 2), ("CREATE TABLE `wp_posts` (\n);\n", 1)])
def test_a_dump_that_lost_its_end_or_a_table_is_no_backup(lost: str, kept: int) -> None:
    class Losing(FakeHost):
        def dump_command(self, argv: t.Sequence[str], path: str, env: t.Mapping[str, str] | None = None) -> Done:
            done = super().dump_command(argv, path, env)
            self.write(path, self.disk.text(path).replace(lost, ""))
            return done

    host = Losing()
    present(host)
    host.mariadb.databases["the_blog"] = ["wp_posts", "wp_options"]
    with pytest.raises(StoreError) as caught:
        store().back_up(host, context_of(blog(), host), "/backups/x")
    words = f"/backups/x.sql: the backup is not whole ({kept} of 2 tables): see to the disk's space"
    assert str(caught.value) == words


# what the application is told


def test_the_address_of_a_database_says_how_to_log_in() -> None:
    ctx = context_of(blog())
    url = "mysql://blogger:it%27s%20%24ecret%5C%20%225%22@localhost/the_blog?unix_socket=/run/mysqld/mysqld.sock"
    assert store().environment(ctx) == {"DATABASE_URL": url}
    other = MariaDB(name="archive", database="a", user="u", password="p")
    assert list(other.environment(ctx)) == ["ARCHIVE_URL"]
    assert store().binding(ctx) is None
