# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where is a WordPress that people kept by hand, and where is its wp-content, if its wp-config.php puts that elsewhere?

Debian's package does: https://sources.debian.org/src/wordpress/6.1.9+dfsg1-0+deb12u1/debian/wp-config.php/.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from ..context import ROOT
from ..errors import HostError, ManifestError
from ..kinds.wordpress import config as wordpress_config
from ..kinds.wordpress.contents import CONTENT

if t.TYPE_CHECKING:
    from ..host.protocol import Host

MARK: t.Final = "wp-settings.php"
PACKAGES: t.Final = "/usr/"  # but for /usr/local/: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch04.html
OURS: t.Final = "/usr/local/"


@dataclass(frozen=True)
class Whereabouts:
    """Be the folder of a WordPress, and what people say is its wp-content where that is not in it."""

    path: str
    moved: str = ""

    @property
    def content(self) -> str:
        return self.moved or join(self.path, CONTENT)

    def at(self, place: str) -> str:
        """Tell where a place is that is named as WordPress has it of itself."""
        if place == CONTENT or place.startswith(f"{CONTENT}/"):
            return join(self.content, place[len(CONTENT) + 1 :]).rstrip("/")
        return join(self.path, place)


def of(path: str | None, content: str | None) -> Whereabouts | None:
    """Read what people say; none where no WordPress is kept by hand."""
    if content and not path:
        raise ManifestError("content: is of no use without path: give both, or take it out")
    return Whereabouts(path, content or "") if path else None


def require_paths(where: Whereabouts) -> None:
    """Insist on whole paths that need no quotes anywhere."""
    for name, path in (("path", where.path), ("content", where.content)):
        if not ROOT.fullmatch(path):
            raise ManifestError(
                f"{name}: {path!r} is no absolute path without spaces, quotes and the like: choose another"
            )


def require_told(host: Host, where: Whereabouts) -> None:
    """Insist that WordPress looks where we do: what is elsewhere is not what it loads."""
    at = config_of(host, where.path)
    seen = host.stat(at)
    if not seen or seen.kind != "f" or seen.size > wordpress_config.MOST:
        return
    bases = {"__DIR__": dirname(at), "ABSPATH": f"{where.path}/", "WP_CONTENT_DIR": where.content, "": ""}
    for said in wordpress_config.folders(host.read(at) or ""):
        place = wordpress_config.FOLDERS[said.name]
        folder = normpath(f"{bases[said.base]}{said.rest}") if said.rest else ""
        if folder == normpath(where.at(place)) or (place == CONTENT and where.moved):
            continue
        if place == CONTENT:
            hint = f"such as {folder}" if ROOT.fullmatch(folder) else "even if it is the usual one"
            raise HostError(f"{at}: sets {said.name}: say which folder that is as `content`, {hint}")
        raise HostError(f"{at}: sets {said.name}, and extensions are kept in {where.at(place)} only: take it out")


def require_own(host: Host, where: Whereabouts) -> None:
    """Insist that no package of the system has its files there, which its next upgrade would bring back."""
    real = host.ask(("readlink", "-f", where.content)).out.strip()
    if f"{real}/".startswith(PACKAGES) and not real.startswith(OURS):
        raise HostError(f"{where.content}: is in /usr, where packages have their files: have its wp-content elsewhere")


def config_of(host: Host, path: str) -> str:
    """Tell which wp-config.php WordPress takes: the folder's own, or one above that is no other WordPress's."""
    own, above = join(path, wordpress_config.FILE), dirname(path.rstrip("/"))
    is_above = not host.stat(own) and not host.stat(join(above, MARK))
    return join(above, wordpress_config.FILE) if is_above else own
