# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Sockets of this machine and downloads to it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import socket
import time
import typing as t
import urllib.error
import urllib.request
import xmlrpc.client

from ..errors import ArtifactError, HostError, RouterError
from . import trees
from .files import Files, told
from .protocol import Reply

if t.TYPE_CHECKING:
    from ..kinds.protocol import Address

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


class Network(Files):
    """Be the part of a host that talks to others."""

    def now(self) -> float:
        return time.time()

    def wait_until(self, condition: t.Callable[[], bool], seconds: float) -> bool:
        """Ask again and again until the condition holds or the time is over."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def port_taken(self, port: int, address: str = "") -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address or "127.0.0.1", port))
            except OSError:
                return True
        return False

    def get(self, address: Address, path: str, host: str, timeout: float) -> Reply:
        connection: http.client.HTTPConnection
        if address.socket:
            connection = UnixConnection(address.socket, timeout)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=timeout)
        with contextlib.closing(connection):
            try:
                connection.request("GET", path, headers={"Host": host, "User-Agent": "fungible"})
                answer = connection.getresponse()
                body = answer.read(1 << 22)
            except (OSError, http.client.HTTPException) as exc:
                return Reply(0, str(exc) or type(exc).__name__)
            return Reply(answer.status, body[:BODY_SHOWN].decode("utf-8", "replace"))

    def talk(self, socket_path: str, command: str) -> str:
        """Ask HAProxy's runtime API; nobody there is an empty answer."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
                channel.settimeout(10)
                channel.connect(socket_path)
                channel.sendall(f"{command}\n".encode())
                parts = []
                while part := channel.recv(1 << 16):
                    parts.append(part)
        except (FileNotFoundError, ConnectionRefusedError):
            return ""
        except OSError as exc:
            raise RouterError(f"{socket_path}: {exc.strerror or exc}") from exc
        return b"".join(parts).decode()

    def command(self, socket_path: str, command: str) -> str:
        self.gate(command)
        return self.talk(socket_path, command)

    def rpc(self, socket_path: str, method: str, *args: t.Any) -> t.Any:
        """Ask supervisord; None: nobody is there."""
        transport = UnixTransport(socket_path)
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        try:
            with contextlib.closing(transport):
                return getattr(proxy, method)(*args)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as exc:
            raise HostError(f"{socket_path}: {exc.strerror or exc}") from exc
        except xmlrpc.client.Fault as exc:
            raise HostError(f"supervisord: {method}: {exc.faultString}") from exc

    def call(self, socket_path: str, method: str, *args: t.Any) -> t.Any:
        self.gate(method)
        return self.rpc(socket_path, method, *args)

    def obtain(self, location: str, path: str, sha256: str) -> None:
        """Copy a URL's or file's bytes to a path, if they are the bytes that were locked."""
        self.gate(path)
        spare = f"{path}.new"
        with told(path):
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        try:
            with self._open(location) as stream, told(spare), open(spare, "wb") as file:
                found = _copy(stream, file)
            if found != sha256:
                raise ArtifactError(
                    f"{location}: its sha256 is {found}, but {sha256} was locked: "
                    "the bytes changed behind the same name; check them, then change the manifest"
                )
            self.gate(path)
            with told(path):
                os.replace(spare, path)
        finally:
            trees.remove(spare)

    @staticmethod
    def _open(location: str) -> t.Any:
        try:
            if "://" not in location:
                return open(location, "rb")
            if not location.startswith(("https://", "http://")):
                raise ArtifactError(f"{location}: only https:// and http:// can be fetched")
            return urllib.request.build_opener().open(location, timeout=60)
        except (OSError, ValueError, http.client.HTTPException) as exc:
            raise ArtifactError(f"{location}: cannot be read: {getattr(exc, 'reason', None) or exc}") from exc


def _copy(stream: t.BinaryIO, file: t.BinaryIO) -> str:
    sha256 = hashlib.sha256()
    try:
        while chunk := stream.read(1 << 18):
            sha256.update(chunk)
            file.write(chunk)
    except http.client.HTTPException as exc:
        raise ArtifactError(f"the download broke off ({exc}): run again") from exc
    return sha256.hexdigest()
