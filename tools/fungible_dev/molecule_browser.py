# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a person see of a WordPress: a browser with cookies, in the host, at the router or at one release."""

from __future__ import annotations

import json
import re
import secrets
import typing as t
from dataclasses import dataclass, field
from urllib.parse import quote

from .errors import ToolError

if t.TYPE_CHECKING:
    from .hosts import Host

SECONDS = 60
MARK = "\n--answer--"


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    goes_to: str  # where it redirects to
    headers: str
    text: str

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        found = re.search(rf"^{re.escape(name)}:\s*(.*?)\r?$", self.headers, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""


@dataclass
class Browser:
    """Ask for pages of a site, in its host."""

    machine: Host
    site: str
    socket: str = ""  # of one instance; else the router is asked
    jar: str = field(default_factory=lambda: f"/tmp/cookies-{secrets.token_hex(4)}")
    nonce: str = ""

    def get(self, path: str, *options: str) -> Page:
        """Ask for a page, as whoever is logged in."""
        where = ("--unix-socket", self.socket) if self.socket else ("--connect-to", "::127.0.0.1:80")
        url = path if path.startswith("http") else f"http://{self.site}{path}"
        answer = f"{MARK}%{{http_code}} %{{redirect_url}}"
        words: tuple[str, ...] = ("curl", "--silent", "--show-error", "--max-time", str(SECONDS), "--globoff", *where)
        words += ("--cookie", self.jar, "--cookie-jar", self.jar, "--include", "--write-out", answer, *options, url)
        whole, _, told = self.machine.run(*words).stdout.rpartition(MARK)
        headers, _, text = whole.replace("\r\n", "\n").partition("\n\n")
        status, _, goes_to = told.partition(" ")
        return Page(int(status), goes_to, headers, text)

    def post(self, path: str, fields: t.Mapping[str, str], *options: str) -> Page:
        """Send a form."""
        sent = [word for name, value in fields.items() for word in ("--data-urlencode", f"{name}={value}")]
        return self.get(path, *sent, *options)

    def log_in(self, user: str, password: str) -> Browser:
        """Log in by the form, as a person would."""
        page = self.post("/wp-login.php", {"log": user, "pwd": password, "wp-submit": "Log In"})
        if page.status != 302:
            raise ToolError(f"{user} cannot log in at {self.socket or 'the router'}: status {page.status}")
        self.nonce = self.get("/wp-admin/admin-ajax.php?action=rest-nonce").text.strip()
        return self

    def rest(self, route: str, *options: str, **fields: t.Any) -> t.Any:
        """Ask WordPress's own interface, with the nonce that a logged-in browser gets; fields are sent as JSON."""
        body = ("--json", json.dumps(fields)) if fields else ()
        where = f"/index.php?rest_route={quote(route, safe='/&=')}"
        return json.loads(self.get(where, "--header", f"X-WP-Nonce: {self.nonce}", *body, *options).text)
