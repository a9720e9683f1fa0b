# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""HTTP to instances and XML-RPC to supervisord, over unix sockets as well."""

from __future__ import annotations

import contextlib
import http.client
import socket
import typing as t
import xmlrpc.client

from ..errors import HostError
from .protocol import Reply

if t.TYPE_CHECKING:
    from ..kinds.protocol import Address

BODY_READ: t.Final = 1 << 22
BODY_SHOWN: t.Final = 400


class UnixConnection(http.client.HTTPConnection):
    """Be an HTTP connection over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class UnixTransport(xmlrpc.client.Transport):
    """Be XML-RPC over a unix socket, as supervisord speaks it."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: t.Any) -> http.client.HTTPConnection:
        return UnixConnection(self._path, 60)


def get(address: Address, path: str, url: str, timeout: float) -> Reply:
    """Ask an instance for a page as the router would for a visitor of the URL."""
    scheme, host = url.split("://", 1)
    headers = {"Host": host, "X-Forwarded-Proto": scheme, "User-Agent": "fungible"}
    connection: http.client.HTTPConnection
    if address.socket:
        connection = UnixConnection(address.socket, timeout)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=timeout)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read(BODY_READ)
        except (OSError, http.client.HTTPException) as exc:
            return Reply(0, str(exc) or type(exc).__name__)
        return Reply(answer.status, body[:BODY_SHOWN].decode("utf-8", "replace"))


def rpc(path: str, method: str, *args: t.Any) -> t.Any:
    """Ask supervisord; None: nobody is there."""
    transport = UnixTransport(path)
    proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
    try:
        with contextlib.closing(transport):
            return getattr(proxy, method)(*args)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as exc:
        raise HostError(f"{path}: {exc.strerror or exc}") from exc
    except xmlrpc.client.Fault as exc:
        raise HostError(f"supervisord: {method}: {exc.faultString}") from exc
    except xmlrpc.client.ProtocolError as exc:
        raise HostError(f"supervisord: {method}: {exc.errmsg}") from exc
