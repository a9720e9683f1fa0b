# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Bring every extension of a site's plugin chain onto the minion.

.. versionadded:: 0.1.0

Each is verified and unpacked once, ready to be composed into a release.
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import chain
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __env__: str = ""
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "plugin_chain"


def __virtual__() -> str:
    return __virtualname__


def _minion() -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"], __env__)


def present(
    name: str, manifest: t.Any = None, root: str = "/", path: str = "", content: str = "", **unknown: t.Any
) -> dict[str, t.Any]:
    """
    Bring every extension of the chain onto the minion, verified and unpacked.

    Staging a release does this too; alone it is good for bringing large plugins early.

    name
        The site.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. Whoever reads the state file sees it.

    root
        What stands in for ``/``, for demonstrations and tests.

    path
        The folder of a WordPress that people kept by hand, and that is no release. The declared extensions are brought
        to the declared versions there too, each at once; others are left alone. Of the manifest only ``plugins`` is
        read then.

    content
        The folder that this WordPress has as ``wp-content``, where its ``wp-config.php`` puts that elsewhere, as
        Debian's package does. Default: ``wp-content`` in ``path``.

    .. code-block:: yaml

        actioncenter plugins:
          plugin_chain.present:
            - name: actioncenter
    """
    call = partial(chain.plugin_chain, path=path, content=content)
    return face.state(face.Asked(name, manifest, root, unknown), call, _minion())
