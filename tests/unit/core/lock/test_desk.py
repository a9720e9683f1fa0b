# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.desk import LocalDesk
from fungible_dev.directory_server import Answer, Directory, serving


def test_a_connection_that_is_open_is_not_shared_by_those_who_work_at_once(tmp_path: Path) -> None:
    directory = Directory()
    names = [f"/{number}" for number in range(200)]
    for name in names:
        directory.special[name] = Answer(200, f'"{name}"'.encode())
    with serving(directory) as url:
        desk = LocalDesk(str(tmp_path), str)
        assert desk.document(f"{url}/0", ()) == "/0"
        assert desk.each(lambda name: desk.document(url + name, ()), names) == names
