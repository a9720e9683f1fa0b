# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the units of a host run in their sandbox."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from testinfra.host import Host


def test_the_host_has_booted_without_a_failed_unit(host: Host) -> None:
    assert host.check_output("systemctl is-system-running") == "running"


def test_the_unit_has_written_its_credential_to_its_store(host: Host) -> None:
    assert host.service("site").is_running
    assert host.file("/var/lib/site-store/written").content_string == "hunter2\n"


def test_the_unit_could_not_write_beside_its_store(host: Host) -> None:
    assert not host.file("/srv/site/escaped").exists
    assert "Read-only file system" in host.check_output("journalctl --unit=site.service --no-pager")
