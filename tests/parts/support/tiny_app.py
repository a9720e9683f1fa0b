# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is the smallest application whose every answer shows whether it came from one whole release?"""

from __future__ import annotations

import sys
import typing as t
from dataclasses import dataclass

from fungible_dev.archives import sha256_of, write_tar_gz

if t.TYPE_CHECKING:
    from pathlib import Path

WIDTH: t.Final = 18  # each version's page and style sheet are of equal size

APP = """\
import os, socket, sqlite3, sys, time

VERSION, BROKEN = "@version@", "@broken@"
ROOT = os.environ["FUNGIBLE_ROOT"]


def database():
    return sqlite3.connect(os.environ["DATABASE_URL"][len("sqlite:///"):], timeout=10)


def migrate():
    if BROKEN == "slow":
        mark("migrating")
        wait_for("go on")
    with database() as db:
        db.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        known = {row[1] for row in db.execute("PRAGMA table_info(notes)")}
        for number in range(2, int(VERSION) + 1):
            if f"v{number}" not in known:
                db.execute(f"ALTER TABLE notes ADD COLUMN v{number} TEXT DEFAULT 'v{number}'")
        if BROKEN == "large":
            db.execute("CREATE TABLE IF NOT EXISTS filler (data BLOB)")
            db.execute("INSERT INTO filler VALUES (zeroblob(?))", (32 << 20,))
    if BROKEN == "migrate" and not marked("mended"):
        sys.exit("this migration wants the mark mended")


def mark(name):
    open(f"{ROOT}/uploads/{name}", "w").close()


def marked(name):
    return os.path.exists(f"{ROOT}/uploads/{name}")


def wait_for(name, seconds=20):
    until = time.monotonic() + seconds
    while not marked(name) and time.monotonic() < until:
        time.sleep(0.01)


def file(name):
    with open(f"{ROOT}/{name}") as found:
        return found.read()


def answer(path, query):
    if path == "/":
        return 200, f"{VERSION} {file('page.html')} {file('static/style.css')}"
    if path.startswith("/static/"):
        return 200, file(path[1:])
    if path == "/add":
        with database() as db:
            db.execute("INSERT INTO notes (text) VALUES (?)", (query,))
        return 200, "kept"
    if path == "/notes":
        with database() as db:
            return 200, "\\n".join(row[0] for row in db.execute("SELECT text FROM notes ORDER BY rowid"))
    if path == "/healthz":
        with database() as db:
            db.execute("SELECT count(*) FROM notes")
        well = BROKEN != "health" or marked("mended")
        print("healthy" if well else "this version wants the mark mended", flush=True)
        return (200, "ok") if well else (503, "not healthy")
    if path == "/slow":
        mark("slow")
        wait_for("go on")
        return 200, f"{VERSION} took its time"
    return 404, "no such page"


def serve():
    if BROKEN == "start":
        sys.exit("this version never starts")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(os.environ["PORT"])))
    listener.listen(64)
    while True:
        caller, _ = listener.accept()
        with caller:
            head = b""
            while b"\\r\\n\\r\\n" not in head:
                part = caller.recv(4096)
                if not part:
                    break
                head += part
            else:
                path, _, query = head.split()[1].decode().partition("?")
                try:
                    status, text = answer(path, query)
                except Exception as exc:
                    status, text = 500, f"{type(exc).__name__}: {exc}"
                body = text.encode()
                head = f"HTTP/1.1 {status} x\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
                caller.sendall(head.encode() + body)


migrate() if sys.argv[1:] else serve()
"""


@dataclass(frozen=True)
class TinyApp:
    """One version of it: its archive, and what it answers."""

    version: str
    path: Path
    sha256: str

    @property
    def page(self) -> str:
        return f"{self.version} {page(self.version)} {style(self.version)}"

    @property
    def style(self) -> str:
        return style(self.version)

    @property
    def source(self) -> dict[str, str]:
        return {"path": str(self.path), "sha256": self.sha256}


def page(version: str) -> str:
    return f"page {version}".ljust(WIDTH, ".")


def style(version: str) -> str:
    return f"style {version}".ljust(WIDTH, ".")


def tiny_app(folder: Path, version: str, broken: str = "") -> TinyApp:
    """Write the archive of a version; what is broken is one of start, health, migrate, slow, large."""
    python = f"exec {sys.executable} -S -E app.py"
    files = {
        "Procfile": f"web: {python}\nrelease: {python} migrate\n",
        "app.py": APP.replace("@version@", version).replace("@broken@", broken),
        "page.html": page(version),
        "static/style.css": style(version),
    }
    path = folder / f"tiny-{version}{broken and '-'}{broken}.tar.gz"
    write_tar_gz(path, {name: text.encode() for name, text in files.items()}, top="tiny")
    return TinyApp(version, path, sha256_of(path))
