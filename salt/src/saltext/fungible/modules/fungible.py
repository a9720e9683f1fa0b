# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell which fungible this minion has, and whether its sites are still what was applied.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import importlib.metadata
import typing as t
from functools import partial

from salt.exceptions import CommandExecutionError

from saltext.fungible._core.errors import CoreError
from saltext.fungible._core.fleet import inventory as extensions
from saltext.fungible.utils import applied, face

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "fungible"


def __virtual__() -> str:
    return __virtualname__


def _minion(test: bool | None = None) -> face.Minion:
    return face.Minion(__salt__, __pillar__, __opts__["test"] if test is None else test)


def version() -> str:
    """
    Return the version of the extension.

    CLI Example:

    .. code-block:: bash

        salt '*' fungible.version
    """
    try:
        # salt-ssh takes the package along, and of its metadata the name alone.
        return importlib.metadata.version("saltext-fungible") or "unknown"
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def deviations(name: str = "", root: str = "/") -> dict[str, dict[str, list[str]]]:
    """
    Tell of each site what is not as it was applied, and the steps that would repair it.

    Parts are ``chain``, ``release``, ``instance`` and ``route``. A manifest that waits in the pillar for its deploy is
    no deviation, and a rollback is none.

    name
        The site. Default: every site that was applied to this minion.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' fungible.deviations
    """
    try:
        names = [name] if name else applied.sites(root)
        found = {one: applied.deviations(face.Asked(one, root=root), _minion()) for one in names}
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None
    return {one: parts for one, parts in found.items() if parts}


def repair(name: str, root: str = "/", test: bool | None = None) -> list[str]:
    """
    Make a site again what was applied, and tell the steps.

    What waits in the pillar is not deployed by this, and what was rolled back stays so.

    name
        The site.

    root
        What stands in for ``/``, for demonstrations and tests.

    test
        Only tell what would be done. Default: what the minion's configuration says, which is to do it.

    CLI Example:

    .. code-block:: bash

        salt '*' fungible.repair actioncenter
    """
    try:
        return applied.repair(face.Asked(name, root=root), _minion(test))
    except CoreError as exc:
        raise CommandExecutionError(str(exc)) from None


def inventory(thorough: bool = False, root: str = "/") -> dict[str, t.Any]:
    """
    Tell the extensions of all sites of this minion, as declared, on disk and live.

    The applications are not loaded for it. A site that cannot be read has an ``error`` in place of its facts. The
    runner ``fungible.inventory`` makes a table of what all minions tell.

    thorough
        Hash every byte of the releases. Default: compare sizes, times and modes.

    root
        What stands in for ``/``, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt '*' fungible.inventory
    """
    return face.survey(root, partial(extensions.facts, thorough=thorough), _minion())
