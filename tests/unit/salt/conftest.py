# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the extension's unit tests stand on: its files with the core in its place, as in the wheel."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from pathlib import Path

from fungible_dev.packages import lay_out_extension

# At import: the tests below import the extension when they are collected.
LAID_OUT = Path(tempfile.mkdtemp(prefix="fungible-unit-"))
atexit.register(shutil.rmtree, LAID_OUT, ignore_errors=True)
lay_out_extension(LAID_OUT)
sys.path.insert(0, str(LAID_OUT))
