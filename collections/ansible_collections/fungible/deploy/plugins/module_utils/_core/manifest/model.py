# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a user asks for: a site, its app, stores, plugins and routes, as parsed from the manifest."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ..kinds.protocol import Kind
    from ..stores.protocol import Store


@dataclass(frozen=True)
class Source:
    """Be where an artifact comes from (one of three places) and what its bytes must be."""

    sha256: str
    url: str = ""
    path: str = ""  # a file on the managed host
    file: str = ""  # a file on the controller or master
    tree: str = ""  # the digest of its unpacked tree's listing, where it is known
    redirects: tuple[str, ...] = ()  # other hosts that a download may be redirected to

    @property
    def name(self) -> str:
        return (self.url or self.file or self.path).split("?")[0].rstrip("/").rsplit("/", 1)[-1]


class ExtensionKind(enum.Enum):
    """Be where in the application an extension belongs."""

    PLUGIN = "plugin"
    MU_PLUGIN = "mu-plugin"
    THEME = "theme"
    DROP_IN = "drop-in"


@dataclass(frozen=True)
class Extension:
    """Be one entry of a plugin chain."""

    name: str
    version: str
    source: Source
    kind: ExtensionKind = ExtensionKind.PLUGIN
    enabled: bool = True
    network: bool = False  # on in each site of a multisite, and marked so


@dataclass(frozen=True)
class Removed:
    """Be an extension that is not there, and whether its own uninstall routine is to take its data away."""

    name: str
    purge: bool = False
    kind: ExtensionKind = ExtensionKind.PLUGIN
    untold: bool = False  # its own deactivation routine is not run when it goes


@dataclass(frozen=True)
class Health:
    """Be how an instance shows that it can serve: `path` answers `status` within `within` seconds of its start."""

    path: str = "/"
    status: int = 200
    within: int = 30
    warm: tuple[str, ...] = ()


class RuntimeName(enum.Enum):
    """Be what keeps an instance's processes running."""

    SYSTEMD = "systemd"
    SUPERVISOR = "supervisor"
    NONE = "none"


@dataclass(frozen=True)
class App:
    """Be the application of a site; `options` are those of its kind."""

    kind: Kind
    version: str
    source: Source
    secret: str = field(repr=False)
    health: Health = Health()
    runtime: RuntimeName | None = None
    user: str = ""
    keep: int = 3
    reload: tuple[str, ...] = ()
    options: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Route:
    """Be a host name that the site answers, where its router listens for it, and what visitors type."""

    host: str
    listen: str = "*:80"
    drain: int = 30
    url: str = ""

    @property
    def public(self) -> str:
        """Tell the URL that visitors type, without a path."""
        port = self.listen.rpartition(":")[2]
        return self.url or f"http://{self.host}" + ("" if port == "80" else f":{port}")


@dataclass(frozen=True)
class Notes:
    """Be what a catalogue and a lock say beside a manifest: it decides nothing of a release, and hosts have to know."""

    php: t.Mapping[str, str] = field(default_factory=dict)  # who requires which versions of PHP, and these versions
    locked: tuple[str, ...] = ()  # extensions that came from a lock


@dataclass(frozen=True)
class Site:
    """Be one application as a whole."""

    name: str
    app: App
    stores: tuple[Store, ...] = ()
    plugins: tuple[Extension, ...] = ()
    removed: tuple[Removed, ...] = ()
    locked: bool = True
    routes: tuple[Route, ...] = ()
    backup: bool = True
    within: int = 300
    notes: Notes = Notes()

    @property
    def public(self) -> str:
        """Tell the URL that the site is known by."""
        return self.routes[0].public if self.routes else "http://localhost"
