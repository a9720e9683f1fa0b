# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""The machine that this runs on."""

from __future__ import annotations

from .network import Network
from .processes import Processes


class LocalHost(Network, Processes):
    """Be this machine: files, programs and sockets together."""
