# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources are asked as the environment says: through its proxy, with its logins, trusting whom it trusts."""

from __future__ import annotations

import gzip
import http.server
import ssl
import subprocess
import threading
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host import web
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.web import Web
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.protocol import AwayError, GoneError

if t.TYPE_CHECKING:
    from pathlib import Path

SAID: t.Final = {"version": "5.3"}
BYTES: t.Final = b'{"version": "5.3"}'


class Server(http.server.ThreadingHTTPServer):
    """Remember what was asked, and who answered it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str | None]] = []
        self.at = f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Pass over a client that hung up."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        t.cast("Server", self.server).asked.append((self.path, self.headers["Authorization"]))
        last = self.path.rpartition("/")[2]
        status, body, length, headers = 404 if last == "absent" else 200, BYTES, 0, {}
        if last == "packed":
            body, headers = gzip.compress(BYTES), {"Content-Encoding": "gzip"}
        elif last == "broken":
            length = 5
        elif last == "large":
            body = b" " * 100 + BYTES
        elif last.startswith("later-"):
            status, headers = 503, {"Retry-After": last.partition("-")[2].replace("_", " ")}
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) + length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = last == "broken"

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> t.Iterator[Server]:
    caplog.set_level("CRITICAL", "urllib3")
    monkeypatch.setattr(web, "BACKOFF", 0)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with Server() as opened:
        threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield opened
        opened.shutdown()


def test_a_document_is_read_packed_or_not_and_is_nothing_where_there_is_none(server: Server) -> None:
    client = Web()
    found = [client.document(f"http://{server.at}/{path}", ()) for path in ("plain", "packed", "absent", "plain")]
    assert found == [SAID, SAID, None, SAID]


def test_an_artifact_comes_whole_or_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Web()
    assert b"".join(client.pieces(f"http://{server.at}/plain", ())) == BYTES
    with pytest.raises(GoneError, match="is not there any more"):
        list(client.pieces(f"http://{server.at}/absent", ()))
    with pytest.raises(AwayError, match="the download broke off"):
        list(client.pieces(f"http://{server.at}/broken", ()))
    monkeypatch.setattr(web, "ARTIFACT", 100)
    with pytest.raises(ArtifactError, match="is larger than 100 bytes"):
        list(client.pieces(f"http://{server.at}/large", ()))


@pytest.mark.parametrize("when", ["100000", "9" * 20, "Fri,_31_Dec_9999_23:59:59_GMT"])
def test_a_source_that_asks_to_come_back_much_later_is_not_asked_again(server: Server, when: str) -> None:
    client = Web()
    with pytest.raises(AwayError, match="it answers 503, and asks to come back later"):
        client.document(f"http://{server.at}/later-{when}", ())
    with pytest.raises(AwayError, match="/plain: cannot be read: it answers 503"):
        client.document(f"http://{server.at}/plain", ())
    assert [path for path, _login in server.asked] == [f"/later-{when}"]


@pytest.mark.parametrize("when", ["0", "soon", "Fri,_31_Dec_99999_23:59:59_GMT"])
def test_a_source_that_says_no_time_is_asked_again_as_any_other(server: Server, when: str) -> None:
    with pytest.raises(AwayError, match="it answers 503, and asks to come back later"):
        Web().document(f"http://{server.at}/later-{when}", ())
    assert len(server.asked) == 1 + web.TRIES


def test_a_proxy_of_the_environment_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://someone:word@{server.at}")
    assert Web().document("http://plugins.example/info?a=1", ()) == SAID
    assert server.asked == [("http://plugins.example/info?a=1", None)]


def test_a_host_that_needs_no_proxy_is_asked_itself(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert Web().document(f"http://{server.at}/info", ()) == SAID


def test_a_login_goes_to_the_host_that_it_is_for(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client = Web()
    client.document(f"http://{server.at}/private", ())
    client.document(f"http://localhost:{server.server_address[1]}/public", ())
    assert server.asked == [("/private", "Basic c29tZW9uZTp3b3Jk"), ("/public", None)]


def test_a_certificate_is_only_accepted_from_whom_the_environment_trusts(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "1", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made, *names], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with pytest.raises(AwayError, match=r"self.signed certificate"):
        Web().document(f"https://{server.at}/info", ())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cert.pem"))
    assert Web().document(f"https://{server.at}/info", ()) == SAID
