# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""WordPress: php-fpm and nginx of its own for each release, its plugin chain as code, its own upgrade routine."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t

from ...errors import ArtifactError, ManifestError
from ...manifest.model import ExtensionKind
from ...manifest.schema import Field, MapOf, Record, Scalar, Text, nearest
from ..procfile import ENV
from ..protocol import Address, Migration, Process, Trees
from . import demands, php
from .contents import CHAIN, CONTENT, DROP_INS, contents
from .routines import ROUTINE
from .server import FPM_NAMES, fpm, nginx, php_options

if t.TYPE_CHECKING:
    from ...manifest.model import Extension, Site
    from ..protocol import Contents, Folder, Routine, View

MARKS: t.Final = ("wp-includes/version.php", "wp-settings.php", "wp-admin/includes/upgrade.php")
SQLITE_PLUGIN: t.Final = "sqlite-database-integration"
FOLDERS: t.Final = {
    ExtensionKind.PLUGIN: "wp-content/plugins",
    ExtensionKind.MU_PLUGIN: "wp-content/mu-plugins",
    ExtensionKind.THEME: demands.THEMES,
}
MAINS: t.Final = (ExtensionKind.PLUGIN, ExtensionKind.MU_PLUGIN)
# What WordPress asks for before it loads a drop-in: https://developer.wordpress.org/reference/functions/_get_dropins/.
ASKED_FOR: t.Final = {"advanced-cache": "WP_CACHE", "sunrise": "SUNRISE"}
DATABASE: t.Final = ("DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "FUNGIBLE_SQLITE")
END: t.Final = "fungible: the migration came to its end"
QUIETLY: t.Final = ("-d", "memory_limit=-1", "-d", "display_errors=0", "-d", "log_errors=0")
LINE: t.Final = Text()
INSTALL: t.Final = Record(
    {
        "title": Field(LINE, "the site's title"),
        "user": Field(LINE, "the first administrator's name"),
        "email": Field(LINE, "the first administrator's address"),
        "password": Field(Text(secret=True), "the first administrator's password, from a vault"),
    }
)


class WordPress:
    """Be the kind `wordpress`."""

    name = "wordpress"
    generation = 2
    used_once: tuple[str, ...] = ("install",)
    uses_port = False
    extends = True
    fields: t.Mapping[str, Field] = {
        "constants": Field(
            MapOf(Text(r"[A-Z][A-Z0-9_]*", "must be a constant's name"), Scalar()),
            "constants of wp-config.php; part of the release, so no secrets",
            {},
        ),
        "table_prefix": Field(Text(r"[A-Za-z0-9_]+", "must be letters, digits and _"), "of the tables", "wp_"),
        "ini": Field(
            MapOf(Text(r"[a-z][a-z0-9_.]*", "must be a PHP setting's name"), Scalar()),
            "PHP settings of the instances",
            {},
        ),
        "install": Field(INSTALL, "what a new site is installed with; without it WordPress asks in the browser", None),
        "env": ENV,
    }

    def check(self, site: Site) -> None:
        database = _database(site)
        if database is None:
            raise ManifestError(
                f"{site.name}.stores.db: is missing: WordPress needs a store named db (mariadb or sqlite)"
            )
        if database.kind not in ("mariadb", "sqlite"):
            raise ManifestError(f"{site.name}.stores.db.kind: WordPress needs mariadb or sqlite, not {database.kind}")
        if database.kind == "sqlite" and not any(one.name == SQLITE_PLUGIN for one in site.plugins):
            raise ManifestError(f"{site.name}.plugins.use: an sqlite store needs the plugin {SQLITE_PLUGIN}: add it")
        _check_mounts(site, [CHAIN, *map(self.place, site.plugins)])
        for one in site.plugins:
            if one.kind is ExtensionKind.DROP_IN:
                _check_drop_in(site, one, database.kind)
            if one.kind is ExtensionKind.THEME and not one.enabled:
                raise ManifestError(
                    f"{site.name}.plugins.use: theme {one.name}: is shown where WordPress's own setting says so, and "
                    "cannot be disabled here: leave it enabled, or say state: absent"
                )

    def identity(self, site: Site) -> t.Mapping[str, t.Any]:
        return {
            "constants": dict(site.app.options["constants"]),
            "table_prefix": site.app.options["table_prefix"],
            "locked": site.locked,
            "database": getattr(_database(site), "kind", ""),
        }

    def programs(self, site: Site) -> t.Mapping[str, tuple[str, ...]]:
        return {"php-fpm": FPM_NAMES, "php": ("php",), "nginx": ("nginx",)}

    def place(self, extension: Extension) -> str:
        if extension.kind is ExtensionKind.DROP_IN:
            return f"{CONTENT}/{extension.name}.php"
        return f"{FOLDERS[extension.kind]}/{extension.name}"

    def check_trees(self, site: Site, application: t.Container[str], trees: Trees) -> None:
        for mark in MARKS:
            if mark not in application:
                raise ArtifactError(f"{site.app.source.name}: is no WordPress: {mark} is not in its top folder")
        demands.require(site, application, trees)

    def php(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        return demands.php(site, trees)

    def contents(self, tree: Folder) -> Contents:
        return contents(tree)

    def generated(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        found = {one.name: demands.main(one, trees[one.name]) for one in site.plugins if one.kind in MAINS}
        mains = {name: path for name, (path, _head) in found.items()}
        enabled = {kind: [one for one in site.plugins if one.enabled and one.kind is kind] for kind in ExtensionKind}
        heads = {one.name: found[one.name][1] for one in enabled[ExtensionKind.PLUGIN]}
        files = {
            "wp-config.php": php.config(_constants(site), site.app.options["table_prefix"], DATABASE),
            CHAIN: php.chain(
                [mains[one.name] for one in enabled[ExtensionKind.PLUGIN]],
                [mains[one.name] for one in enabled[ExtensionKind.MU_PLUGIN]],
                [mains[one.name] for one in enabled[ExtensionKind.PLUGIN] if one.network or heads[one.name].network],
                locked=site.locked,
            ),
        }
        if getattr(_database(site), "kind", "") == "sqlite":
            files["wp-content/db.php"] = php.sqlite(SQLITE_PLUGIN)
        return files

    def environment(self, site: Site, view: View) -> t.Mapping[str, str]:
        return {**_login(site, view), **_keys(site), **site.app.options["env"]}

    def secrets(self, site: Site) -> t.Sequence[str]:
        install = site.app.options["install"] or {}
        return (*_keys(site).values(), *site.app.options["env"].values(), install.get("password", ""))

    def processes(self, site: Site, view: View, read: t.Callable[[str], str]) -> t.Sequence[Process]:
        options = php_options(site.app.options["ini"])
        as_root = ("-R",) if view.user == "root" else ()
        return (
            Process(
                name="php",
                argv=(view.programs["php-fpm"], "-F", *as_root, *options, "-y", f"{view.conf}/php-fpm.conf"),
                files={"php-fpm.conf": fpm(view)},
                notifies=True,
                stop_signal="QUIT",
            ),
            Process(
                name="web",
                argv=(view.programs["nginx"], "-e", "stderr", "-c", f"{view.conf}/nginx.conf", "-g", "daemon off;"),
                files={
                    "nginx.conf": nginx(view, [one.mount for one in site.stores if one.mount], site.app.options["ini"])
                },
                writes_stores=False,
                serves=True,
                network=False,
                stop_signal="QUIT",
            ),
        )

    def address(self, run: str, port: int) -> Address:
        return Address(socket=f"{run}/web/web.sock")

    def migration(self, site: Site, view: View, read: t.Callable[[str], str]) -> Migration:
        install = site.app.options["install"]
        values = {**install, "url": site.public} if install else {}
        env = {
            "FUNGIBLE_MIGRATING": "1",
            "FUNGIBLE_HOST": site.public.partition("://")[2],
            "FUNGIBLE_INSTALL": php.install_values(values),
            "FUNGIBLE_END": END,
        }
        options = php_options(site.app.options["ini"])
        return Migration((view.programs["php"], *options, "-d", "memory_limit=-1"), php.MIGRATION, env, end=END)

    def has_routines(self, extension: Extension) -> bool:
        return extension.kind is ExtensionKind.PLUGIN

    def routine(self, site: Site, view: View, what: Routine) -> Migration:
        env = {
            "FUNGIBLE_MIGRATING": "1",
            "FUNGIBLE_HOST": site.public.partition("://")[2],
            "FUNGIBLE_ACTIVE": json.dumps(what.on),
            "FUNGIBLE_MARK": what.mark,
            "FUNGIBLE_PLUGIN": what.name,
            "FUNGIBLE_VERB": what.verb.value,
        }
        options = (*php_options(site.app.options["ini"]), *QUIETLY)
        return Migration((view.programs["php"], *options), ROUTINE, env)


def _database(site: Site) -> t.Any:
    return next((store for store in site.stores if store.name == "db"), None)


def _keys(site: Site) -> dict[str, str]:
    secret = site.app.secret.encode()
    return {key: hmac.new(secret, key.encode(), hashlib.sha256).hexdigest() for key in php.KEYS}


def _constants(site: Site) -> dict[str, t.Any]:
    ours = {"AUTOMATIC_UPDATER_DISABLED": True, "WP_AUTO_UPDATE_CORE": False}
    if site.locked:
        ours |= {"DISALLOW_FILE_MODS": True, "DISALLOW_FILE_EDIT": True}
    drop_ins = {one.name for one in site.plugins if one.kind is ExtensionKind.DROP_IN}
    ours |= {constant: True for name, constant in ASKED_FOR.items() if name in drop_ins}
    return {**ours, **site.app.options["constants"]}


def _login(site: Site, view: View) -> dict[str, str]:
    database = _database(site)
    if database.kind == "sqlite":
        return {**dict.fromkeys(DATABASE, "sqlite"), "FUNGIBLE_SQLITE": view.databases["db"]}
    return {
        "DB_NAME": database.database,
        "DB_USER": database.user,
        "DB_PASSWORD": database.password,
        "DB_HOST": f"localhost:{view.databases['db']}",
    }


def _check_mounts(site: Site, needed: t.Sequence[str]) -> None:
    """Insist that no store lies over what a release must have: the instance would meet the store's files instead."""
    for store in site.stores:
        hidden = next((path for path in needed if store.mount and f"{path}/".startswith(f"{store.mount}/")), None)
        if hidden:
            raise ManifestError(
                f"{site.name}.stores.{store.name}.mount: {store.mount} would hide {hidden} of the release: give the "
                "store a folder below it, or elsewhere"
            )


def _check_drop_in(site: Site, one: Extension, database: str) -> None:
    known = [name.partition(".")[0] for name in DROP_INS]
    who = f"{site.name}.plugins.use: drop-in {one.name}"
    if one.name not in known:
        raise ManifestError(f"{who}: WordPress knows none of that name{nearest(one.name, known) or ': see its docs'}")
    if not one.enabled:
        raise ManifestError(f"{who}: is loaded where it is there: leave it out, or say state: absent")
    if one.name == "db" and database == "sqlite":
        raise ManifestError(f"{who}: an sqlite store has one of its own: take one of these out")
