# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written as PHP is read by PHP as it was meant."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import php

PROGRAM: t.Final = shutil.which("php")
TEXTS: t.Final = st.lists(
    st.sampled_from(["'", "\\", '"', "$x", "{$x}", "?>", "<?php", "//", "/*", "\n", "\r\n", "%s", "\\n"])
    | st.characters(exclude_categories=["Cs"]),
    max_size=8,
).map("".join)
SCALARS: t.Final = st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | TEXTS
TABLE: t.Final[list[tuple[t.Any, str]]] = [
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-5, "-5"),
    ("", "''"),
    ("it's", r"'it\'s'"),
    ("a\\b", r"'a\\b'"),
    ("\\'", r"'\\\''"),
    ("$x\n?>", "'$x\n?>'"),
    ([], "array()"),
    (["a", ("b", 1)], "array('a', array('b', 1))"),
]


def read_by_php(text: str) -> t.Any:
    """Let PHP tell what a list of literals says; without PHP, read the quotes as its manual says."""
    if PROGRAM:
        source = f"<?php echo json_encode({text}, JSON_UNESCAPED_UNICODE);"
        done = subprocess.run([PROGRAM, "-n"], input=source.encode(), capture_output=True, check=True)
        return json.loads(done.stdout)
    words = re.findall(r"'((?:[^'\\]|\\.)*)'|(true|false|-?\d+)", text[len("array(") :], re.DOTALL)
    return [json.loads(plain) if plain else re.sub(r"\\([\\'])", r"\1", quoted) for quoted, plain in words]


@pytest.mark.parametrize(("value", "text"), TABLE)
def test_a_value_is_written_as_php(value: t.Any, text: str) -> None:
    assert php.literal(value) == text


@settings(max_examples=40, deadline=None)
@example(["\\", "\\'", "a\0b", "?>", "'); system('id'); //"])
@given(st.lists(SCALARS, max_size=8))
def test_php_reads_what_was_written(values: list[t.Any]) -> None:
    assert read_by_php(php.literal(values)) == values


CONSTANTS: t.Final[dict[str, t.Any]] = {"WP_DEBUG": False, "AUTHOR": "O'Neill \\ sons", "WP_POST_REVISIONS": 5}
WRITTEN: t.Final = {
    "configuration": php.config(CONSTANTS, "wp_", ("DB_NAME",)),
    "chain": php.chain(["a b/it's.php"], ["must/use.php"], [], locked=True),
    "drop-in": php.sqlite("sqlite-database-integration"),
    "migration": php.MIGRATION,
}


@pytest.mark.parametrize("what", WRITTEN)
def test_what_is_written_is_php(what: str) -> None:
    text = WRITTEN[what]
    assert text.startswith("<?php\n")
    assert "?>" not in text, "nothing is sent by a file that was only included"
    if PROGRAM:
        done = subprocess.run([PROGRAM, "-n", "-l"], input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


def test_what_the_installation_needs_is_told_as_json() -> None:
    assert json.loads(php.install_values({"title": "Grüße \"'", "password": "$x"})) == {
        "title": "Grüße \"'",
        "password": "$x",
    }
