# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests that tests begin with, and the ground that a site of them stands on."""

from __future__ import annotations

import typing as t

from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core import context
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.context import Context
    from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Kind
    from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Site

Data = dict[str, t.Any]
SHA: t.Final = "5e" * 32
SECRET: t.Final = "the secret of the site"


def merged(base: t.Any, over: t.Any) -> t.Any:
    """Lay one structure over another; a key whose value is nothing is taken out."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    both = {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
    return {key: value for key, value in both.items() if value is not None}


def notes(over: Data | None = None) -> Data:
    """Give the manifest of a Procfile application."""
    base: Data = {
        "app": {
            "kind": "procfile",
            "version": "1",
            "source": {"url": "https://downloads.example/notes-1.tar.gz", "sha256": SHA},
            "secret": SECRET,
            "port": 18000,
        },
        "stores": {"db": {"kind": "sqlite"}},
        "routes": [{"host": "notes.example"}],
    }
    return t.cast("Data", merged(base, over or {}))


def blog(over: Data | None = None) -> Data:
    """Give the manifest of a WordPress site with every kind of store and extension."""
    base: Data = {
        "app": {
            "kind": "wordpress",
            "version": "6.4",
            "source": {"url": "https://downloads.example/wordpress-6.4.zip", "sha256": SHA},
            "secret": SECRET,
        },
        "stores": {
            "db": {"kind": "mariadb", "database": "the_blog", "user": "blogger", "password": "pass word"},
            "uploads": {"kind": "directory", "mount": "wp-content/uploads"},
        },
        "plugins": {
            "use": [
                extension("akismet"),
                extension("hello", kind="mu-plugin"),
                extension("gallery", state="disabled"),
                extension("plain", kind="theme"),
            ]
        },
        "routes": [{"host": "blog.example"}],
    }
    return t.cast("Data", merged(base, over or {}))


def unserved(*plugins: Data, secret: str = SECRET) -> Data:
    """Give the manifest of a WordPress of which nothing is run: another web server would serve it."""
    app = {"kind": "wordpress", "version": "6.5", "source": {"path": "/wordpress.zip", "sha256": SHA}}
    store = {"kind": "mariadb", "database": "a", "user": "a", "password": "a password of the site"}
    site: Data = {"app": {**app, "secret": secret, "runtime": "none"}, "stores": {"db": store}}
    return {**site, "plugins": {"use": list(plugins)}} if plugins else site


def extension(name: str, **over: t.Any) -> Data:
    source = {"url": f"https://downloads.example/{name}.zip", "sha256": SHA}
    return {"name": name, "version": "1.0", "source": source, **over}


def site_of(data: Data, kinds: t.Mapping[str, Kind] | None = None) -> Site:
    name = "notes" if data["app"]["kind"] != "wordpress" else "blog"
    return manifest.parse(name, data, kinds) if kinds else manifest.parse(name, data)


def context_of(data: Data, host: FakeHost | None = None, root: str = "/") -> Context:
    return context.of(host or FakeHost(), site_of(data), root)
