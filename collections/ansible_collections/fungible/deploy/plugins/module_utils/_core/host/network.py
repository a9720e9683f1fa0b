# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Sockets of this machine and downloads to it.

What speaks HTTP is imported where it is used: Ansible compiles a module anew at each run, and most runs speak none.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import socket
import time
import typing as t

from ..errors import ArtifactError, RouterError
from . import trees
from .files import Files, told
from .protocol import SOCKET_PATH_MOST

if t.TYPE_CHECKING:
    from ..kinds.protocol import Address
    from .protocol import Reply


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

    def get(self, address: Address, path: str, url: str, timeout: float) -> Reply:
        from . import http_client

        return http_client.get(address, path, url, timeout)

    def fetch(self, url: str, most: int) -> Reply:
        """Fetch a small text; status 0: nobody answered, or too much, and the text says so."""
        from .small_text import fetch

        return fetch(url, most)

    def talk(self, socket_path: str, command: str) -> str:
        """Ask HAProxy's runtime API; nobody there is an empty answer, as where no socket can be."""
        if len(socket_path) > SOCKET_PATH_MOST:
            return ""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
                channel.settimeout(10)
                channel.connect(socket_path)
                channel.sendall(f"{command}\n".encode())
                parts = []
                while part := channel.recv(1 << 16):
                    parts.append(part)
        except (FileNotFoundError, ConnectionError):
            return ""
        except OSError as exc:
            raise RouterError(f"{socket_path}: {exc.strerror or exc}") from exc
        return b"".join(parts).decode()

    def command(self, socket_path: str, command: str) -> str:
        self.gate(command)
        return self.talk(socket_path, command)

    def rpc(self, socket_path: str, method: str, *args: t.Any) -> t.Any:
        """Ask supervisord; None: nobody is there."""
        from . import http_client

        return http_client.rpc(socket_path, method, *args)

    def call(self, socket_path: str, method: str, *args: t.Any) -> t.Any:
        self.gate(method)
        return self.rpc(socket_path, method, *args)

    def obtain(self, location: str, path: str, sha256: str, redirects: t.Collection[str] = ()) -> None:
        """Copy a URL's or file's bytes to a path, if they are the bytes that were locked."""
        from .download import download

        self.gate(path)
        spare = f"{path}.new"
        with told(path):
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        try:
            found = download(location, spare, redirects)
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
