# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the developer tools raise when a person has to do something."""

from __future__ import annotations


class ToolError(Exception):
    """Say in one line what failed, where, and what to do about it."""
