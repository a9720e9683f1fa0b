# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell of a site's plugin chain, or bring every extension of it onto the minion.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t
from functools import partial

from saltext.fungible._core import chain
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "plugin_chain"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def info(  # noqa: PLR0913, PLR0917 - Salt has no other way to take options
    name: str,
    thorough: bool = False,
    published: bool = False,
    published_url: str = "",
    path: str = "",
    content: str = "",
    manifest: t.Any = None,
    root: str = "/",
) -> dict[str, t.Any]:
    """
    Tell the declared chain in its order, what of it is ready on this minion, and whether its files are whole.

    name
        The site.

    thorough
        Hash every byte of the release. Default: compare sizes, times and modes.

    published
        Compare WordPress and its plugins with the checksums that wordpress.org has published, where it has. The minion
        asks for them itself.

    published_url
        What is asked instead of wordpress.org, such as a mirror of it.

    path
        Describe the WordPress that people keep by hand in this folder instead, as a catalogue and a manifest. The
        site's manifest is not read then, and need not be there.

    content
        The folder that this WordPress has as ``wp-content``, where its ``wp-config.php`` puts that elsewhere, as
        Debian's package does. Default: ``wp-content`` in ``path``.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' plugin_chain.info actioncenter
    """
    facts = partial(
        chain.facts, thorough=thorough, published=published, published_url=published_url, path=path, content=content
    )
    return face.inform(face.Asked(name, {} if path else manifest, root), facts, _minion())


def present(
    name: str, manifest: t.Any = None, root: str = "/", test: bool | None = None, path: str = "", content: str = ""
) -> dict[str, t.Any]:
    """
    Bring every extension of the chain onto the minion, verified and unpacked.

    name
        The site.

    path
        The folder of a WordPress that people kept by hand, and that is no release. The declared extensions are brought
        to the declared versions there too, each at once; others are left alone. Of the manifest only ``plugins`` is
        read then.

    content
        The folder that this WordPress has as ``wp-content``, where its ``wp-config.php`` puts that elsewhere, as
        Debian's package does. Default: ``wp-content`` in ``path``.

    manifest
        The site's manifest, instead of the pillar's ``fungible:sites:<name>``. The job cache keeps it, secrets too.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' plugin_chain.present actioncenter
    """
    call = partial(chain.plugin_chain, path=path, content=content)
    return face.change(face.Asked(name, manifest, root), call, _minion(test))
