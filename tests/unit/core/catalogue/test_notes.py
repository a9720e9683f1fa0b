# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes to hosts beside a manifest arrives as it was sent, and nothing else is taken for it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue import notes
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Notes


@pytest.mark.parametrize(
    "sent", [Notes(), Notes({"akismet (chain x) requires php >=7.4 (here)": ">=7.4"}, ("akismet",))]
)
def test_notes_arrive_as_they_were_sent(sent: Notes) -> None:
    assert notes.read(json.loads(json.dumps(notes.write(sent)))) == sent


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_is_no_notes(nothing: t.Any) -> None:
    assert notes.read(nothing) == Notes()


@pytest.mark.parametrize("odd", [{"php": {"x": "new"}}, {"php": 5}, {"locked": "akismet"}, {"phq": {}}, 5])
def test_what_was_written_by_hand_and_makes_no_sense_is_one_line(odd: t.Any) -> None:
    with pytest.raises(ManifestError, match=r"^notes\b.*") as caught:
        notes.read(odd)
    assert "\n" not in str(caught.value)
