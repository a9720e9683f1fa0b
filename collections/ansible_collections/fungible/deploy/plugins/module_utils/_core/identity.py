# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What is a release called, and an instance? The same inputs give the same id on every host and from every tool."""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t

if t.TYPE_CHECKING:
    from .manifest.model import Site

# Raised when the way in which releases are composed, or instances are run, changes: old ones are then left as they are.
RELEASE_FORMAT: t.Final = 1
INSTANCE_FORMAT: t.Final = 1


def lock_entry(site: Site) -> dict[str, t.Any]:
    """Tell everything that decides the bytes of a site's release, and nothing else."""
    return {
        "format": RELEASE_FORMAT,
        "app": {
            "kind": site.app.kind.name,
            "generation": site.app.kind.generation,
            "version": site.app.version,
            "sha256": site.app.source.sha256,
            **site.app.kind.identity(site),
        },
        "mounts": sorted(store.mount for store in site.stores if store.mount),
        "plugins": [
            {
                "name": one.name,
                "version": one.version,
                "kind": one.kind.value,
                "enabled": one.enabled,
                "sha256": one.source.sha256,
                **({"network": True} if one.network else {}),
            }
            for one in site.plugins
        ],
    }


def release_id(site: Site) -> str:
    """Name a release: the version, then the first 12 hex digits of its canonical lock entry's sha256."""
    return f"{site.app.version}-{hashlib.sha256(_canonical(lock_entry(site))).hexdigest()[:12]}"


def instance_id(site: Site) -> str:
    """Name an instance: its release, then a digest of its configuration, keyed with the site's secret."""
    configuration = {
        "format": INSTANCE_FORMAT,
        "options": {name: value for name, value in site.app.options.items() if name not in site.app.kind.used_once},
        "user": site.app.user,
        "runtime": site.app.runtime.value if site.app.runtime else "",
        "stores": {store.name: {"kind": store.kind, **vars(store)} for store in site.stores},
    }
    key = hmac.new(site.app.secret.encode(), _canonical(configuration), hashlib.sha256)
    return f"{release_id(site)}.{key.hexdigest()[:8]}"


def release_of(instance: str) -> str:
    """Tell the release of an instance from its id."""
    return instance.rpartition(".")[0]


def _canonical(data: t.Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
