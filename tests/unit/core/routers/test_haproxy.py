# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router's files are exact, what is at work and what is on disk agree, and no site takes another's name."""

from __future__ import annotations

import typing as t

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import Data, blog, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, RouterError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done
from ansible_collections.fungible.deploy.plugins.module_utils._core.routers import haproxy, haproxy_files

ETC: t.Final = "/etc/fungible/haproxy"
ROUTES: t.Final = [{"host": "notes.example"}, {"host": "www.notes.example", "listen": "[::1]:8080"}]
SITE: t.Final = """\
# Written by fungible: the slot with a weight is live.
backend fungible_notes
    http-response set-header X-Fungible-Slot %[srv_name]
    server a 127.0.0.1:18000 weight 0
    server b 127.0.0.1:18001 weight 1
"""
FRONTEND: t.Final = """\
# Written by fungible: where routes are listened for; the map beside it says whose a name is.
frontend frontend-any_80
    bind *:80
    acl from_here src 127.0.0.0/8 ::1
    http-request set-header X-Forwarded-For %[src] unless from_here { req.fhdr(x-forwarded-for) -m found }
    http-request del-header X-Forwarded-Proto unless from_here
    http-request set-header X-Forwarded-Proto https if { ssl_fc }
    use_backend %[req.hdr(host),field(1,:),lower,map(/etc/fungible/haproxy/frontend-any_80.map,nowhere)]
"""


def configured(data: Data, host: FakeHost | None = None, slot: str = "a") -> FakeHost:
    host = host or FakeHost()
    haproxy.configure(context_of(data, host), haproxy.weights_for(slot), host)
    return host


def texts(host: FakeHost) -> dict[str, str]:
    return {name: host.read(f"{ETC}/{name}") or "" for name in host.children(ETC)}


def test_the_files_of_a_site_are_exact() -> None:
    files = haproxy_files.files(context_of(notes({"routes": ROUTES})), haproxy.weights_for("b"))
    assert files[f"{ETC}/site-notes.cfg"].text == SITE
    assert files[f"{ETC}/frontend-any_80.cfg"].text == FRONTEND
    assert "bind [::1]:8080\n" in files[f"{ETC}/frontend-_1_8080.cfg"].text
    assert "stats socket /run/fungible-router/admin.sock mode 600 level admin" in files[f"{ETC}/00-global.cfg"].text


def test_a_site_behind_sockets_is_reached_there() -> None:
    text = haproxy_files.files(context_of(blog()), {})[f"{ETC}/site-blog.cfg"].text
    assert "    server a unix@/run/fungible/blog/a/web/web.sock weight 0\n" in text


def test_the_router_may_bind_low_ports_and_nothing_else() -> None:
    [unit] = [
        file.text for path, file in haproxy_files.files(context_of(notes()), {}).items() if path.endswith(".service")
    ]
    assert "User=fungible-router\n" in unit
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in unit
    assert "Type=notify\n" in unit


@pytest.mark.parametrize("slot", ["a", "b"])
def test_what_is_written_is_what_is_at_work(slot: str) -> None:
    host = configured(notes(), slot=slot)
    seen = haproxy.observe(host, context_of(notes(), host))
    assert seen == haproxy.Seen(True, True, haproxy.weights_for(slot), haproxy.weights_for(slot))


def test_before_the_first_deploy_nothing_is_there() -> None:
    host = FakeHost()
    assert haproxy.observe(host, context_of(notes(), host)) == haproxy.Seen(False, False, {}, {})
    assert host.changes == []


def test_a_switch_is_on_disk_before_it_is_at_work() -> None:
    host = configured(notes())
    host.changes.clear()
    haproxy.switch(context_of(notes(), host), "b", host)
    commands = "set server fungible_notes/b weight 1; set server fungible_notes/a weight 0"
    assert host.changes == [f"lock {ETC}/.lock", f"write {ETC}/site-notes.cfg", f"command {commands}"]
    assert haproxy.observe(host, context_of(notes(), host)).working == haproxy.weights_for("b")


def test_a_switch_needs_no_reload() -> None:
    host = configured(notes())
    pid = host.haproxy.pid
    haproxy.switch(context_of(notes(), host), "b", host)
    assert host.haproxy.pid == pid


def test_a_slot_is_drained_once_no_request_is_left_in_it() -> None:
    host = configured(notes())
    ctx = context_of(notes(), host)
    host.haproxy.in_flight["fungible_notes/a"] = 2
    assert (haproxy.drained(host, ctx, "a"), haproxy.drained(host, ctx, "b")) == (False, True)
    host.haproxy.in_flight.clear()
    assert haproxy.drained(host, ctx, "a")


