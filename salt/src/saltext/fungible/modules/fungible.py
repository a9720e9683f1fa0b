# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Which fungible does this minion have.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import importlib.metadata

import saltext.fungible._core.errors  # noqa: F401  a wheel without its core must not load

__virtualname__ = "fungible"


def __virtual__() -> str:
    return __virtualname__


def version() -> str:
    """
    Return the version of the extension.

    CLI Example:

    .. code-block:: bash

        salt '*' fungible.version
    """
    try:
        return importlib.metadata.version("saltext-fungible")
    except importlib.metadata.PackageNotFoundError:
        # salt-ssh packs the package's folder without its metadata.
        return "unknown"
