# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What a kind of application must tell: how its release is laid out, what runs it, how its stores are migrated."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ..manifest.model import Extension, Site
    from ..manifest.schema import Field


@dataclass(frozen=True)
class View:
    """Be what an instance sees of the host: where its release, its sockets and its configuration are."""

    root: str  # where the release sees itself
    run: str  # a private directory for sockets
    conf: str  # where the files of `Process.files` are
    port: int  # a free port on the loopback address, for kinds that ask for one
    user: str
    programs: t.Mapping[str, str]  # name -> path, of what `Kind.programs` asks for
    databases: t.Mapping[str, str]  # store -> the path of its file or socket
    sandboxed: bool


@dataclass(frozen=True)
class Process:
    """Be one long-running process of an instance."""

    name: str
    argv: tuple[str, ...]
    files: t.Mapping[str, str] = field(default_factory=dict)  # configuration, free of secrets: name -> text
    writes_stores: bool = True
    serves: bool = False  # it answers the router; it is started last and stopped (drained) first
    network: bool = True
    notifies: bool = False  # it tells systemd when it is ready
    stop_signal: str = "TERM"
    compiles: bool = False  # it makes machine code while it runs, as Node and Java do


@dataclass(frozen=True)
class Address:
    """Be where an instance answers HTTP: a unix socket's path, or a port on the loopback address."""

    socket: str = ""
    port: int = 0

    def __str__(self) -> str:
        return self.socket or f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Migration:
    """Be the command, run in the new release, that brings the stores up to it; `argv` empty: there is none.

    `end`: what it says when it came to its end, where that may be another's code ending the process.
    """

    argv: tuple[str, ...]
    stdin: str = ""
    env: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    compiles: bool = False
    end: str = ""


class Verb(enum.Enum):
    """Be what an extension is told."""

    ACTIVATE = "activate"
    UPGRADE = "upgrade"
    DEACTIVATE = "deactivate"
    DROP = "drop"  # it goes untold; only what the application itself notes of it is taken back
    UNINSTALL = "uninstall"


@dataclass(frozen=True)
class Routine:
    """Be one thing that one extension is told, while those of `on` are on; at its end it says `mark`."""

    verb: Verb
    name: str
    on: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Tree:
    """Be an unpacked artifact: the paths of its files, and a way to read one."""

    paths: t.Collection[str]
    read: t.Callable[[str], str]


@dataclass(frozen=True)
class Folder:
    """Be a folder on the host: the names in each folder below it, and a way to read a file ("" where there is none)."""

    children: t.Callable[[str], t.Sequence[str]]
    read: t.Callable[[str], str]


@dataclass(frozen=True)
class Found:
    """Be an extension that is in a folder, whoever put it there, with the version that it says it has."""

    name: str
    kind: str
    path: str
    version: str = ""


@dataclass(frozen=True)
class Contents:
    """Be the extensions in a folder, and those that the application would load from it, in their order."""

    extensions: tuple[Found, ...] = ()
    loaded: tuple[Found, ...] = ()


Trees = t.Mapping[str, Tree]  # by the name of the extension


class Kind(t.Protocol):
    """Be one kind of application; a new kind is one file that has these, and a line in the registry."""

    name: str
    generation: int  # raised when what is generated changes, so that the ids change with it
    fields: t.Mapping[str, Field]  # the keys of `app` that only this kind has
    used_once: tuple[str, ...]  # those of them that no running instance depends on
    uses_port: bool
    extends: bool  # whether it knows plugins

    def check(self, site: Site) -> None:
        """Raise `ManifestError` where the site lacks what this kind needs."""

    def identity(self, site: Site) -> t.Mapping[str, t.Any]:
        """Tell what besides artifacts and mounts decides the bytes of a release."""

    def programs(self, site: Site) -> t.Mapping[str, tuple[str, ...]]:
        """Tell what must be installed: a name for it, then the program names that will do, best first."""

    def place(self, extension: Extension) -> str:
        """Tell where in the release an extension's tree goes."""

    def check_trees(self, site: Site, application: t.Container[str], trees: Trees) -> None:
        """Raise `ArtifactError` unless paths are those of such an application, with all that its extensions ask for."""

    def php(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        """Tell who requires which versions of PHP, and which these are."""

    def contents(self, tree: Folder) -> Contents:
        """Tell the extensions in a release, and which of them it would load."""

    def generated(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        """Tell the files that are written into the release, free of secrets."""

    def environment(self, site: Site, view: View) -> t.Mapping[str, str]:
        """Tell the environment of every process, secrets included."""

    def secrets(self, site: Site) -> t.Sequence[str]:
        """Tell what of that nobody may read: secrets of its own keys, and what it makes of the site's one."""

    def processes(self, site: Site, view: View, read: t.Callable[[str], str]) -> t.Sequence[Process]:
        """Tell what runs; `read` gives a file of the release."""

    def address(self, run: str, port: int) -> Address:
        """Tell where an instance answers HTTP, from its directory for sockets and its port."""

    def migration(self, site: Site, view: View, read: t.Callable[[str], str]) -> Migration:
        """Tell how the stores are brought up to the release."""

    def has_routines(self, extension: Extension) -> bool:
        """Tell whether an extension is told when it comes, changes and goes."""

    def routine(self, site: Site, view: View, what: Routine) -> Migration:
        """Tell what runs such a routine."""
