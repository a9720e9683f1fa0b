# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How do the developer tools run other programs: quietly, with a log that is shown only on failure."""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from pathlib import Path

from . import places
from .errors import ToolError

SHOWN = 25  # lines of a log


def run(
    command: t.Sequence[str | Path], *, log: str, cwd: Path | None = None, env: t.Mapping[str, str] | None = None
) -> str:
    """Run the command and return its output; if it fails, raise with the end of its log."""
    path = places.folder("logs") / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', log)}.log"
    result = attempt(command, cwd=cwd, env=env)
    path.write_text(f"$ {' '.join(map(str, command))}\n{result.stdout}{result.stderr}", encoding="utf-8")
    if result.returncode != 0:
        end = "\n".join(path.read_text(encoding="utf-8").splitlines()[-SHOWN:])
        raise ToolError(f"{command[0]} failed with {result.returncode}; the end of {path}:\n{end}")
    return result.stdout


def attempt(
    command: t.Sequence[str | Path], *, cwd: Path | None = None, env: t.Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command with nobody to ask, and return how it went."""
    words = [str(word) for word in command]
    surroundings = {**os.environ, **(env or {})}
    try:
        return subprocess.run(
            words,
            cwd=cwd,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(words, 127, "", f"{words[0]}: no such program\n")
