# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo deploys where PHP can be had: a real WordPress with its SQLite drop-in."""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import struct
import typing as t
import xmlrpc.client
import zlib
from contextlib import closing
from urllib.parse import urlsplit

from .artifacts import sqlite_integration, wordpress
from .demo_app import App, Ports, ask, get, source
from .errors import ToolError

if t.TYPE_CHECKING:
    from pathlib import Path

    from .artifact_store import Artifact

MANIFEST = """\
# One site, in the variable that the playbook fungible.deploy.site reads.
---
fungible_sites:
  blog:
    app:
      kind: wordpress
      version: "{version}"
      source:{source}
      secret: "{{{{ blog_secret }}}}"  # keys and salts are derived from it
      health: {{path: /wp-login.php, within: 30s, warm: [/, "/?feed=rss2"]}}
      install:  # what a new, empty database is given
        title: A site that nobody misses
        user: editor
        email: editor@blog.example
        password: "{{{{ blog_password }}}}"
      constants:  # a demo asks nobody outside
        WP_HTTP_BLOCK_EXTERNAL: true
        DISABLE_WP_CRON: true
    stores:  # what outlives every release
      db: {{kind: sqlite}}
      uploads: {{kind: directory, mount: wp-content/uploads}}
    plugins:
      use:
        - name: sqlite-database-integration  # WordPress's own way to do without a database server
          version: "{drop_in.version}"
          state: disabled  # it is a drop-in, which needs no activation
          source:{drop_in_source}
    routes:
      - {{host: localhost, listen: "127.0.0.1:{ports.site}"}}
"""
PICTURE = "a-picture.png"
FEED = "/?feed=rss2"


class Blog(App):
    """Be a WordPress."""

    title = "WordPress"
    site = "blog"
    versions = ("6.4.5", "6.5.5")
    programs = ("PHP", "nginx")
    wrote = "with three posts, a picture and their editor"

    def __init__(self) -> None:
        self._password = secrets.token_urlsafe(12)
        self._artifacts: dict[str, Artifact] = {}
        self.paths: tuple[str, ...] = ("/", "/?p=1", FEED, "/wp-includes/css/dashicons.min.css")

    def fetch(self) -> None:
        """Fetch both versions and the drop-in."""
        self._artifacts = {version: wordpress(version) for version in self.versions}
        self._artifacts["drop-in"] = sqlite_integration()

    def manifest(self, version: str, ports: Ports) -> str:
        """Write the manifest."""
        core, drop_in = self._artifacts[version], self._artifacts["drop-in"]
        sources = {"source": source(core, 8), "drop_in_source": source(drop_in, 12)}
        return MANIFEST.format(version=version, drop_in=drop_in, ports=ports, **sources)

    def secrets(self) -> str:
        """Make up a secret and the editor's password."""
        return f"---\nblog_secret: {secrets.token_urlsafe(32)}\nblog_password: {self._password}\n"

    def write(self, url: str, what: str) -> None:
        """Publish a post, the first one with a picture, by the interface that WordPress's phone apps use."""
        text = f"<p>{what}, written by an editor while visitors read.</p>"
        if not any(PICTURE in name for name in self.content(url)):
            given = {"name": PICTURE, "type": "image/png", "bits": xmlrpc.client.Binary(picture())}
            address = str(self._call(url, "uploadFile", given)["url"])
            text += f'<img src="{address}" alt="a gradient" width="256" height="128">'
            self.paths += (urlsplit(address).path,)
        self._call(url, "newPost", {"post_title": what, "post_content": text, "post_status": "publish"})

    def content(self, url: str) -> dict[str, str]:
        """Read posts, users, and the picture's bytes as a visitor gets them."""
        posts = self._call(url, "getPosts", {"number": 50})
        pictures = self._call(url, "getMediaLibrary", {"number": 50})
        users = self._call(url, "getUsers", {"number": 50})
        found = {f"post {post['post_title']}": str(post["post_content"]) for post in posts}
        found.update({f"user {user['username']}": str(user["email"]) for user in users})
        for one in pictures:
            data = ask("GET", url, urlsplit(one["link"]).path)
            found[f"picture {one['link']}"] = hashlib.sha256(data).hexdigest()
        return found

    def served(self, url: str) -> str:
        """Read it off the feed."""
        version = re.search(r"<generator>https://wordpress\.org/\?v=([0-9.]+)</generator>", get(url, FEED))
        return version[1] if version else "unknown"

    def hints(self, url: str) -> list[str]:
        """Tell how to log in."""
        return [f"Log in at {url}/wp-admin/ as editor, with the password {self._password}"]

    def database(self, root: Path) -> str:
        """Read the mark that WordPress compares with its code."""
        path = root / "srv/fungible" / self.site / "stores/db/database.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            [(mark,)] = database.execute("SELECT option_value FROM wp_options WHERE option_name = 'db_version'")
        return f"db_version {mark}"

    def _call(self, url: str, method: str, argument: t.Mapping[str, t.Any]) -> t.Any:
        try:
            with xmlrpc.client.ServerProxy(f"{url}/xmlrpc.php") as proxy:
                return getattr(proxy.wp, method)(0, "editor", self._password, argument)
        except (OSError, xmlrpc.client.Error) as exc:
            raise ToolError(f"WordPress refuses wp.{method}: {exc}") from exc


def picture(width: int = 512, height: int = 256) -> bytes:
    """Draw a gradient as PNG: https://www.w3.org/TR/png/."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + bytes(value for x in range(width) for value in (x * 255 // width, y * 255 // height, 160))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
