# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell what of a site is live, make its running instance live, or go back to the one before it.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import cutover
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "cutover"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def info(name: str, manifest: t.Any = None, root: str = "/") -> dict[str, t.Any]:
    """
    Tell what is live, since when, what was before it, and whether the router agrees.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' cutover.info actioncenter
    """
    return face.inform(face.Asked(name, manifest, root), cutover.facts, _minion())


def live(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Make the manifest's instance live; one that was marked bad is refused.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' cutover.live actioncenter
    """
    return face.change(face.Asked(name, manifest, root), partial(cutover.cut_over, rollback=False), _minion(test))


def rollback(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Make the instance live that was live before the manifest's.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' cutover.rollback actioncenter
    """
    return face.change(face.Asked(name, manifest, root), partial(cutover.cut_over, rollback=True), _minion(test))
