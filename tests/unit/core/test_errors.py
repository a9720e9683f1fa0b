# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An error is one line, whatever it was made from."""

from __future__ import annotations

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core import errors

CHILDREN = errors.CoreError.__subclasses__()


@pytest.mark.parametrize("error", [errors.CoreError, *CHILDREN])
def test_an_error_is_one_line(error: type[errors.CoreError]) -> None:
    assert str(error("what\n  happened:\twhere \n")) == "what happened: where"


def test_an_error_cannot_steer_a_terminal_and_can_be_written_anywhere() -> None:
    assert str(errors.HostError("a\x1b[2J\u202eb \udce9.txt")) == "a\ufffd[2J\ufffdb \\xe9.txt"


def test_each_contract_has_its_own_class() -> None:
    assert {one.__name__ for one in CHILDREN} >= {
        "ManifestError",
        "ArtifactError",
        "HostError",
        "StoreError",
        "InstanceError",
        "RouterError",
        "BusyError",
    }
