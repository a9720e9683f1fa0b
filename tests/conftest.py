# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: the checkout on the path, so that they can import `tests.fake_host` and `tests.cases`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.cases.proof")

CHECKOUT = str(Path(__file__).resolve().parents[1])
if CHECKOUT not in sys.path:
    sys.path.append(CHECKOUT)


def pytest_collectstart() -> None:
    """Give Salt's import hook the method that pytest calls without asking; Python itself passes such hooks over.

    Salt 3008 puts `salt.NaclImporter` first when it is imported, which pytest-salt-factories does in every session.
    """
    for finder in sys.meta_path:
        if not hasattr(finder, "find_spec"):
            type(finder).find_spec = lambda *_args: None  # type: ignore[method-assign]
