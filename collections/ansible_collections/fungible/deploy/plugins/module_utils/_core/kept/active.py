# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which plugins does its database switch on, of a WordPress that people kept by hand? Asked, never changed.

The site's own user may have made what bears its tables' names. A view of MariaDB would do what its maker says with the
rights of who asks, so tables are read by HANDLER, which refuses views: https://mariadb.com/kb/en/handler-commands/. A
socket that the site names is not gone to, since a server may ask its client for files.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from posixpath import dirname, join

from ..errors import CoreError, HostError, StoreError
from ..kinds.wordpress import active as wordpress_active
from ..kinds.wordpress import config as wordpress_config
from ..kinds.wordpress.contents import CONTENT, PLUGINS
from ..manifest.model import ExtensionKind
from ..stores import mariadb
from .whereabouts import config_of

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..kinds.protocol import Found
    from ..kinds.wordpress.config import Config

UNKNOWN: t.Final = "unknown"
DROP_IN: t.Final = f"{CONTENT}/db.php"
SQLITE: t.Final = f"{CONTENT}/database/.ht.sqlite"
SQLITE_MARK: t.Final = "SQLITE_DB_DROPIN_VERSION"  # https://wordpress.org/plugins/sqlite-database-integration/
ROLLBACK: t.Final = "\x01\x01"  # versions in a file without WAL, which reading would write: sqlite.org/fileformat.html
NETWORKS: t.Final = 64
LOCALHOST: t.Final = re.compile(rf"localhost(:[0-9]+|:(/var)?{re.escape(mariadb.SOCKET)})?")
LOOPBACK: t.Final = re.compile(r"127\.0\.0\.1(?::([0-9]+))?")


@dataclass(frozen=True)
class Active:
    """Be the folders and files of plugins that are on, and why it is not known of the others."""

    on: frozenset[str] = frozenset()
    why: str = ""

    def of(self, one: Found) -> bool | str:
        """Tell whether WordPress would load it; of a theme, and of a folder that needs a loader, that is not known."""
        if one.kind == ExtensionKind.PLUGIN.value:
            return one.path[len(PLUGINS) + 1 :] in self.on or (UNKNOWN if self.why else False)
        return UNKNOWN if one.kind == ExtensionKind.THEME.value or not one.path.endswith(".php") else True


@dataclass(frozen=True)
class Table:
    """Be a table that holds a list of plugins: its columns, and which of its four the key is; the value is the next."""

    name: str
    key: str
    value: str
    place: int
    setting: str


OPTIONS: t.Final = Table("options", "option_name", "option_value", 1, "active_plugins")
NETWORK: t.Final = Table("sitemeta", "meta_key", "meta_value", 2, "active_sitewide_plugins")


def observe(host: Host, path: str) -> Active:
    """Ask the database that wp-config.php names; where that cannot be told soundly, say why."""
    try:
        said = _config(host, path)
        ask = _sqlite if _is_sqlite(host, path) else _mariadb
        lists = ask(host, path, said, OPTIONS)
        if not lists:
            raise StoreError("its database has no list of plugins")
        found = wordpress_active.files(lists[0])
        for one in ask(host, path, said, NETWORK) if said.network else ():
            found += wordpress_active.files(one, are_keys=True)
    except CoreError as exc:
        return Active(why=str(exc))
    why = "other sites of its network may have them on" if said.network else ""
    return Active(frozenset(one.partition("/")[0] for one in found), why)


def _config(host: Host, path: str) -> Config:
    return wordpress_config.config(_text(host, config_of(host, path)))


def _text(host: Host, path: str) -> str:
    seen = host.stat(path)
    if not seen or seen.kind != "f" or seen.size > wordpress_config.MOST:
        raise HostError(f"{path} is not there, or no plain file of a fair size")
    return host.read(path) or ""


def _is_sqlite(host: Host, path: str) -> bool:
    if not host.stat(join(path, DROP_IN)):
        return False
    if SQLITE_MARK not in _text(host, join(path, DROP_IN)):
        raise HostError(f"{DROP_IN} decides which database is asked")
    return True


def _sqlite(host: Host, path: str, said: Config, table: Table) -> list[str]:
    """Ask the file of WordPress's SQLite drop-in, if that is a table and not what somebody wants to be computed."""
    file, name = join(path, SQLITE), f"{said.prefix}{table.name}"
    folder, seen = host.stat(dirname(file)), host.stat(file)
    if not (folder and folder.kind == "d" and seen and seen.kind == "f"):
        raise StoreError(f"{SQLITE} is not there, or no plain file")
    if not host.ask(("head", "--bytes", "20", file)).out.endswith(ROLLBACK):
        raise StoreError(f"{SQLITE} cannot be read without writing beside it")
    made = host.query(file, f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{name}'")  # noqa: S608 - checked
    if not made or not str(made[0][0]).startswith("CREATE TABLE "):
        raise StoreError(f"its database has no table {name}")
    rows = host.query(
        file,
        f"SELECT {table.value} FROM {name} WHERE {table.key} = '{table.setting}' "  # noqa: S608 - the prefix is checked
        f"AND length({table.value}) <= {wordpress_active.MOST} LIMIT {NETWORKS}",
    )
    return [str(row[0]) for row in rows]


def _mariadb(host: Host, path: str, said: Config, table: Table) -> list[str]:
    """Ask this host's server, as its administrator, if it is the one that the site asks."""
    loopback = LOOPBACK.fullmatch(said.host)
    if not loopback and not LOCALHOST.fullmatch(said.host):
        raise StoreError(f"its database is on another host, or behind another socket ({said.host})")
    port, *rows = mariadb.ask(
        host,
        f"""
        SELECT IF(@@skip_networking, 0, @@port);
        HANDLER `{said.database}`.`{said.prefix}{table.name}` OPEN AS kept;
        HANDLER kept READ {table.key} = ('{table.setting}') LIMIT {NETWORKS};
        HANDLER kept CLOSE;
        """,
    )
    if loopback and port != [loopback[1] or "3306"]:
        raise StoreError(f"this host's MariaDB is not what answers at {said.host}")
    if any(len(row) != 4 for row in rows):
        raise StoreError("its list of plugins is none that WordPress writes")
    return [row[table.place + 1] for row in rows if row[table.place] == table.setting]
