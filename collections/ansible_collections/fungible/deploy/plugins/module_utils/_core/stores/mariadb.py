# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""A MariaDB database on this host, and the one user of it, with no more rights than an application needs."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

from .. import identity, journal
from ..errors import HostError, StoreError
from ..manifest.schema import Choice, Field, Text
from ..plan import Plan, Step

if t.TYPE_CHECKING:
    from ..context import Context
    from ..host.protocol import Host
    from .protocol import Binding

SOCKET: t.Final = "/run/mysqld/mysqld.sock"
NAME: t.Final = Text(r"[A-Za-z0-9_]{1,64}", "must be 1 to 64 letters, digits and _")
RIGHTS: t.Final = (
    "ALTER",
    "CREATE",
    "CREATE TEMPORARY TABLES",
    "DELETE",
    "DROP",
    "INDEX",
    "INSERT",
    "LOCK TABLES",
    "REFERENCES",
    "SELECT",
    "UPDATE",
)


@dataclass(frozen=True)
class MariaDB:
    """Be a MariaDB store."""

    kind: t.ClassVar[str] = "mariadb"
    fields: t.ClassVar = {
        "kind": Field(Choice(("mariadb",)), "a MariaDB database"),
        "database": Field(NAME, "the database's name"),
        "user": Field(NAME, "the user that the application logs in as"),
        "password": Field(Text(secret=True), "that user's password, from a vault"),
    }
    mount: t.ClassVar[str] = ""

    name: str
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def account(self) -> str:
        return f"'{self.user}'@'localhost'"

    def observe(self, host: Host, ctx: Context) -> t.Mapping[str, str]:
        """Read catalogue tables as MariaDB's administrator, over its socket."""
        rows = ask(
            host,
            f"""
            SELECT 'database', schema_name FROM information_schema.schemata WHERE schema_name = '{self.database}';
            SELECT 'account', Priv FROM mysql.global_priv WHERE User = '{self.user}' AND Host = 'localhost';
            SELECT 'right', table_schema, privilege_type FROM information_schema.schema_privileges
              WHERE grantee = '{_quote(self.account)}'
              AND table_schema IN ('{_quote(self._pattern)}', '{self.database}') ORDER BY privilege_type;
            """,  # noqa: S608 - names are checked by the manifest's schema
        )
        found: dict[str, list[list[str]]] = {"database": [], "account": [], "right": []}
        for kind, *rest in rows:
            found[kind].append(rest)
        facts = {}
        if found["database"]:
            facts["database"] = self.database
        if found["account"]:
            facts["user"] = self.account
            facts["password"] = "as declared" if self._hash in _hashes(found["account"][0][0]) else "another"
        for name, rights in (("rights", self._rights(found["right"])), ("wider rights", self._wider(found["right"]))):
            if rights:
                facts[name] = ", ".join(rights)
        return facts

    def _rights(self, rows: list[list[str]]) -> list[str]:
        return [right for schema, right in rows if schema == self._pattern]

    def _wider(self, rows: list[list[str]]) -> list[str]:
        """Tell rights that were granted without the escape: they hold for every database whose name looks alike."""
        return [right for schema, right in rows if schema != self._pattern]

    def has_data(self, seen: t.Mapping[str, str]) -> bool:
        return "database" in seen

    def declared(self, ctx: Context) -> t.Mapping[str, str]:
        return {
            "database": self.database,
            "user": self.account,
            "password": "as declared",
            "rights": ", ".join(RIGHTS),
        }

    def present(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        wanted, steps = self.declared(ctx), []
        if "database" not in seen:
            sql = f"CREATE DATABASE IF NOT EXISTS `{self.database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            steps.append(Step("create", f"store {self.name} (MariaDB database {self.database})", _doing(sql)))
        if "user" not in seen:
            sql = f"CREATE USER IF NOT EXISTS {self.account} IDENTIFIED BY '{_quote(self.password)}'"
            steps.append(Step("create", f"user {self.account} of store {self.name}", _doing(sql)))
        elif seen["password"] != wanted["password"]:
            what = f"the password of {self.account} of store {self.name}"
            steps.append(Step("set", what, partial(self._set_password, ctx)))
        if seen.get("rights") != wanted["rights"] or "wider rights" in seen:
            steps.append(Step("grant", f"{self.account} the rights on store {self.name}", self._grant(seen)))
        return Plan(tuple(steps))

    def _grant(self, seen: t.Mapping[str, str]) -> t.Callable[[Host], None]:
        on = f"`{self._pattern}`.*"
        sql = [f"GRANT {', '.join(RIGHTS)} ON {on} TO {self.account}"]
        beyond = [right for right in seen.get("rights", "").split(", ") if right and right not in RIGHTS]
        if beyond:
            sql.append(f"REVOKE {', '.join(beyond)} ON {on} FROM {self.account}")
        if "wider rights" in seen:
            sql.append(f"REVOKE ALL PRIVILEGES ON `{self.database}`.* FROM {self.account}")
        return _doing("; ".join(sql))

    @property
    def _pattern(self) -> str:
        """Escape what GRANT takes for wildcards: https://mariadb.com/kb/en/grant/#database-privileges."""
        return self.database.replace("_", r"\_")

    @property
    def _hash(self) -> str:
        """Make what the server keeps of the password: https://mariadb.com/kb/en/password/."""
        inner = hashlib.sha1(self.password.encode(), usedforsecurity=False).digest()
        return f"*{hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()}"

    def _set_password(self, ctx: Context, host: Host) -> None:
        """Set the password; where another instance is live, what it logs in with stays valid until the cutover."""
        live = journal.read(host, ctx.places).live
        former = [] if live in ("", identity.instance_id(ctx.site)) else self._known_hashes(host)
        _do(self._identified([self._hash, *former]), host)

    def settle(self, host: Host, ctx: Context) -> None:
        """End the password before, once no instance needs it."""
        known = self._known_hashes(host)
        if len(known) > 1 and self._hash in known:
            _do(self._identified([self._hash]), host)

    def _known_hashes(self, host: Host) -> list[str]:
        sql = f"SELECT Priv FROM mysql.global_priv WHERE User = '{self.user}' AND Host = 'localhost';"  # noqa: S608 - checked
        rows = ask(host, sql)
        return _hashes(rows[0][0]) if rows else []

    def _identified(self, hashes: list[str]) -> str:
        ways = " OR ".join(f"mysql_native_password USING '{one}'" for one in hashes)
        return f"ALTER USER {self.account} IDENTIFIED VIA {ways}"

    def detached(self, ctx: Context, seen: t.Mapping[str, str]) -> Plan:
        if "user" not in seen:
            return Plan()
        what = f"store {self.name} (user {self.account}; the database {self.database} stays)"
        return Plan((Step("detach", what, _doing(f"DROP USER IF EXISTS {self.account}")),))

    def delete(self, host: Host, ctx: Context) -> None:
        _do(f"DROP DATABASE IF EXISTS `{self.database}`; DROP USER IF EXISTS {self.account}", host)

    def back_up(self, host: Host, ctx: Context, path: str) -> str:
        """Dump the database in one transaction; the dump counts once its end and every table are in it."""
        dump = f"{path}.sql"
        argv = ("mariadb-dump", "--single-transaction", "--routines", "--triggers", "--events", "--hex-blob")
        host.dump_command((*argv, self.database), dump).require(f"store {self.name}: cannot be dumped", StoreError)
        tables = ask(
            host,
            "SELECT COUNT(*) FROM information_schema.tables "  # noqa: S608 - the name is checked by the schema
            f"WHERE table_schema = '{self.database}' AND table_type = 'BASE TABLE';",
        )[0][0]
        written = host.ask(("grep", "--count", "--text", "^CREATE TABLE", dump)).out.strip()
        end = host.ask(("tail", "--lines", "1", dump)).out
        if written != tables or not end.startswith("-- Dump completed"):
            raise StoreError(f"{dump}: the backup is not whole ({written} of {tables} tables): see to the disk's space")
        return dump

    def location(self, ctx: Context) -> str:
        return SOCKET

    def binding(self, ctx: Context) -> Binding | None:
        return None

    def environment(self, ctx: Context) -> t.Mapping[str, str]:
        name = "DATABASE_URL" if self.name == "db" else f"{self.name.upper()}_URL"
        login = f"{self.user}:{quote(self.password, safe='')}"
        return {name: f"mysql://{login}@localhost/{self.database}?unix_socket={SOCKET}"}


def _doing(sql: str) -> t.Callable[[Host], None]:
    return partial(_do, sql)


def _do(sql: str, host: Host) -> None:
    """Send statements on standard input, where no process list shows them; errors are told without the statement."""
    done = host.run(_CLIENT, stdin=sql)
    if done.code:
        raise StoreError(f"MariaDB: {_reason(done.err)}")


def ask(host: Host, sql: str) -> list[list[str]]:
    """Ask as MariaDB's administrator, over its socket."""
    try:
        done = host.ask(_CLIENT, stdin=sql)
    except HostError as exc:
        raise HostError("MariaDB's client is not on this host: apt install mariadb-server") from exc
    if done.code:
        raise StoreError(f"MariaDB: {_reason(done.err)}")
    return [line.split("\t") for line in done.out.splitlines()]


_CLIENT: t.Final = ("mariadb", "--batch", "--skip-column-names", "--raw")


def _hashes(priv: str) -> list[str]:
    """Read the passwords that a user may log in with; an empty alternative stands for the outer values."""
    outer = json.loads(priv)
    ways = [way or outer for way in outer.get("auth_or", [outer])]
    return [way["authentication_string"] for way in ways if way.get("plugin") == "mysql_native_password"]


def _reason(err: str) -> str:
    """Keep the server's number and reason, but no part of a statement, which may hold a password."""
    lines = err.strip().splitlines() or ["no reason given"]
    first = next((line for line in lines if line.startswith("ERROR ")), lines[0])
    if "(2002)" in first or "2002" in first.split(":")[0]:
        return "the server does not answer on its socket: start it (systemctl start mariadb)"
    if "(28000)" in first:
        return f"{first}: run as root (become: true), and let root in by its socket, as Debian does"
    return first.split(" near ")[0]


def _quote(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")
