# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where on the controller are the lock, the artifacts, and the files that a catalogue names?"""

from __future__ import annotations

import typing as t
from pathlib import Path

NAME: t.Final = "fungible.lock"


def inventory(task_vars: t.Mapping[str, t.Any] | None) -> str:
    """Tell the inventory's folder, beside which such files are; the working directory where there is none."""
    return str((task_vars or {}).get("inventory_dir") or ".")


def default(folder: str) -> str:
    """Tell where the lock is unless it is said."""
    return str(Path(folder, NAME))


def artifacts() -> str:
    """Tell where artifacts are kept unless it is said."""
    return str(Path("~/.cache/fungible/artifacts").expanduser())


def finder(folder: str) -> t.Callable[[str], str]:
    """Give a function that finds what a catalogue names: beside the inventory, unless the whole path is said."""
    return lambda name: str(Path(folder, Path(name).expanduser()))
