# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do people put into a WordPress, and is it as they left it: posts, users and an upload."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .molecule_wordpress import WordPress

Content = t.Dict[str, t.List[t.Dict[str, t.Any]]]  # noqa: UP006 - evaluated, and ./dev starts on 3.9

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360f8cf000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
STORE = "/srv/fungible/actioncenter/stores/uploads"
TEXTS = ("Plain words.", 'Ünïcode ☂ and 🐘, "quotes" & <b>bold</b>.', "Line one\n\nLine two \\ back")
# Of each kind, what must survive; other fields tell of the release that answered.
LASTING = {
    "posts": ("id", "slug", "status", "date_gmt", "author", "title", "content"),
    "users": ("id", "username", "email", "roles", "registered_date"),
    "media": ("id", "slug", "source_url", "mime_type", "author"),
}


def add(wordpress: WordPress) -> None:
    """Write posts, make a user and upload an image, all through the running site."""
    director, machine = wordpress.director(), wordpress.machine
    for text in TEXTS:
        director.rest("/wp/v2/posts", title=f"On {text[:9]}", content=text, status="publish")
    director.rest("/wp/v2/users", username="editor", email="editor@x.example", password="words", roles=["editor"])  # noqa: S106 - of a test
    machine.run("python3", "-c", f"open('/root/tree.png', 'wb').write(bytes.fromhex('{PNG.hex()}'))")
    kind = ("--header", "Content-Type: image/png", "--header", "Content-Disposition: attachment; filename=tree.png")
    director.rest("/wp/v2/media", *kind, "--data-binary", "@/root/tree.png")


def read(wordpress: WordPress) -> Content:
    """Return all that is there, as its administrator sees it."""
    director = wordpress.director()
    asked = "context=edit&orderby=id&order=asc&per_page=100"
    return {
        kind: [{key: one[key] for key in keys} for one in director.rest(f"/wp/v2/{kind}&{asked}")]
        for kind, keys in LASTING.items()
    }


def upload(found: Content) -> str:
    """Return the path of the uploaded image in the store of uploads."""
    url: str = found["media"][0]["source_url"]
    return url.partition("/wp-content/uploads/")[2]
