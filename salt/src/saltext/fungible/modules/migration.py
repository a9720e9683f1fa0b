# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell of a site's migrations, or bring its stores up to its release.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t

from saltext.fungible._core import migration
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "migration"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def info(name: str, manifest: t.Any = None, root: str = "/") -> dict[str, t.Any]:
    """
    Tell which releases' migrations were run, and which backups there are.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' migration.info actioncenter
    """
    return face.inform(face.Asked(name, manifest, root), migration.facts, _minion())


def run(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Back the databases up and run the release's migration, unless that was done.

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

        salt '*' migration.run actioncenter
    """
    return face.change(face.Asked(name, manifest, root), migration.migrate, _minion(test))
