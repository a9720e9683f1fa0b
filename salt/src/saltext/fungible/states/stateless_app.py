# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Stage a release, run its instance beside what is live, or take the app away.

.. versionadded:: 0.1.0

A release is built from verified artifacts and never changes; its instance can write nothing but the declared stores.
It gets no visitors yet: that is what :mod:`cutover <saltext.fungible.states.cutover>` is for.
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import app
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __env__: str = ""
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "stateless_app"


def __virtual__() -> str:
    return __virtualname__


def _minion() -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"], __env__)


def staged(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Build the release beside the others, or repair it where files are missing, changed or added.

    A ``source`` of the manifest that is a ``file`` comes from the master: ``file: apps/site.zip`` is
    ``salt://apps/site.zip``.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter staged:
          stateless_app.staged:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), partial(app.stateless_app, state="staged"), _minion())


def running(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Start the instance in the free slot, wait until it is healthy, and warm it.

    One that does not become healthy is stopped and marked bad, and the comment has its last log lines. The release must
    be staged and migrated.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter running:
          stateless_app.running:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), partial(app.stateless_app, state="running"), _minion())


def absent(name: str, manifest: t.Any = None, root: str = "/", **unknown: t.Any) -> dict[str, t.Any]:
    """
    Take routes, instances and releases away; stores stay.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    .. code-block:: yaml

        actioncenter is gone:
          stateless_app.absent:
            - name: actioncenter
    """
    return face.state(face.Asked(name, manifest, root, unknown), partial(app.stateless_app, state="absent"), _minion())
