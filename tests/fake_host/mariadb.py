# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake machine's MariaDB: databases, accounts and rights, and the few statements that the core says."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done

DOWN: t.Final = Done(1, "", "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/x' (2)\n")
NATIVE: t.Final = "mysql_native_password"
ACCOUNT: t.Final = r"'(?P<user>\w+)'@'localhost'"
PASSWORD: t.Final = r"IDENTIFIED BY '(?P<password>(?:[^'\\]|''|\\\\)*)'"
WAY: t.Final = rf"{NATIVE} USING '\*[0-9A-F]{{40}}'"


class MariaDB:
    """Hold what the server knows."""

    def __init__(self) -> None:
        self.databases: dict[str, list[str]] = {}  # name -> tables
        self.accounts: dict[str, list[str]] = {}  # user -> what is kept of the passwords that let it in
        self.rights: dict[tuple[str, str], set[str]] = {}  # user, pattern
        self.rows: dict[str, list[list[str]]] = {}  # of tables that are read by HANDLER, such as `blog`.`wp_options`
        self.port = "3306"
        self.refusal = ""
        self.statements: list[str] = []
        self.up = True
        self.dumps = True

    def ask(self, sql: str) -> Done:
        """Answer the core's questions of the catalogue."""
        if not self.up:
            return DOWN
        if "HANDLER" in sql:
            return self._handler(sql)
        tables = re.search(r"COUNT\(\*\) FROM information_schema.tables WHERE table_schema = '(\w+)'", sql)
        if tables:
            return Done(0, f"{len(self.databases[tables[1]])}\n", "")
        user = re.search(r"User = '(\w+)'", sql)
        if user and "SELECT Priv" in sql:
            return Done(0, f"{self._priv(user[1])}\n" if user[1] in self.accounts else "", "")
        database = re.search(r"schema_name = '(\w+)'", sql)
        patterns = re.search(r"table_schema IN \('(.+?)', '(.+?)'\)", sql)
        assert database, sql
        assert user, sql
        assert patterns, sql
        rows = [["database", database[1]]] if database[1] in self.databases else []
        rows += [["account", self._priv(user[1])]] if user[1] in self.accounts else []
        for pattern in sorted({patterns[1].replace("\\\\", "\\"), patterns[2]}):
            rows += [["right", pattern, one] for one in sorted(self.rights.get((user[1], pattern), ()))]
        return Done(0, "".join("\t".join(row) + "\n" for row in rows), "")

    def _handler(self, sql: str) -> Done:
        """Read a table by one of its keys; the key is the column before the value."""
        opened = re.search(r"HANDLER (`[\w-]+`\.`\w+`) OPEN AS kept;\s+HANDLER kept READ \w+ = \('(\w+)'\)", sql)
        assert opened, sql
        if opened[1] not in self.rows:
            return Done(
                1,
                "",
                f"--------------\nHANDLER {opened[1]}\n--------------\n\nERROR 1146 (42S02) at line 3: no table\n",
            )
        found = [row for row in self.rows[opened[1]] if opened[2].lower() in [one.lower() for one in row]]
        return Done(0, "".join("\t".join(row) + "\n" for row in [[self.port], *found]), "")

    def _priv(self, user: str) -> str:
        """Tell an account as the server keeps it; an empty alternative stands for the outer values."""
        *others, last = [{"plugin": NATIVE, "authentication_string": one} for one in self.accounts[user]]
        return json.dumps({"access": 0, **last, **({"auth_or": [*others, {}]} if others else {})})

    def run(self, sql: str) -> Done:
        """Carry out statements, or refuse them all."""
        if not self.up:
            return DOWN
        self.statements.append(sql)
        if self.refusal:
            return Done(1, "", self.refusal)
        rest = sql
        while rest:
            rest = self._statement(rest).lstrip("; ")
        return Done(0, "", "")

    def _statement(self, sql: str) -> str:
        """Carry out the first statement and give what follows it."""
        for pattern, act in (
            (r"CREATE DATABASE IF NOT EXISTS `(?P<database>\w+)`( \w+)*", self._create_database),
            (rf"(CREATE USER IF NOT EXISTS|ALTER USER) {ACCOUNT} {PASSWORD}", self._set_user),
            (rf"ALTER USER {ACCOUNT} IDENTIFIED VIA (?P<ways>{WAY}( OR {WAY})*)", self._set_ways),
            (rf"GRANT (?P<rights>[A-Z, ]+) ON `(?P<pattern>[^`]+)`\.\* TO {ACCOUNT}", self._grant),
            (rf"REVOKE (?P<rights>[A-Z, ]+) ON `(?P<pattern>[^`]+)`\.\* FROM {ACCOUNT}", self._revoke),
            (r"DROP DATABASE IF EXISTS `(?P<database>\w+)`", self._drop_database),
            (rf"DROP USER IF EXISTS {ACCOUNT}", self._drop_user),
        ):
            match = re.match(pattern, sql)
            if match:
                act(match.groupdict())
                return sql[match.end() :]
        raise AssertionError(sql)

    def _create_database(self, said: dict[str, str]) -> None:
        self.databases.setdefault(said["database"], [])

    def _set_user(self, said: dict[str, str]) -> None:
        password = said["password"].replace("''", "'").replace("\\\\", "\\")
        inner = hashlib.sha1(password.encode()).digest()
        self.accounts[said["user"]] = [f"*{hashlib.sha1(inner).hexdigest().upper()}"]

    def _set_ways(self, said: dict[str, str]) -> None:
        self.accounts[said["user"]] = re.findall(r"'(.+?)'", said["ways"])

    def _grant(self, said: dict[str, str]) -> None:
        self.rights.setdefault((said["user"], said["pattern"]), set()).update(said["rights"].split(", "))

    def _revoke(self, said: dict[str, str]) -> None:
        rights = self.rights[said["user"], said["pattern"]]
        rights -= rights if said["rights"] == "ALL PRIVILEGES" else set(said["rights"].split(", "))

    def _drop_database(self, said: dict[str, str]) -> None:
        self.databases.pop(said["database"], None)

    def _drop_user(self, said: dict[str, str]) -> None:
        self.accounts.pop(said["user"], None)
        self.rights = {key: rights for key, rights in self.rights.items() if key[0] != said["user"]}
