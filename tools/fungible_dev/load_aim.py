# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is load sent at, how much of it, and may it be sent there at all."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .errors import ToolError

MAX_REQUESTS = 500_000
MAX_SECONDS = 3600.0


@dataclass(frozen=True)
class Aim:
    """Requests to send: so many a second for so long, or as many as are answered if there is no rate."""

    url: str  # http, with an address of this machine or, if test_networks names it, of a test host
    rate: float | None = None
    seconds: float = 60.0
    paths: tuple[str, ...] = ("/",)
    host: str | None = None  # what the Host header says
    headers: t.Mapping[str, str] = field(default_factory=dict)
    expect: int = 200
    timeout: float = 10.0
    connections: int = 16  # kept alive; without a rate, how many requests are under way at a time
    release_header: str = "X-Fungible-Release"
    test_networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not bounded, not ours, or not HTTP."""
        self.address()
        for text in (*self.paths, *self.headers, *self.headers.values(), self.host or ""):
            if any(character in text for character in "\r\n"):
                raise ToolError(f"load: {text!r} cannot be part of a request")
        if not self.paths or not all(path.startswith("/") and " " not in path for path in self.paths):
            raise ToolError(f"load: paths begin with a slash and hold no space: {', '.join(self.paths)}")
        if not 0 < self.seconds <= MAX_SECONDS or (self.rate or 1) <= 0 or self.connections < 1:
            raise ToolError(f"load: seconds, rate and connections are more than 0, and seconds at most {MAX_SECONDS:g}")
        if (self.rate or 0) * self.seconds > MAX_REQUESTS:
            raise ToolError(f"load: more than {MAX_REQUESTS} requests in one run; lower the rate or the time")

    def address(self) -> tuple[str, int]:
        """Return the address and port, if load may be sent there."""
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not parts.hostname or parts.path not in {"", "/"}:
            raise ToolError(f"load: {self.url} is not of the form http://ADDRESS:PORT")
        name = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            raise ToolError(f"load: {name} is a name; give an address, so that no load goes astray") from None
        if not address.is_loopback and not self._is_test_host(address):
            raise ToolError(f"load: {address} is neither this machine nor one of our test hosts; nothing is sent")
        return str(address), parts.port or 80

    def at(self, rate: float, seconds: float) -> Aim:
        """Return the same aim with a rate and a time."""
        return dataclasses.replace(self, rate=rate, seconds=seconds)

    def request(self, path: str, *, keep: bool) -> bytes:
        """Return a request as it is sent."""
        parts = urlsplit(self.url)
        lines = {
            "Host": self.host or parts.netloc,
            "User-Agent": "fungible-load",
            "Accept": "*/*",
            "Connection": "keep-alive" if keep else "close",
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1")

    def to_dict(self) -> dict[str, t.Any]:
        """Return the aim as JSON can hold it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, given: t.Mapping[str, t.Any]) -> Aim:
        """Make the aim from what JSON held."""
        return cls(**{**given, "paths": tuple(given["paths"]), "test_networks": tuple(given["test_networks"])})

    def _is_test_host(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        networks = [ipaddress.ip_network(network) for network in self.test_networks]
        return any(network.is_private and address in network for network in networks)
