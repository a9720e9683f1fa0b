# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever strangers called their files, every tool can tell of them."""

from __future__ import annotations

import json
import os
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.release import listing
from ansible_collections.fungible.deploy.plugins.module_utils._core.wording import printable, told

if t.TYPE_CHECKING:
    from pathlib import Path


def test_a_file_whose_name_is_no_utf_8_is_found_and_told_of(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.php")).write_text("")
    damage = LocalHost().damage(str(tmp_path), listing.dump([]))
    found = told({"added": damage.added, "thorough": True, "count": 1})
    assert found == {"added": ["caf\\xe9.php"], "thorough": True, "count": 1}
    json.dumps(found, ensure_ascii=False).encode()
    assert str(damage) == "1 added (caf\\xe9.php)"


@pytest.mark.parametrize("text", ["plain", "caf\u00e9 and \u732b", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert told({text: [text, (text,)]}) == {text: [text, [text]]}
    assert printable(text) == text


def test_what_steers_a_terminal_is_not_told_as_it_is() -> None:
    damage = listing.Damage(added=("a\x1b[31m", "b\n"))
    assert str(damage) == "2 added (a\ufffd[31m, b\ufffd)"
