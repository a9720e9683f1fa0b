# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must the demo know of an application: its two versions, its manifest, and how an editor and a visitor use it."""

from __future__ import annotations

import http.client
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import ToolError

if t.TYPE_CHECKING:
    from pathlib import Path

    from .artifact_store import Artifact


@dataclass(frozen=True)
class Ports:
    """Be the ports of the loopback address that were free: the site's, and two that an application may use."""

    site: int
    first: int


class App(t.Protocol):
    """Be an application that the demo deploys."""

    title: str
    site: str  # its name in the manifest
    versions: tuple[str, str]
    programs: tuple[str, ...]  # what it needs beside HAProxy
    paths: tuple[str, ...]  # what visitors read
    wrote: str  # what was written to it before they came

    def fetch(self) -> None:
        """Fetch what is deployed; what is there already is verified."""

    def manifest(self, version: str, ports: Ports) -> str:
        """Write the manifest as a vars file that its reader could have written."""

    def secrets(self) -> str:
        """Write the variables that would be in a vault."""

    def write(self, url: str, what: str) -> None:
        """Write something as an editor does."""

    def content(self, url: str) -> dict[str, str]:
        """Read everything that was written, by name."""

    def served(self, url: str) -> str:
        """Tell the version that the site itself says it is."""

    def hints(self, url: str) -> list[str]:
        """Tell what a person may look at."""

    def database(self, root: Path) -> str:
        """Tell which version the database has."""


def source(artifact: Artifact, indent: int) -> str:
    """Write an artifact's source as a manifest has it."""
    return f"\n{' ' * indent}file: {artifact.path}\n{' ' * indent}sha256: {artifact.sha256}"


def get(url: str, path: str = "/") -> str:
    """Read a page as a visitor does, past any proxy; raise if it is not there."""
    return ask("GET", url, path).decode("utf-8", "replace")


def ask(method: str, url: str, path: str, body: str | None = None, expect: int = 200) -> bytes:
    """Ask the site for something and return the answer's body."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=60)
    headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
    except OSError as exc:
        raise ToolError(f"the site does not answer {method} {url}{path}: {exc}") from exc
    finally:
        connection.close()
    if answer.status != expect:
        raise ToolError(f"the site answers {method} {url}{path} with {answer.status}, not {expect}")
    return text
