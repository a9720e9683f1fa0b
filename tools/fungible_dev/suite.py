# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does `./dev test` do."""

from __future__ import annotations

import argparse

from .errors import ToolError


def main(args: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    raise ToolError(f"./dev {args.command} is not written yet")
