# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the running instance of a site live, or go back to the one before it.

.. versionadded:: 0.1.0

New visitors are switched at once, requests in flight finish, the old instance is stopped and its release kept.
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import cutover
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __env__: str = ""
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "cutover"


def __virtual__() -> str:
    return __virtualname__


def _minion() -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"], __env__)


def live(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Make the manifest's instance live; one that was marked bad is refused.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter live:
          cutover.live:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), partial(cutover.cut_over, rollback=False), _minion())


def rolled_back(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Make the instance live that was live before the manifest's.

    It is started again where it was stopped. Where something other than the manifest's instance is live already,
    nothing is changed.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter rolled back:
          cutover.rolled_back:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), partial(cutover.cut_over, rollback=True), _minion())
