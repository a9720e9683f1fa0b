# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the persistent stores of a site present, detach one, or purge it.

.. versionadded:: 0.1.0

Data that exist are never touched. Detaching takes the site's access away and leaves the data.
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import store as _store
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __env__: str = ""
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "persistent_store"


def __virtual__() -> str:
    return __virtualname__


def _minion() -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"], __env__)


def present(name: str, store: str = "", manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Make the stores of a site, or repair their rights.

    name
        The site.

    store
        The name of one store. Default: all stores of the manifest.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter stores:
          persistent_store.present:
            - name: actioncenter
    """
    return face.state(
        face.Asked(name, manifest, root, unknown),
        partial(_store.persistent_store, state="present", store=store, purge=""),
        _minion(),
    )


def absent(
    name: str, store: str = "", purge: str = "", manifest: t.Any = None, root: str = "/", **unknown: t.Any
) -> dict[str, t.Any]:
    """
    Detach a store of a site; its data stay, unless ``purge`` names it too.

    name
        The site.

    store
        The name of the store.

    purge
        The store's name once more, to delete its data. A verified backup is made first.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter has no uploads:
          persistent_store.absent:
            - name: actioncenter
            - store: uploads
    """
    return face.state(
        face.Asked(name, manifest, root, unknown),
        partial(_store.persistent_store, state="absent", store=store, purge=purge),
        _minion(),
    )
