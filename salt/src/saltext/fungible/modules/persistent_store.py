# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell of the persistent stores of a site, make them present, detach one, or purge it.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import store as _store
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "persistent_store"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def info(name: str, manifest: t.Any = None, root: str = "/") -> dict[str, t.Any]:
    """
    Tell of each store what is there, what is declared, and what it would take to make them equal.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' persistent_store.info actioncenter
    """
    return face.inform(face.Asked(name, manifest, root), _store.facts, _minion())


def present(
    name: str, store: str = "", manifest: t.Any = None, root: str = "/", test: bool | None = None
) -> dict[str, t.Any]:
    """
    Make the stores of a site, or repair their rights.

    name
        The site.

    store
        The name of one store. Default: all stores of the manifest.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' persistent_store.present actioncenter
    """
    return face.change(
        face.Asked(name, manifest, root),
        partial(_store.persistent_store, state="present", store=store, purge=""),
        _minion(test),
    )


def absent(
    name: str, store: str = "", purge: str = "", manifest: t.Any = None, root: str = "/", test: bool | None = None
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
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' persistent_store.absent actioncenter store=uploads
    """
    return face.change(
        face.Asked(name, manifest, root),
        partial(_store.persistent_store, state="absent", store=store, purge=purge),
        _minion(test),
    )
