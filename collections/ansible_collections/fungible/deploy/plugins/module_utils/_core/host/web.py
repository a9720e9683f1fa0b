# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""HTTP to the sources of extensions, by `requests`, which Salt's masters have and other controllers install.

Retries, time-outs, TLS, proxies and logins (netrc) are the library's. Nothing is cached but artifacts: a source is
asked only for what is not locked yet or should be updated, and then the answer has to be a new one.
"""

from __future__ import annotations

import json
import threading
import typing as t
from urllib.parse import urlsplit

from ..errors import ArtifactError, HostError
from ..lock.protocol import AwayError, GoneError
from ..redirects import MOST as REDIRECTS
from ..redirects import followed

WORKERS: t.Final = 8
TRIES: t.Final = 3
BACKOFF: t.Final = 0.3
TIMEOUT: t.Final = (10, 60)  # to connect, and between two pieces of an answer
DOCUMENT: t.Final = 1 << 25
ARTIFACT: t.Final = 1 << 31
CHUNK: t.Final = 1 << 18
AGAIN: t.Final = (429, 500, 502, 503, 504)
ABSENT: t.Final = (404, 410)


class Web:
    """Be a client for many requests at once."""

    def __init__(self) -> None:
        self._session = _session()
        self._away: dict[str, str] = {}
        self._lock = threading.Lock()

    def document(self, url: str, allowed: t.Collection[str]) -> t.Any:
        """Ask for JSON; nothing where there is none."""
        with self._answer(url, allowed) as answer:
            if answer.status_code in ABSENT:
                return None
            body = b"".join(_pieces(url, answer, DOCUMENT))
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise ArtifactError(f"{url}: its answer is no JSON ({str(exc)[:120]}): is it the right address?") from exc

    def pieces(self, url: str, allowed: t.Collection[str]) -> t.Iterator[bytes]:
        """Fetch an artifact, piece by piece."""
        with self._answer(url, allowed) as answer:
            if answer.status_code in ABSENT:
                raise GoneError(f"{url}: is not there any more ({answer.status_code})")
            yield from _pieces(url, answer, ARTIFACT)

    def _answer(self, url: str, allowed: t.Collection[str]) -> t.Any:
        """Ask, and follow where it is allowed; what is given has to be closed."""
        for _hop in range(REDIRECTS):
            answer = self._get(url)
            if not answer.is_redirect:
                if answer.status_code < 300 or answer.status_code in ABSENT:
                    return answer
                answer.close()
                raise AwayError(f"{url}: answers {answer.status_code}")
            answer.close()
            url = followed(url, answer.headers["location"], allowed)
        raise ArtifactError(f"{url}: is redirected more than {REDIRECTS} times")

    def _get(self, url: str) -> t.Any:
        import requests  # noqa: PLC0415 - no part of Python, and only resolving needs it

        server = urlsplit(url).netloc
        if server in self._away:
            raise AwayError(f"{url}: cannot be read: {self._away[server]}")
        try:
            return self._session.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False)
        except requests.exceptions.RequestException as exc:
            reason = _reason(exc)
            if isinstance(exc, requests.exceptions.ConnectionError):
                with self._lock:  # so that not every extension waits for it again
                    self._away[server] = reason
            raise AwayError(f"{url}: cannot be read: {reason}") from exc


def _session() -> t.Any:
    try:
        import requests.adapters  # noqa: PLC0415
        import urllib3.util  # noqa: PLC0415
    except ImportError as exc:
        raise HostError("requests: is needed to resolve extensions: install it for the Python that runs this") from exc
    retry = urllib3.util.Retry(
        total=TRIES, backoff_factor=BACKOFF, status_forcelist=AGAIN, allowed_methods=("GET",), raise_on_status=False
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=WORKERS, max_retries=retry))
    session.headers["User-Agent"] = "fungible"
    return session


def _pieces(url: str, answer: t.Any, most: int) -> t.Iterator[bytes]:
    import requests  # noqa: PLC0415

    size = 0
    try:
        for piece in answer.iter_content(CHUNK):
            size += len(piece)
            if size > most:
                raise ArtifactError(f"{url}: is larger than {most} bytes: is it the right address?")
            yield piece
    except requests.exceptions.RequestException as exc:
        raise AwayError(f"{url}: the download broke off ({_reason(exc)})") from exc


def _reason(exc: BaseException) -> str:
    """Tell the innermost reason, which says most: the others only wrap it."""
    inner = getattr(exc.args[0] if exc.args else None, "reason", None) or exc
    return str(inner).rpartition(": ")[2][:200] or type(exc).__name__
