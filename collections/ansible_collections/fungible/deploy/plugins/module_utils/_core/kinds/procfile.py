# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Any application with a Procfile and twelve-factor configuration: https://12factor.net/config."""

from __future__ import annotations

import re
import typing as t

from ..errors import ArtifactError, ManifestError
from ..manifest.schema import Field, MapOf, Number, Text
from .protocol import Address, Contents, Migration, Process, Trees

if t.TYPE_CHECKING:
    from ..manifest.model import Extension, Site
    from .protocol import Folder, Routine, View

WAIT: t.Final = "trap : TERM"  # a shell that is asked to stop waits for its command, which is asked as well
LINE: t.Final = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")
ENV_NAME: t.Final = Text(r"[A-Za-z_][A-Za-z0-9_]*", "must be an environment variable's name")
ENV: t.Final = Field(MapOf(ENV_NAME, Text(secret=True)), "environment variables of every process; may be secrets", {})


class Procfile:
    """Be the kind `procfile`: `web` answers HTTP on $PORT, `release` migrates, every other line runs beside them."""

    name = "procfile"
    generation = 1
    used_once: tuple[str, ...] = ()
    uses_port = True
    extends = False
    fields: t.Mapping[str, Field] = {
        "env": ENV,
        "port": Field(Number(1024, 65534), "a port on the loopback address; it and the next one are the site's"),
    }

    def check(self, site: Site) -> None:
        if site.plugins:
            raise ManifestError(f"{site.name}.plugins: an application of kind procfile has none: remove them")

    def identity(self, site: Site) -> t.Mapping[str, t.Any]:
        return {}

    def programs(self, site: Site) -> t.Mapping[str, tuple[str, ...]]:
        return {}

    def place(self, extension: Extension) -> str:
        raise ManifestError(f"plugin {extension.name}: an application of kind procfile has none")

    def check_trees(self, site: Site, application: t.Container[str], trees: Trees) -> None:
        if "Procfile" not in application:
            raise ArtifactError(
                f"{site.app.source.name}: holds no Procfile in its top folder: is it the right archive?"
            )

    def php(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        return {}

    def contents(self, tree: Folder) -> Contents:
        return Contents()

    def generated(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        return {}

    def environment(self, site: Site, view: View) -> t.Mapping[str, str]:
        return {"PORT": str(view.port), "SECRET_KEY": site.app.secret, **site.app.options["env"]}

    def secrets(self, site: Site) -> t.Sequence[str]:
        return tuple(site.app.options["env"].values())

    def processes(self, site: Site, view: View, read: t.Callable[[str], str]) -> t.Sequence[Process]:
        lines = {name: command for name, command in _lines(site, read).items() if name != "release"}
        if "web" not in lines:
            raise ArtifactError(f"{site.app.source.name}: its Procfile has no line `web: <command>`")
        return [
            Process(name=name, argv=("/bin/sh", "-c", f"{WAIT}; {command}"), serves=name == "web", compiles=True)
            for name, command in sorted(lines.items(), key=lambda line: line[0] == "web")
        ]

    def address(self, run: str, port: int) -> Address:
        return Address(port=port)

    def migration(self, site: Site, view: View, read: t.Callable[[str], str]) -> Migration:
        command = _lines(site, read).get("release")
        return Migration(("/bin/sh", "-c", command) if command else (), compiles=True)

    def has_routines(self, extension: Extension) -> bool:
        return False

    def routine(self, site: Site, view: View, what: Routine) -> Migration:
        return Migration(())


def _lines(site: Site, read: t.Callable[[str], str]) -> dict[str, str]:
    found = {}
    for number, line in enumerate(read("Procfile").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            match = LINE.fullmatch(line.strip())
            if not match:
                raise ArtifactError(f"{site.app.source.name}: Procfile line {number}: write `name: command`")
            found[match[1]] = match[2]
    return found
