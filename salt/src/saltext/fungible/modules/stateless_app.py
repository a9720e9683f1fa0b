# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell of a site's releases and instances, stage a release, run its instance, or take the app away.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import app
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "stateless_app"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def info(name: str, thorough: bool = False, manifest: t.Any = None, root: str = "/") -> dict[str, t.Any]:
    """
    Tell of each release and instance, and whether the manifest's release is whole.

    name
        The site.

    thorough
        Read every file of the release again instead of trusting sizes and times.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' stateless_app.info actioncenter
    """
    return face.inform(face.Asked(name, manifest, root), partial(app.facts, thorough=thorough), _minion())


def staged(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Build the release beside the others, or repair it where files are missing, changed or added.

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

        salt '*' stateless_app.staged actioncenter
    """
    return face.change(face.Asked(name, manifest, root), partial(app.stateless_app, state="staged"), _minion(test))


def running(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Start the instance in the free slot, wait until it is healthy, and warm it.

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

        salt '*' stateless_app.running actioncenter
    """
    return face.change(face.Asked(name, manifest, root), partial(app.stateless_app, state="running"), _minion(test))


def absent(name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None) -> dict[str, t.Any]:
    """
    Take routes, instances and releases away; stores stay.

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

        salt '*' stateless_app.absent actioncenter test=True
    """
    return face.change(face.Asked(name, manifest, root), partial(app.stateless_app, state="absent"), _minion(test))
