# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An environment file says the same to sh as was written, whatever the values are."""

from __future__ import annotations

import subprocess
import typing as t

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import environment_text

SPECIAL: t.Final = st.sampled_from(
    ["'", '"', "$", "\\", "`", "\n", "$(id)", "${HOME}", "%", "!", "#", ";", " ", "*", "~"]
)
VALUES: t.Final = st.lists(SPECIAL | st.characters(exclude_categories=("Cc", "Cs")), max_size=12).map("".join)
SHOW: t.Final = 'set -a; . /dev/stdin; for name in $NAMES; do eval "printf %s \\"\\$$name\\""; printf "\\0"; done'


def read_by_sh(text: str, names: t.Sequence[str]) -> dict[str, str]:
    """Let sh read a file of variables, and tell what it knows then."""
    argv = ("/bin/sh", "-c", SHOW)
    env = {"NAMES": " ".join(names), "HOME": "/wrong", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(argv, input=text.encode(), env=env, capture_output=True, check=True)
    values = done.stdout.decode().split("\0")[:-1]
    return {name: values[number] for number, name in enumerate(names)}


@settings(max_examples=60, deadline=None)
@example(["\\\\", '\\"', "a\n\nb\n", "\\\n", '"; touch /tmp/no; "', "grüße żółć 日本"])
@given(st.lists(VALUES, min_size=1, max_size=8))
def test_sh_reads_what_was_written(values: list[str]) -> None:
    known = {f"V{number}": value for number, value in enumerate(values)}
    assert read_by_sh(environment_text(known), list(known)) == known


def test_what_is_written_is_in_one_order_and_quoted() -> None:
    text = environment_text({"B": "two words", "A": 'a "$x" \\ `y`'})
    assert text == 'A="a \\"\\$x\\" \\\\ \\`y\\`"\nB="two words"\n'
    assert environment_text({}) == ""
