# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Back up the databases of a site and run the migration of its release, once.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t

from saltext.fungible._core import migration
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __env__: str = ""
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "migration"


def __virtual__() -> str:
    return __virtualname__


def _minion() -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"], __env__)


def done(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Bring the site's stores up to its release, after a verified backup, unless that was done.

    The release's own migration runs in its sandbox before the release gets visitors: WordPress's upgrade routine, a
    Procfile's ``release`` line. One that failed or was cut off is run again.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter migrated:
          migration.done:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), migration.migrate, _minion())
