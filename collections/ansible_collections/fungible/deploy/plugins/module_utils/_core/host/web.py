# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""HTTP to the sources of extensions, by `requests` and its `urllib3`, which Salt's masters have and others install.

Retries, time-outs, TLS, proxies and logins (netrc) are the libraries'. `requests` looks all of the environment through
for each request, which takes longer than a short answer; so it is asked once a server, and `urllib3` does the rest.
Nothing is cached but artifacts: a source is asked only for what is not locked yet or should be updated, and then the
answer has to be a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import typing as t
from urllib.parse import urlsplit

from ..errors import ArtifactError, HostError
from ..lock.protocol import AwayError, GoneError
from ..redirects import MOST as REDIRECTS
from ..redirects import followed
from .workers import AT_ONCE

try:  # no part of Python, and only resolving needs them
    import requests
    import urllib3
except ImportError:
    requests = None  # type: ignore[assignment]

TRIES: t.Final = 3
BACKOFF: t.Final = 0.3
CONNECT: t.Final = 10
PAUSE: t.Final = 60  # at most, between two pieces of an answer
PATIENCE: t.Final = 20  # whoever is asked to come back later than that does not in this run
DOCUMENT: t.Final = 1 << 25
ARTIFACT: t.Final = 1 << 31
CHUNK: t.Final = 1 << 18
AGAIN: t.Final = (429, 500, 502, 503, 504)
ABSENT: t.Final = (404, 410)
MOVED: t.Final = (301, 302, 303, 307, 308)
HEADERS: t.Final = {"User-Agent": "fungible", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
# What came is read as it is, and all of it has to come: `urllib3` before 2.0 does not insist on that by itself.
PLAIN: t.Final[dict[str, t.Any]] = {"redirect": False, "preload_content": False, "enforce_content_length": True}

_Ask = t.Callable[[str], t.Any]


class Web:
    """Be a client for many requests at once."""

    def __init__(self) -> None:
        self._servers: dict[str, _Ask] = {}
        self._away: dict[str, str] = {}
        self._lock = threading.Lock()

    def document(self, url: str, allowed: t.Collection[str]) -> t.Any:
        """Ask for JSON; nothing where there is none."""
        with contextlib.closing(self._answer(url, allowed)) as answer:
            if answer.status in ABSENT:
                return None
            body = b"".join(_pieces(url, answer, DOCUMENT))
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise ArtifactError(f"{url}: its answer is no JSON ({str(exc)[:120]}): is it the right address?") from exc

    def pieces(self, url: str, allowed: t.Collection[str]) -> t.Iterator[bytes]:
        """Fetch an artifact, piece by piece."""
        with contextlib.closing(self._answer(url, allowed)) as answer:
            if answer.status in ABSENT:
                raise GoneError(f"{url}: is not there any more ({answer.status})")
            yield from _pieces(url, answer, ARTIFACT)

    def _answer(self, url: str, allowed: t.Collection[str]) -> t.Any:
        """Ask, and follow where it is allowed; what is given has to be closed."""
        for _hop in range(REDIRECTS):
            answer = self._get(url)
            target = answer.headers.get("location") if answer.status in MOVED else None
            if target is None and (answer.status < 300 or answer.status in ABSENT):
                return answer
            answer.close()
            if target is None:
                raise AwayError(f"{url}: answers {answer.status}")
            url = followed(url, target, allowed)
        raise ArtifactError(f"{url}: is redirected more than {REDIRECTS} times")

    def _get(self, url: str) -> t.Any:
        parts = urlsplit(url)
        server = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if server not in self._servers:
                self._servers[server] = _server(server)
            ask = self._servers[server]
        if server in self._away:
            raise AwayError(f"{url}: cannot be read: {self._away[server]}")
        try:
            return ask(url)
        except AwayError as exc:
            self._away[server] = str(exc)  # so that not every extension waits for it again
            raise AwayError(f"{url}: cannot be read: {exc}") from exc


def _server(url: str) -> _Ask:
    """Make what asks one server, by all that the environment says of it."""
    if requests is None:
        raise HostError("requests: is needed to resolve extensions: install it for the Python that runs this")
    with requests.Session() as session:
        found = session.merge_environment_settings(url, {}, None, None, None)
    trusted = requests.utils.DEFAULT_CA_BUNDLE_PATH if found["verify"] is True else found["verify"]
    place = "ca_cert_dir" if os.path.isdir(trusted) else "ca_certs"
    known: dict[str, t.Any] = {"cert_reqs": "CERT_REQUIRED", place: trusted}
    proxy = requests.utils.select_proxy(url, found["proxies"])
    if proxy:
        manager = requests.adapters.HTTPAdapter(pool_maxsize=AT_ONCE).proxy_manager_for(proxy, **known)
    else:
        manager = urllib3.PoolManager(maxsize=AT_ONCE, **known)
    login = requests.utils.get_netrc_auth(url)
    headers = {**HEADERS, **(urllib3.util.make_headers(basic_auth=":".join(login)) if login else {})}
    retry = _retry()
    timeout = urllib3.util.Timeout(connect=CONNECT, read=PAUSE)

    def ask(target: str) -> t.Any:
        try:
            answer = manager.request("GET", target, headers=headers, retries=retry, timeout=timeout, **PLAIN)
        except urllib3.exceptions.HTTPError as exc:
            raise AwayError(_reason(exc)) from exc
        if answer.status in AGAIN and "retry-after" in answer.headers:
            answer.close()
            raise AwayError(f"it answers {answer.status}, and asks to come back later")
        return answer

    return ask


def _retry() -> t.Any:
    """Make the rule of asking again; a source may say when, but not keep us waiting for as long as it likes."""

    class Retry(urllib3.util.Retry):
        """Be `urllib3`'s, with a bound that not every version of it has."""

        def get_retry_after(self, response: t.Any) -> float | None:
            try:
                return super().get_retry_after(response)
            except (ValueError, OverflowError, urllib3.exceptions.InvalidHeader):
                return None  # it is no time

        def increment(self, *asked: t.Any, **came: t.Any) -> t.Any:
            answer = came.get("response")
            if answer is not None and (self.get_retry_after(answer) or 0) > PATIENCE:
                raise urllib3.exceptions.MaxRetryError(came["_pool"], asked[1])
            return super().increment(*asked, **came)

    return Retry(
        total=TRIES, backoff_factor=BACKOFF, status_forcelist=AGAIN, allowed_methods=("GET",), raise_on_status=False
    )


def _pieces(url: str, answer: t.Any, most: int) -> t.Iterator[bytes]:
    size = 0
    try:
        for piece in _decoded(answer):
            size += len(piece)
            if size > most:
                raise ArtifactError(f"{url}: is larger than {most} bytes: is it the right address?")
            yield piece
    except urllib3.exceptions.HTTPError as exc:
        raise AwayError(f"{url}: the download broke off ({_reason(exc)})") from exc


def _decoded(answer: t.Any) -> t.Iterator[bytes]:
    """Read an answer; what needs no decoding is not led through the decoder, which would copy it twice."""
    if "content-encoding" in answer.headers:
        return t.cast("t.Iterator[bytes]", answer.stream(CHUNK, decode_content=True))
    return iter(lambda: answer.read(CHUNK, decode_content=False), b"")


def _reason(exc: BaseException) -> str:
    """Tell the innermost reason, which says most: the others only wrap it."""
    inner = getattr(exc, "reason", None) or exc
    return str(inner).rpartition(": ")[2][:200] or type(exc).__name__
