# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do the developer tools get the core from: the checkout's own collection."""

from __future__ import annotations

import sys

from . import places

sys.path.insert(0, str(places.CHECKOUT / "collections"))

from ansible_collections.fungible.deploy.plugins.module_utils._core import context, cutover, identity, primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue import expansion
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet import inventory
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Owner
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import instance
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.resolve import resolve
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import RuntimeName
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places
from ansible_collections.fungible.deploy.plugins.module_utils._core.release import release

__all__ = [
    "LocalDesk",
    "LocalHost",
    "Owner",
    "Places",
    "RuntimeName",
    "context",
    "cutover",
    "expansion",
    "identity",
    "instance",
    "inventory",
    "manifest",
    "primitives",
    "release",
    "resolve",
]
