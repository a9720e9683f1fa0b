# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command says is told without a secret in it, made of the site's one or declared."""

from __future__ import annotations

import pytest
from tests.unit.core.examples import SECRET, blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import once

INSTALL = {"title": "Blog", "user": "admin", "email": "a@b.example", "password": "the first password"}
APP = {"install": INSTALL, "env": {"TOKEN": "a token of theirs", "MODE": "test"}}


def test_every_secret_of_a_wordpress_is_taken_out_those_that_are_made_of_its_one_too() -> None:
    ctx = context_of(blog({"app": APP}))
    keys = [one for one in ctx.site.app.kind.secrets(ctx.site) if len(one) == 64]
    assert len(keys) == 8
    secrets = [SECRET, "pass word", "the first password", "a token of theirs", *keys]
    assert once.hushed(ctx, " and ".join(secrets)) == " and ".join(["***"] * len(secrets))


@pytest.mark.parametrize("text", ["no such table: test", "", "admin"])
def test_what_is_no_secret_or_a_word_of_everyday_stays(text: str) -> None:
    assert once.hushed(context_of(blog({"app": APP})), text) == text


def test_a_secret_that_begins_like_another_is_taken_out_whole() -> None:
    env = {"A": "a token of", "B": "a token of theirs"}
    assert once.hushed(context_of(notes({"app": {"env": env}})), "a token of theirs") == "***"
