# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What did each task tell? Written down as it is, one JSON line a task."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: told
type: aggregate
short_description: Write down what each task told
description: Each result becomes a line of JSON in the file that C(TOLD) names.
"""


class CallbackModule(CallbackBase):
    """Be the callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "told"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write(result, failed=False)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write(result, failed=True)

    def _write(self, result: t.Any, *, failed: bool) -> None:
        told = getattr(result, "result", None) or result._result
        with Path(os.environ["TOLD"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps({**told, "failed": failed}, default=str) + "\n")
