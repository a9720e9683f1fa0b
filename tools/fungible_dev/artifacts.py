# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which real parts are there to deploy; each is checked against its digest on each use."""

from __future__ import annotations

from .artifact_store import Artifact
from .debian import extension as debian_extension
from .debian import package as debian_package
from .debian import unpack as unpack_debian
from .procfile import Broken, procfile_app
from .synthetic import Synthetic, synthetic_plugin, synthetic_wordpress
from .wordpress_parts import sqlite_integration, wordpress

__all__ = [
    "Artifact",
    "Broken",
    "Synthetic",
    "akismet",
    "debian_extension",
    "debian_package",
    "procfile_app",
    "sqlite_integration",
    "synthetic_plugin",
    "synthetic_wordpress",
    "unpack_debian",
    "wordpress",
]


def akismet() -> Artifact:
    """Return Akismet, which lies in Debian's wordpress package."""
    return debian_extension("akismet")
