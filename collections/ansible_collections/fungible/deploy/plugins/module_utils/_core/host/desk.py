# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where are artifacts fetched to and looked into, on the machine that resolves? In a folder, by their digests."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import typing as t
from concurrent.futures import Future
from functools import cached_property

from ..errors import ArtifactError
from ..lock.file import artifact
from . import workers
from .files import told
from .web import CHUNK, Web

A = t.TypeVar("A")
B = t.TypeVar("B")

BUFFER: t.Final = 1 << 20  # most artifacts are smaller, and read forwards and backwards


class LocalDesk:
    """Be this machine; `find` tells where a file or folder is that a catalogue names."""

    def __init__(self, cache: str, find: t.Callable[[str], str], redirects: t.Collection[str] = ()) -> None:
        self._cache, self._find, self._redirects = cache, find, tuple(redirects)
        self._begin()

    def _begin(self) -> None:
        self.__dict__.pop("_web", None)
        self._done: dict[t.Hashable, Future[t.Any]] = {}
        self._lock, self._looking = threading.Lock(), threading.Lock()

    @cached_property
    def _web(self) -> Web:
        return Web()

    def document(self, url: str, redirects: t.Collection[str]) -> t.Any:
        """Ask a source for JSON, once; nothing where there is none."""
        with self._lock:
            web = self._web
        return self.once(url, lambda: web.document(url, (*redirects, *self._redirects)))

    def once(self, key: t.Hashable, work: t.Callable[[], A]) -> A:
        """Do a work, unless it was done or is being done by another thread; its result is the same for all."""
        with self._lock:
            is_new = key not in self._done
            result = self._done.setdefault(key, Future())
        if is_new:
            try:
                result.set_result(work())
            except Exception as exc:  # noqa: BLE001 - it is raised again, for each who asked
                result.set_exception(exc)
        return t.cast("A", result.result())

    def names(self, folder: str) -> list[str]:
        """List a folder."""
        path = self._find(folder)
        with told(path):
            return sorted(os.listdir(path))

    def keep(self, location: str, redirects: t.Collection[str]) -> str:
        """Fetch a URL or a file into the folder, and tell its sha256."""
        with told(self._cache):
            os.makedirs(self._cache, exist_ok=True)
            handle, spare = tempfile.mkstemp(prefix=".fetching-", dir=self._cache)
        sha256 = hashlib.sha256()
        try:
            with told(spare), os.fdopen(handle, "wb") as file:
                for piece in self._pieces(location, redirects):
                    sha256.update(piece)
                    file.write(piece)
            os.chmod(spare, 0o644)
            os.replace(spare, self._path(artifact(location, sha256.hexdigest())))
        except BaseException:
            os.unlink(spare)
            raise
        return sha256.hexdigest()

    def has(self, name: str) -> bool:
        """Tell whether an artifact is here and whole."""
        path, sha256 = self._path(name), hashlib.sha256()
        with told(path):
            if not os.path.exists(path):
                return False
            with open(path, "rb") as file:
                for piece in iter(lambda: file.read(CHUNK), b""):
                    sha256.update(piece)
        return name.startswith(sha256.hexdigest())

    @contextlib.contextmanager
    def open(self, name: str) -> t.Iterator[t.BinaryIO]:
        """Open an artifact, one at a time: threads that all look into one only hinder each other."""
        with self._looking, contextlib.ExitStack() as stack:
            with told(self._path(name)):
                file = stack.enter_context(open(self._path(name), "rb", BUFFER))
            yield file

    def each(self, work: t.Callable[[A], B], items: t.Sequence[A]) -> list[B]:
        """Do the work on each, several at a time; the first that fails, in their order, is raised."""
        return workers.each(work, items, self._begin)

    def _pieces(self, location: str, redirects: t.Collection[str]) -> t.Iterator[bytes]:
        if "://" in location:
            with self._lock:
                web = self._web
            yield from web.pieces(location, (*redirects, *self._redirects))
            return
        path = self._find(location)
        try:
            with open(path, "rb") as file:
                yield from iter(lambda: file.read(CHUNK), b"")
        except OSError as exc:
            raise ArtifactError(f"{location}: cannot be read: {exc.strerror or exc}: put it there") from exc

    def _path(self, name: str) -> str:
        return os.path.join(self._cache, name)
