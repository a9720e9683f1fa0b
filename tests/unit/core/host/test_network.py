# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, the router and supervisord are asked over their sockets, and nobody there is an answer too."""

from __future__ import annotations

import contextlib
import http.server
import os
import socket
import socketserver
import tempfile
import threading
import typing as t
import xmlrpc.server

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, RouterError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Reply
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address

HOST: t.Final = LocalHost()


class Page(http.server.BaseHTTPRequestHandler):
    """Answer with what was asked."""

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode()
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, *args: object) -> None:
        pass


class Methods(xmlrpc.server.SimpleXMLRPCRequestHandler):
    """Answer XML-RPC over a unix socket."""

    disable_nagle_algorithm = False

    def address_string(self) -> str:
        return "somebody"


class RPCServer(socketserver.UnixStreamServer, xmlrpc.server.SimpleXMLRPCDispatcher):
    """Be supervisord, as far as one method goes."""

    logRequests = False  # noqa: N815 - xmlrpc.server's name

    def __init__(self, path: str) -> None:
        xmlrpc.server.SimpleXMLRPCDispatcher.__init__(self, allow_none=True)
        socketserver.UnixStreamServer.__init__(self, path, Methods)
        self.register_function(lambda *words: ["state", *words], "supervisor.getState")


class Refusing(http.server.BaseHTTPRequestHandler):
    """Be a supervisord that wants a password."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))  # else its sender may find nobody there
        self.send_response(401)
        self.end_headers()

    def address_string(self) -> str:
        return "somebody"

    def log_message(self, *args: object) -> None:
        pass


class Echo(socketserver.StreamRequestHandler):
    """Be HAProxy's runtime API, as far as one command goes."""

    def handle(self) -> None:
        self.wfile.write(b"heard " + self.rfile.readline())


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> t.Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def path() -> t.Iterator[str]:
    """Give a path that is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="fg-") as folder:
        yield f"{folder}/s"


def test_an_instance_is_asked_as_a_visitor_asks(path: str) -> None:
    class Unix(socketserver.UnixStreamServer):
        pass

    with serving(Unix(path, Page)):
        reply = HOST.get(Address(socket=path), "/up?x=1", "https://blog.example", 10)
        assert reply == Reply(200, "/up?x=1 blog.example https")
    assert HOST.get(Address(socket=path), "/", "http://blog.example", 10).status == 0


def test_an_instance_on_a_port_is_asked_there() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    with serving(server):
        port = server.server_port
        assert HOST.get(Address(port=port), "/none", "http://a:8080", 10) == Reply(404, "/none a:8080 http")
    assert HOST.get(Address(port=port), "/", "http://a", 10).status == 0


def test_an_instance_that_says_nothing_is_told_so(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(path)
        silent.listen()
        reply = HOST.get(Address(socket=path), "/", "http://a", 0.05)
    assert reply == Reply(0, "timed out")


def test_the_router_is_asked_over_its_socket(path: str) -> None:
    assert HOST.talk(path, "show info") == ""
    with serving(socketserver.UnixStreamServer(path, Echo)):
        assert HOST.talk(path, "show info") == "heard show info\n"
        assert HOST.command(path, "set weight") == "heard set weight\n"
    assert os.path.exists(path)
    assert HOST.talk(path, "show info") == "", "the socket of a router that died"


def test_a_router_that_cannot_be_asked_is_told(path: str) -> None:
    assert HOST.talk(f"{path}/{'x' * 200}", "show info") == "", "no socket can be there"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(path)
        with pytest.raises(RouterError, match=f"^{path}: Protocol wrong type for socket$"):
            HOST.talk(path, "show info")


def test_supervisord_is_asked_over_its_socket(path: str) -> None:
    assert HOST.rpc(path, "supervisor.getState") is None
    with serving(RPCServer(path)):
        assert HOST.rpc(path, "supervisor.getState", "ü") == ["state", "ü"]
        assert HOST.call(path, "supervisor.getState") == ["state"]
        with pytest.raises(HostError, match=r"^supervisord: supervisor\.none: "):
            HOST.rpc(path, "supervisor.none")
    os.unlink(path)
    with serving(socketserver.UnixStreamServer(path, Refusing)), pytest.raises(HostError) as caught:
        HOST.rpc(path, "supervisor.getState")
    assert str(caught.value) == "supervisord: supervisor.getState: Unauthorized"
    assert HOST.rpc(path, "supervisor.getState") is None


def test_a_port_in_use_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert HOST.port_taken(port)
        assert HOST.port_taken(port, "0.0.0.0")
    assert not HOST.port_taken(port)


def test_a_condition_is_waited_for_and_given_up() -> None:
    answers = iter([False, False, True])
    assert HOST.wait_until(lambda: next(answers), 60)
    assert not HOST.wait_until(lambda: False, 0)
