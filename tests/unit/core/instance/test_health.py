# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance serves once it is healthy and warm, and one that is not is stopped, marked bad and quoted."""

from __future__ import annotations

import typing as t

import pytest
from tests.cases import table
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import merged

from ansible_collections.fungible.deploy.plugins.module_utils._core import journal, primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, InstanceError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done, Reply
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import instance_id
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import health, instance

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.context import Context
    from ansible_collections.fungible.deploy.plugins.module_utils._core.instance.card import Card
    from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address

WORDS: t.Final = "\n".join(["first", "second", "third", "x" * 500])


class Talking(FakeHost):
    """Be a host whose pages are scripted, and whose units say something before they die."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)
        self.patience: list[float] = []  # how long each answer was waited for
        self.internet = {table.DOWNLOADS + name: text for name, text in table.artifacts().items()}

    def get(self, address: Address, path: str, url: str, timeout: float) -> Reply:
        self.visits.append((str(address), path))
        self.patience.append(timeout)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
        return Done(0, WORDS, "") if argv[0] == "journalctl" else super().ask(argv, stdin, env)


def ready(host: FakeHost, **app: t.Any) -> tuple[Context, Card]:
    """Bring an instance so far that only its start is left."""
    asked = primitives.Request("notes", merged(table.manifest("one"), {"app": app}))
    primitives.stateless_app(host, asked, check=False, state="staged")
    ctx = asked.on(host)
    return ctx, instance.configure(host, ctx, instance_id(ctx.site), "a")


def test_an_instance_is_asked_until_it_answers_and_then_warmed() -> None:
    host = Talking(Reply(0, "refused"), Reply(503), Reply(204), Reply(500))
    host.wait_until = lambda condition, seconds: any(condition() for _ in range(5))  # type: ignore[method-assign]
    ctx, card = ready(host, health={"path": "/up", "status": 204, "warm": ["/", "/feed/"]})
    health.start(host, ctx, card)
    assert [path for _address, path in host.visits] == ["/up", "/up", "/up", "/", "/feed/"]
    assert {address for address, _path in host.visits} == {"127.0.0.1:18000"}


def test_one_request_that_hangs_leaves_time_for_another() -> None:
    host = Talking(Reply(0, "timed out"), Reply(200))
    host.wait_until = lambda condition, seconds: any(condition() for _ in range(5))  # type: ignore[method-assign]
    ctx, card = ready(host, health={"path": "/up", "within": "20s"})
    health.start(host, ctx, card)
    assert [5 < seconds < 15 for seconds in host.patience] == [True, True]


@pytest.mark.parametrize(
    ("reply", "said"), [(Reply(503, "busy"), "status 503"), (Reply(0, "Connection refused"), "Connection refused")]
)
def test_one_that_stays_sick_is_stopped_and_quoted(reply: Reply, said: str) -> None:
    host = Talking(reply)
    ctx, card = ready(host, health={"path": "/up", "within": "9s"})
    with pytest.raises(InstanceError) as caught:
        health.start(host, ctx, card)
    assert str(caught.value) == (
        f"instance {card.id}: /up did not answer 200 within 9 s ({said}); it was stopped and marked bad; "
        f"its last words: web: second / third / {'x' * health.LINE_SHOWN}"
    )
    assert host.systemd.running == {}
    assert journal.read(host, ctx.places).bad == {card.id: str(caught.value)}


def test_one_of_which_a_process_dies_is_stopped_and_quoted() -> None:
    host = Talking(Reply(200))
    ctx, card = ready(host)
    host.wait_until = lambda condition, seconds: condition() and not host.systemd.running.clear()  # type: ignore[method-assign]
    with pytest.raises(InstanceError, match=r"answers, but not all of its processes keep running; it was stopped"):
        health.start(host, ctx, card)
    assert list(journal.read(host, ctx.places).bad) == [card.id]


def test_one_that_recovers_is_bad_no_longer() -> None:
    host = Talking(Reply(500))
    ctx, card = ready(host)
    with pytest.raises(InstanceError):
        health.start(host, ctx, card)
    host.replies = [Reply(200)]
    health.start(host, ctx, card)
    assert journal.read(host, ctx.places).bad == {}


def test_a_port_of_a_stranger_marks_nobody_bad() -> None:
    host = Talking(Reply(200))
    ctx, card = ready(host)
    host.ports = {18000}
    with pytest.raises(HostError, match=r"^port 18000: is taken by another program: stop it, or give notes\.app\.port"):
        health.start(host, ctx, card)
    assert journal.read(host, ctx.places).bad == {}
    assert host.visits == []


def test_a_port_that_the_instance_itself_has_is_its_own() -> None:
    host = Talking(Reply(200))
    ctx, card = ready(host)
    health.start(host, ctx, card)
    host.ports = {18000}
    health.start(host, ctx, card)


def test_a_page_that_fails_while_warming_does_no_harm() -> None:
    host = Talking(Reply(200), Reply(500), Reply(0))
    ctx, card = ready(host, health={"warm": ["/broken", "/gone"]})
    health.start(host, ctx, card)
    assert card.units[0] in host.systemd.running
