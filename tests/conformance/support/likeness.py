# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has a deploy left on a machine, so that two can be compared byte for byte, but for times?"""

from __future__ import annotations

import re
import typing as t

from tests.parts.support.picture import picture, tables

if t.TYPE_CHECKING:
    from pathlib import Path

TIME: t.Final = re.compile(r"\d{8}T\d{6}Z")


def likeness(root: Path) -> dict[str, t.Any]:
    """Tell every file with its mode and content, every row of the databases, and what backups there are."""
    databases = {str(path.relative_to(root)): tables(path) for path in root.glob("srv/fungible/*/stores/*/*.sqlite")}
    backups = [TIME.sub("TIME", str(path.relative_to(root))) for path in root.glob("var/lib/fungible/*/backups/*")]
    files = {TIME.sub("TIME", name): content for name, content in picture(root).items()}
    return {**files, **databases, "backups": sorted(backups)}
