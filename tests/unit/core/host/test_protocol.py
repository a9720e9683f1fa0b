# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real host and the fake one can do the same, called in the same way."""

from __future__ import annotations

import inspect
import typing as t

import pytest
from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host

ASKED: t.Final = sorted(name for name, one in vars(Host).items() if inspect.isfunction(one) and name[0] != "_")
REAL: t.Final[Host] = LocalHost()
FAKE: t.Final[Host] = FakeHost()


def shape(one: t.Any) -> list[tuple[t.Any, ...]]:
    return [(given.kind, given.default) for given in inspect.signature(one).parameters.values()]


@pytest.mark.parametrize("name", ASKED)
def test_both_hosts_are_called_alike(name: str) -> None:
    assert shape(getattr(FAKE, name)) == shape(getattr(REAL, name))
    assert shape(getattr(REAL, name)) == shape(getattr(Host, name))[1:]
