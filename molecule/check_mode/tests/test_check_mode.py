# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has the scenario reached its host."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from testinfra.host import Host


def test_the_mark_is_there(host: Host) -> None:
    assert host.file("/srv/mark").content_string == "check_mode\n"
