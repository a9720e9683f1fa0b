# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a visitor get who asks again and again while a run is under way?"""

from __future__ import annotations

import json
import os
import select
import socket
import typing as t

from .machine import Answer, ask

Whole = t.Callable[[Answer], bool]

PAUSE: t.Final = 0.004
SHOWN: t.Final = 200


class Prober:
    """A process that asks for the front page when told to, and remembers the answers that are no whole page."""

    def __init__(self, port: int, is_whole: Whole) -> None:
        self._ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._ours.close()
            try:
                _serve(theirs, port, is_whole)
            finally:
                os._exit(0)
        theirs.close()

    def __enter__(self) -> Prober:
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        os.waitpid(self._pid, 0)

    def during(self, work: t.Callable[[], t.Any]) -> tuple[t.Any, list[Answer]]:
        """Do the work and tell what it gave, and what visitors got meanwhile that was no whole page."""
        self._ours.sendall(b"go\n")
        assert self._ours.recv(16) == b"asking\n"
        done = work()
        self._ours.sendall(b"stop\n")
        told = b""
        while not told.endswith(b"\n"):
            part = self._ours.recv(1 << 16)
            assert part, "the prober died"
            told += part
        return done, [Answer(*bad) for bad in json.loads(told)]


def _serve(channel: socket.socket, port: int, is_whole: Whole) -> None:
    while channel.recv(16):
        bad = [*_ask(port, is_whole)]
        channel.sendall(b"asking\n")
        while not select.select([channel], [], [], PAUSE)[0]:
            bad += _ask(port, is_whole)
        channel.recv(16)
        bad += _ask(port, is_whole)
        channel.sendall(json.dumps(bad).encode() + b"\n")


def _ask(port: int, is_whole: Whole) -> list[tuple[int, str]]:
    got = ask(port)
    return [] if is_whole(got) else [(got.status, got.body[:SHOWN])]
