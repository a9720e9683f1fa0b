# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""May a download that began at one URL go on at another?"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from .errors import ArtifactError
from .manifest import schema as s

ALLOWED: t.Final = s.ListOf(
    s.Text(
        r"(?:http://)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?",
        "must be a host name in lower case, after http:// where it has no https",
    )
)
MOST: t.Final = 5
LONGEST: t.Final = 4096


def followed(start: str, target: str, allowed: t.Collection[str], *, anywhere: bool = False) -> str:
    """Give the URL that a redirect leads to, if it stays with the host and with https, or the host is allowed.

    `anywhere`: it is no redirect, but what an answer names, which may be on any host that has https.
    """
    before, after = urlsplit(start), _read(start, target)
    host = f"http://{after.netloc}" if after.scheme == "http" else after.netloc
    stays = before.netloc == after.netloc and before.scheme == after.scheme
    upgrades = before.hostname == after.hostname and (before.scheme, after.scheme) == ("http", "https")
    named = anywhere and after.scheme == "https" and after.netloc
    if after.scheme not in ("https", "http") or not (stays or upgrades or named or host in allowed):
        shown = host or after.scheme
        raise ArtifactError(f"{start}: is redirected to {shown}: add it to `redirects` of its source if that is right")
    return after.geturl()


def _read(start: str, target: str) -> SplitResult:
    """Read the address that a server named: it may be anything, and ends up in locks and errors."""
    unsound = ArtifactError(f"{start}: leads to what is no address: ask who runs it")
    try:
        found = urlsplit(re.sub("[^!-~]", lambda odd: quote(odd[0]), urljoin(start, target)))
        is_sound = len(target) <= LONGEST and "%" not in found.netloc and (found.port or 1) > 0
    except ValueError as exc:
        raise unsound from exc
    if not is_sound:
        raise unsound
    if "@" in found.netloc:
        raise ArtifactError(f"{start}: leads to an address with a login in it, which many would read: ask who runs it")
    return found
