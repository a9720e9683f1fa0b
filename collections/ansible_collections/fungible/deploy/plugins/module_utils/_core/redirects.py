# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""May a download that began at one URL go on at another?"""

from __future__ import annotations

import typing as t
from urllib.parse import urljoin, urlsplit

from . import schema as s
from .errors import ArtifactError

ALLOWED: t.Final = s.ListOf(
    s.Text(
        r"(?:http://)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?",
        "must be a host name in lower case, after http:// where it has no https",
    )
)
MOST: t.Final = 5


def followed(start: str, target: str, allowed: t.Collection[str]) -> str:
    """Give the URL that a redirect leads to, if it stays with the host and with https, or the host is allowed."""
    url = urljoin(start, target)
    before, after = urlsplit(start), urlsplit(url)
    host = f"http://{after.netloc}" if after.scheme == "http" else after.netloc
    stays = before.netloc == after.netloc and before.scheme == after.scheme
    upgrades = before.hostname == after.hostname and (before.scheme, after.scheme) == ("http", "https")
    if after.scheme not in ("https", "http") or not (stays or upgrades or host in allowed):
        shown = host or after.scheme
        raise ArtifactError(f"{start}: is redirected to {shown}: add it to `redirects` of its source if that is right")
    return url