def test_two_sites_share_a_listener_and_its_map() -> None:
    host = configured(blog(), configured(notes()))
    assert texts(host)["frontend-any_80.map"] == "blog.example fungible_blog\nnotes.example fungible_notes\n"
    assert haproxy.observe(host, context_of(notes(), host)).configured


def test_a_name_of_another_site_is_not_taken() -> None:
    host = configured(notes())
    before = texts(host)
    with pytest.raises(RouterError) as caught:
        configured(blog({"routes": [{"host": "notes.example"}]}), host)
    assert str(caught.value) == "blog.routes: notes.example on *:80 belongs to fungible_notes: one site a name"
    assert texts(host) == before


def test_a_name_that_moved_leaves_its_listener_and_the_last_closes_it() -> None:
    host = configured(blog({"routes": [{"host": "blog.example", "listen": "*:8080"}]}), configured(notes()))
    moved = notes({"routes": [{"host": "notes.example", "listen": "*:8080"}]})
    configured(moved, host)
    assert sorted(texts(host)) == [
        "00-global.cfg",
        "frontend-any_8080.cfg",
        "frontend-any_8080.map",
        "site-blog.cfg",
        "site-notes.cfg",
    ]
    assert haproxy.observe(host, context_of(moved, host)).configured


def test_removing_a_site_leaves_the_others() -> None:
    host = configured(blog(), configured(notes()))
    haproxy.remove(context_of(notes(), host), host)
    assert texts(host)["frontend-any_80.map"] == "blog.example fungible_blog\n"
    assert host.haproxy.forgotten == ["notes.example"]
    assert set(host.haproxy.weights) == {"fungible_blog/a", "fungible_blog/b"}


def test_a_removal_that_is_cut_off_while_it_drains_is_seen_by_the_next_deploy() -> None:
    class CutOff(FakeHost):
        def wait_until(self, condition: t.Callable[[], bool], seconds: float) -> bool:
            raise HostError("cut off")

    host, whole = CutOff(), configured(notes())
    host.disk, host.haproxy, host.systemd = whole.disk, whole.haproxy, whole.systemd
    with pytest.raises(HostError, match="cut off"):
        haproxy.remove(context_of(notes(), host), host)
    assert not haproxy.observe(whole, context_of(notes(), whole)).configured
    assert "site-notes.cfg" in texts(whole)


def test_a_file_of_the_users_own_is_kept() -> None:
    host = configured(notes())
    host.write(f"{ETC}/50-mine.cfg", "# mine")
    configured(notes(), host)
    assert texts(host)["50-mine.cfg"] == "# mine"


def test_a_port_of_a_stranger_is_refused_and_our_own_is_not() -> None:
    host = FakeHost()
    host.ports = {80}
    with pytest.raises(HostError, match=r"^\*:80: is taken by another program: stop it, or let the route listen else"):
        configured(notes(), host)
    assert texts(host) == {}
    host.ports = set()
    configured(notes(), host)
    host.ports = {80}
    configured(blog(), host)


def test_a_configuration_that_haproxy_refuses_is_not_put_in_place() -> None:
    class Refusing(FakeHost):
        def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
            if argv[0] != "haproxy":
                return super().ask(argv, stdin, env)
            tried.update({name: self.read(f"{argv[-1]}/{name}") or "" for name in self.children(argv[-1])})
            return Done(
                1, "", f"[NOTICE] x\n[ALERT]    (1) : config : parsing [{argv[-1]}/50-mine.cfg:1] : unknown 'x'\n"
            )

    tried: dict[str, str] = {}
    host = Refusing()
    host.write(f"{ETC}/50-mine.cfg", "x")
    with pytest.raises(RouterError) as caught:
        configured(notes(), host)
    line = f"haproxy refuses the configuration: [ALERT] (1) : config : parsing [{ETC}/50-mine.cfg:1] : unknown 'x'"
    assert str(caught.value) == line
    assert set(tried) == {
        "00-global.cfg",
        "50-mine.cfg",
        "frontend-any_80.cfg",
        "frontend-any_80.map",
        "site-notes.cfg",
    }
    assert f"map({ETC}.new/frontend-any_80.map" in tried["frontend-any_80.cfg"], "it is tried with maps of its own"
    assert texts(host) == {"50-mine.cfg": "x"}
    assert host.children("/etc/fungible") == ["haproxy"]


def test_a_router_that_does_not_come_up_is_told_with_its_words() -> None:
    class Dying(FakeHost):
        def talk(self, socket: str, command: str) -> str:
            return ""

        def ask(self, argv: t.Sequence[str], stdin: str = "", env: t.Mapping[str, str] | None = None) -> Done:
            return Done(0, "no more memory", "") if argv[0] == "journalctl" else super().ask(argv, stdin, env)

    with pytest.raises(RouterError, match=r"^haproxy: does not come up with its new configuration: no more memory$"):
        configured(notes(), Dying())
