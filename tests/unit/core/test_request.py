# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan is carried out under the site's lock, or only told; what must travel first is told instead."""

from __future__ import annotations

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import SECRET, SHA, blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core import primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import BusyError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Source
from ansible_collections.fungible.deploy.plugins.module_utils._core.plan import Plan, Step
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Make, Request, carry_out, words

SOURCE = Source(SHA, file="a.zip")


def make(host: FakeHost, *needs: Source) -> Make:
    def do(target: Host) -> None:
        target.mkdir("/done")

    def made() -> tuple[Plan, list[Source]]:
        host.changes.append("made")
        return Plan((Step("do", "it", do),)), list(needs)

    return made


def test_only_asking_makes_the_plan_and_touches_nothing() -> None:
    host = FakeHost()
    done = carry_out(host, context_of(notes(), host), make(host), True)
    assert (words(done.plan), host.changes) == (["do it"], ["made"])


def test_a_plan_is_made_and_done_under_the_lock() -> None:
    host = FakeHost()
    carry_out(host, context_of(notes(), host), make(host), False)
    assert host.changes == ["lock /var/lib/fungible/notes/lock", "made", "mkdir /done"]


def test_what_must_travel_is_told_and_nothing_is_done() -> None:
    host = FakeHost()
    done = carry_out(host, context_of(notes(), host), make(host, SOURCE), False)
    assert (done.plan, done.needs) == (Plan(), (SOURCE,))
    assert "mkdir /done" not in host.changes


def test_only_asking_needs_no_file_to_travel() -> None:
    host = FakeHost()
    assert carry_out(host, context_of(notes(), host), make(host, SOURCE), True).needs == ()


def test_whoever_is_at_work_is_not_disturbed() -> None:
    host = FakeHost()
    host.busy = "jo (process 12)"
    with pytest.raises(BusyError):
        carry_out(host, context_of(notes(), host), make(host), False)
    assert "made" not in host.changes


def test_secrets_may_come_apart_from_the_manifest() -> None:
    data = blog({"app": {"secret": None}})
    ctx = Request("blog", data, {"app.secret": SECRET}).on(FakeHost())
    assert ctx.site.app.secret == SECRET
    with pytest.raises(ManifestError, match=r"blog\.app\.secret: is missing"):
        Request("blog", data).on(FakeHost())


def test_what_is_public_of_a_request_is_the_same_however_its_secrets_came() -> None:
    apart = Request("blog", blog({"app": {"secret": None}}), {"app.secret": SECRET})
    assert apart.public == Request("blog", blog()).public
    assert SECRET not in repr(apart.public)
    assert SECRET not in repr(apart)


def test_a_face_finds_each_primitive_and_its_facts() -> None:
    assert set(primitives.FACTS) == {"cutover", "migration", "persistent_store", "plugin_chain", "stateless_app"}
    assert not [name for name in primitives.__all__ if not hasattr(primitives, name)]
