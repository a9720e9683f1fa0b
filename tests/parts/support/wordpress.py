# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do tests with the real WordPress begin: its releases on SQLite, and a visitor and an administrator of them."""

from __future__ import annotations

import contextlib
import http.client
import http.cookies
import re
import sqlite3
import typing as t
import urllib.parse
import zipfile

from fungible_dev import artifacts

from .machine import Answer

if t.TYPE_CHECKING:
    from pathlib import Path

    from .machine import Machine, Manifest

SITE: t.Final = "wp"
HOST: t.Final = "site.example"
PASSWORD: t.Final = "a password of the test"
DATABASE_VERSIONS: t.Final = {"6.4.5": "56657", "6.5.5": "57155"}
FORM: t.Final = "application/x-www-form-urlencoded"
STATIC: t.Final = "wp-includes/css/dist/block-library/style.min.css"  # differs between the two


def manifest(machine: Machine, version: str, **app: t.Any) -> Manifest:
    """Write the manifest of a WordPress on SQLite, with Akismet."""
    plugins = [
        {"name": "sqlite-database-integration", "state": "disabled", **link(artifacts.sqlite_integration())},
        {"name": "akismet", **link(artifacts.akismet())},
    ]
    return {
        "app": {
            "kind": "wordpress",
            **link(artifacts.wordpress(version)),
            "secret": "a secret of the test",
            "health": {"path": "/wp-login.php", "warm": ["/"], "within": "30s"},
            "install": {"title": "Test", "user": "admin", "email": "a@b.example", "password": PASSWORD},
            **app,
        },
        "stores": {"db": {"kind": "sqlite"}, "uploads": {"kind": "directory", "mount": "wp-content/uploads"}},
        "plugins": {"use": plugins},
        "routes": [{"host": HOST, "url": url(machine), "listen": f"127.0.0.1:{machine.listen}", "drain": "5s"}],
    }


def url(machine: Machine) -> str:
    return f"http://{HOST}:{machine.listen}"


def link(artifact: artifacts.Artifact) -> dict[str, t.Any]:
    return {"version": artifact.version, "source": {"path": str(artifact.path), "sha256": artifact.sha256}}


def choose(machine: Machine, parent: str, child: str) -> None:
    """Write what the Themes screen writes."""
    with sqlite3.connect(database(machine)) as opened:
        for option, value in (("template", parent), ("stylesheet", child)):
            opened.execute("UPDATE wp_options SET option_value = ? WHERE option_name = ?", (value, option))


def database(machine: Machine) -> Path:
    return machine.root / f"srv/fungible/{SITE}/stores/db/database.sqlite"


def shipped(version: str, path: str) -> str:
    """Read a file as the archive of a version has it."""
    with zipfile.ZipFile(artifacts.wordpress(version).path) as archive:
        return archive.read(f"wordpress/{path}").decode()


def served(machine: Machine, others: t.Container[str] = ("6.4.5", "6.5.5")) -> str:
    """Tell which version is served; anything but one whole version is an error."""
    page, style = machine.get("/"), machine.get(f"/{STATIC}")
    assert page.status == 200, page
    assert page.body.rstrip().endswith("</html>"), page
    found = re.search(r'<meta name="generator" content="WordPress ([0-9.]+)"', page.body)
    assert found, page
    assert found[1] in others
    assert set(re.findall(r"/wp-includes/[^\"']+\?ver=(6\.[0-9.]+)", page.body)) == {found[1]}
    assert (style.status, style.body) == (200, shipped(found[1], STATIC))
    return found[1]


class Browser:
    """A person with a browser: it keeps cookies, and sends forms."""

    def __init__(self, machine: Machine, host: str = "") -> None:
        self._port = machine.listen
        self.host = host or f"{HOST}:{machine.listen}"
        self._cookies: dict[str, str] = {}

    def ask(self, path: str, form: t.Mapping[str, str] | None = None) -> Answer:
        """Ask for a page, or send a form; where it leads to is not followed."""
        if form is None:
            return self.send("GET", path)
        return self.send("POST", path, urllib.parse.urlencode(form).encode(), FORM)

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "", **headers: str) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        asked = {"Host": self.host, "Cookie": cookies, **({"Content-Type": kind} if kind else {}), **headers}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, asked)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.update({one.key: one.value for one in http.cookies.SimpleCookie(line).values()})
        return Answer(answer.status, text, dict(answer.headers))

    def log_in(self) -> None:
        self.ask("/wp-login.php")
        form = {"log": "admin", "pwd": PASSWORD, "wp-submit": "Log In", "testcookie": "1"}
        answer = self.ask("/wp-login.php", form)
        assert answer.status == 302, answer

    def nonce(self, path: str, pattern: str) -> str:
        """Read a nonce from a page."""
        answer = self.ask(path)
        found = re.search(pattern, answer.body)
        assert found, (path, answer.status, answer.body[:2000])
        return found[1]
