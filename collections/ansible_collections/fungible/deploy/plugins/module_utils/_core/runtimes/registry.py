# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which runtimes there are."""

from __future__ import annotations

import typing as t

from ..manifest.model import RuntimeName
from .supervisor import Supervisor
from .systemd import Systemd

if t.TYPE_CHECKING:
    from .protocol import Runtime

RUNTIMES: t.Final[t.Mapping[RuntimeName, Runtime]] = {
    RuntimeName.SYSTEMD: Systemd(),
    RuntimeName.SUPERVISOR: Supervisor(),
    RuntimeName.NONE: Supervisor(),  # only ever asked to run a migration to its end
}
