# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each PHP that a site would run on is held against what its extensions require; the tables have the rest."""

from __future__ import annotations

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core import interpreter
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError

FPM, CLI = "/usr/bin/php-fpm8.2", "/usr/bin/php"


@pytest.mark.parametrize(
    ("installed", "version"),
    [("8.2.29-1~deb12u1", "8.2.29"), ("8.4.0RC1", "8.4.0RC1"), ("7.4.33", "7.4.33"), ("8.1.2-1ubuntu2.14", "8.1.2")],
)
def test_each_php_tells_its_version_without_what_the_distribution_adds(installed: str, version: str) -> None:
    host = FakeHost()
    host.php = installed
    assert interpreter.observe(host, context_of(blog(), host)) == {FPM: version, CLI: version}
    assert host.changes == []


def test_what_is_not_installed_or_says_nothing_is_left_out() -> None:
    host = FakeHost()
    host.programs.discard("php-fpm8.2")
    assert list(interpreter.observe(host, context_of(blog(), host))) == [CLI]
    host.php = ""
    assert interpreter.observe(host, context_of(blog(), host)) == {}
    assert interpreter.observe(host, context_of(notes(), host)) == {}


def test_the_php_of_routines_counts_as_well_as_that_of_pages() -> None:
    asked = {"x requires php >=8.1": ">=8.1", "y requires php <8.3": "<8.3"}
    interpreter.require("blog", asked, {FPM: "8.1.0", CLI: "8.2.29"})
    with pytest.raises(HostError) as caught:
        interpreter.require("blog", asked, {FPM: "8.2.29", CLI: "8.3.0"})
    assert str(caught.value) == (
        "blog.plugins: y requires php <8.3, and /usr/bin/php on this host is 8.3.0: use another version of one of them"
    )
