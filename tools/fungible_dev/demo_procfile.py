# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo deploys where PHP cannot be had: a small application that keeps notes, in Python on SQLite."""

from __future__ import annotations

import html
import json
import re
import secrets
import sqlite3
import typing as t
from contextlib import closing
from urllib.parse import urlencode

from .demo_app import App, Ports, ask, get, source
from .procfile import procfile_app

if t.TYPE_CHECKING:
    from pathlib import Path

    from .artifact_store import Artifact

MANIFEST = """\
# One site, in the variable that the playbook fungible.deploy.site reads.
---
fungible_sites:
  notes:
    app:
      kind: procfile  # its Procfile says what runs (web) and what migrates (release)
      version: "{version}"
      source:{source}
      secret: "{{{{ notes_secret }}}}"
      port: {ports.first}  # it and the next one: each release listens on one of the two
      health: {{path: /healthz, within: 20s, warm: [/]}}
    stores:  # what outlives every release
      db: {{kind: sqlite}}
    routes:
      - {{host: localhost, listen: "127.0.0.1:{ports.site}"}}
"""


class Notes(App):
    """Be the application of notes."""

    title = "Notes"
    site = "notes"
    versions = ("1", "2")
    programs = ("Python",)
    paths = ("/", "/whoami", "/healthz")
    wrote = "three notes are in it"

    def __init__(self) -> None:
        self._artifacts: dict[str, Artifact] = {}

    def fetch(self) -> None:
        """Pack both versions."""
        self._artifacts = {version: procfile_app(version) for version in self.versions}

    def manifest(self, version: str, ports: Ports) -> str:
        """Write the manifest."""
        return MANIFEST.format(version=version, source=source(self._artifacts[version], 8), ports=ports)

    def secrets(self) -> str:
        """Make up a secret."""
        return f"---\nnotes_secret: {secrets.token_urlsafe(32)}\n"

    def write(self, url: str, what: str) -> None:
        """Post the form."""
        ask("POST", url, "/", urlencode({"text": what}), expect=201)

    def content(self, url: str) -> dict[str, str]:
        """Read the newest notes off the front page."""
        notes = re.findall(r"<li>(.*?) (?:- .*?)?</li>", get(url))
        return {html.unescape(text): "" for text in notes}

    def served(self, url: str) -> str:
        """Ask the application."""
        return str(json.loads(get(url, "/whoami"))["version"])

    def hints(self, url: str) -> list[str]:
        """Tell of the form."""
        return ["Notes can be kept there, and outlive every release."]

    def database(self, root: Path) -> str:
        """Tell the columns of the table of notes."""
        path = root / "srv/fungible" / self.site / "stores/db/database.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            names = [row[1] for row in database.execute("PRAGMA table_info(notes)")]
        return f"notes ({', '.join(names)})"
