# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do tests ask the WordPress of a scenario: its pages, what its inside looks like, what is live."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t
from dataclasses import dataclass

from .load_aim import Aim
from .molecule_browser import SECONDS, Browser

if t.TYPE_CHECKING:
    from .hosts import Host

KEYS = ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")
VISITED = ("/", "/wp-login.php", "/?feed=rss2", "/wp-includes/css/buttons.min.css")


@dataclass(frozen=True)
class WordPress:
    """A site on a host, as its manifest declares it."""

    machine: Host
    name: str
    manifest: t.Mapping[str, t.Any]

    @property
    def host(self) -> str:
        """Return its host name."""
        return str(self.manifest["routes"][0]["host"])

    @property
    def secrets(self) -> dict[str, str]:
        """Return all that nobody may read, by what it is."""
        secret: str = self.manifest["app"]["secret"]
        derived = [f"{key}_{kind}" for key in KEYS for kind in ("KEY", "SALT")]
        return {
            "secret": secret,
            "database password": self.manifest["stores"]["db"]["password"],
            "administrator's password": self.manifest["app"]["install"]["password"],
            **{key: hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest() for key in derived},
        }

    @property
    def journal(self) -> dict[str, t.Any]:
        """Return what fungible wrote down."""
        found: dict[str, t.Any] = json.loads(self.machine.read(f"/var/lib/fungible/{self.name}/journal.json"))
        return found

    @property
    def live(self) -> str:
        """Return the live instance."""
        return str(self.journal["live"])

    @property
    def slot(self) -> str:
        """Return the slot of the live instance."""
        return self.slot_of(self.live)

    def slot_of(self, instance: str) -> str:
        """Return the slot of an instance."""
        slots: dict[str, str] = self.journal["slots"]
        return next(slot for slot, owner in slots.items() if owner == instance)

    def tree(self, instance: str = "") -> str:
        """Return where the release of an instance is on the host."""
        release = (instance or self.live).rpartition(".")[0]
        return f"/srv/fungible/{self.name}/releases/{release}"

    def unit(self, process: str, instance: str = "") -> str:
        """Return the name of the unit of an instance's process."""
        return f"fungible-{self.name}-{instance or self.live}-{process}.service"

    def runs(self, instance: str) -> bool:
        """Tell whether an instance runs."""
        asked = self.machine.run("systemctl", "is-active", self.unit("web", instance), check=False)
        return asked.stdout.strip() == "active"

    def browser(self, slot: str = "") -> Browser:
        """Return a new browser that asks the router, or whatever is in a slot."""
        socket = f"/run/fungible/{self.name}/{slot}/web/web.sock" if slot else ""
        return Browser(self.machine, self.host, socket)

    def director(self, slot: str = "") -> Browser:
        """Return a browser in which the administrator has logged in."""
        install = self.manifest["app"]["install"]
        browser = self.browser(slot).log_in(install["user"], install["password"])
        browser.get("/wp-admin/")  # a plugin that was just activated may lead to its own page once, as Akismet does
        return browser

    def visitors(self, rate: float) -> Aim:
        """Return the load of so many visits a second, until it is stopped."""
        address = self.machine.address
        return Aim(
            f"http://{address}",
            rate=rate,
            seconds=300,
            paths=VISITED,
            host=self.host,
            release_header="X-Fungible-Slot",
            test_networks=(f"{address}/32",),
        )

    def wait(self) -> None:
        """Wait until its front page is served again."""
        ask = f"until curl --silent --fail --header 'Host: {self.host}' 127.0.0.1 >/dev/null; do sleep 0.1; done"
        self.machine.run("timeout", str(SECONDS), "sh", "-c", ask)

    def inside(self, slot: str = "", **asked: t.Any) -> dict[str, t.Any]:
        """Ask the must-use plugin `house-rules` what its PHP sees and may do."""
        page = self.browser(slot).get("/", "--header", f"X-House: {json.dumps(asked)}")
        told: dict[str, t.Any] = json.loads(page.text)
        return told
