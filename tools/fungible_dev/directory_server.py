# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for wordpress.org and a Composer repository: the same paths and shapes, with what it was given.

The shapes, and where they are recorded:
- plugin_information and theme_information, `versions` and `download_link`: https://codex.wordpress.org/WordPress.org_API
  and https://dd32.id.au/projects/wordpressorg-plugin-information-api-docs/
- plugin-checksums: the answers that https://github.com/wp-cli/checksum-command is tested with; a digest is a text, or a
  list where releases differ in their ends of lines
- packages.json and p2: https://getcomposer.org/doc/05-repositories.md#composer, with
  https://github.com/composer/metadata-minifier for what `minified` leaves out
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import threading
import typing as t
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

NOT_FOUND: t.Final = {"plugin": "Plugin not found.", "theme": "Theme not found"}


@dataclass(frozen=True)
class Answer:
    """Be what is answered."""

    status: int
    body: bytes = b""
    headers: t.Mapping[str, str] = field(default_factory=dict)


@dataclass
class Directory:
    """Be what is served; all of it can be changed while it is."""

    released: dict[str, dict[str, dict[str, bytes]]] = field(default_factory=lambda: {"plugin": {}, "theme": {}})
    stable: dict[str, str] = field(default_factory=dict)
    packages: dict[str, list[dict[str, t.Any]]] = field(default_factory=dict)
    special: dict[str, Answer] = field(default_factory=dict)  # by path, before all else
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def release(self, slug: str, version: str, archive: bytes, kind: str = "plugin") -> None:
        """Publish a version, which is the stable one from now on."""
        self.released[kind].setdefault(slug, {})[version] = archive
        self.stable[slug] = version

    def package(self, name: str, version: str, archive: bytes) -> None:
        """Publish a version of a Composer package; the newest comes first."""
        path = f"/dist/{name}/{version}.zip"
        self.special[path] = Answer(200, archive)
        dist = {"type": "zip", "url": f"{self.url}{path}", "shasum": hashlib.sha1(archive).hexdigest()}  # noqa: S324
        said = {"name": name, "version": version, "type": "wordpress-plugin", "dist": dist}
        self.packages.setdefault(name, []).insert(0, said)

    def answer(self, target: str) -> Answer:
        """Answer one request."""
        self.asked.append(target)
        parts = urlsplit(target)
        if parts.path in self.special:
            return self.special[parts.path]
        first, _, rest = parts.path[1:].partition("/")
        name = rest.removesuffix(".json").removesuffix(".zip")
        routes: dict[str, t.Callable[[], Answer]] = {
            "plugins": lambda: self._information("plugin", parse_qs(parts.query).get("request[slug]", [""])[0]),
            "themes": lambda: self._information("theme", parse_qs(parts.query).get("request[slug]", [""])[0]),
            "plugin": lambda: self._archive("plugin", name),
            "theme": lambda: self._archive("theme", name),
            "plugin-checksums": lambda: self._checksums(*name.split("/", 1)),
            "packages.json": lambda: _json({"packages": [], "metadata-url": "/p2/%package%.json"}),
            "p2": lambda: self._package(name),
        }
        return routes.get(first, lambda: Answer(404))()

    def _information(self, kind: str, slug: str) -> Answer:
        versions = self.released[kind].get(slug)
        if not versions:
            return _json({"error": NOT_FOUND[kind]}, 404)
        links = {version: f"{self.url}/{kind}/{slug}.{version}.zip" for version in versions}
        links["trunk"] = f"{self.url}/{kind}/{slug}.zip"
        version = self.stable[slug]
        said = {"name": slug, "slug": slug, "version": version, "download_link": links[version], "versions": links}
        return _json(said)

    def _archive(self, kind: str, name: str) -> Answer:
        for slug, versions in self.released[kind].items():
            version = name[len(slug) + 1 :]
            if name == f"{slug}.{version}" and version in versions:
                return Answer(200, versions[version], {"Content-Type": "application/zip"})
        return Answer(404)

    def _checksums(self, slug: str, version: str) -> Answer:
        archive = self.released["plugin"].get(slug, {}).get(version)
        if archive is None:
            return Answer(404)
        files = {}
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for one in opened.infolist():
                if not one.is_dir():
                    files[one.filename.partition("/")[2]] = _digests(opened.read(one))
        source = f"https://plugins.svn.wordpress.org/{slug}/tags/{version}/"
        zip_ = f"https://downloads.wordpress.org/plugin/{slug}.{version}.zip"
        return _json({"plugin": slug, "version": version, "source": source, "zip": zip_, "files": files})

    def _package(self, name: str) -> Answer:
        if name not in self.packages:
            return Answer(404)
        first, *others = self.packages[name]
        known, minified = first, [first]
        for one in others:
            minified.append({key: value for key, value in one.items() if known.get(key) != value})
            known = one
        return _json({"minified": "composer/2.0", "packages": {name: minified}})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write an answer, not one a header
    directory: Directory

    def do_GET(self) -> None:
        answer = self.directory.answer(self.path)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the one that is replaced
        pass


@contextlib.contextmanager
def serving(directory: Directory) -> t.Iterator[str]:
    """Serve on this machine, on a free port; gives the URL."""
    handler = type("Handler", (_Handler,), {"directory": directory})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    directory.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield directory.url
    finally:
        server.shutdown()
        server.server_close()


def _json(data: t.Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(data).encode(), {"Content-Type": "application/json"})


def _digests(data: bytes) -> dict[str, str]:
    return {"md5": hashlib.md5(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest()}  # noqa: S324
