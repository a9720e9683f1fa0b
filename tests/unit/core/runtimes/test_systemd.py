# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit's text is exact, knows no secret, and systemd is asked in its own order."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import blog, context_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Done
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import sandbox
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Process
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import Bind, Unit
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.systemd import Systemd, properties

SYSTEMD: t.Final = Systemd()
PLACES: t.Final = Places("/", "blog")
PHP: t.Final = """\
# Written by fungible; changes here are put back.
[Unit]
Description=blog 6.4-aaaaaaaaaaaa.bbbbbbbb (php)
After=network.target mariadb.service
StartLimitIntervalSec=0
[Service]
Type=notify
ExecStart=/usr/sbin/php-fpm8.2 -F -d "error_prepend_string=100%% \\"sure\\" of $$5" ""
KillSignal=SIGQUIT
KillMode=mixed
TimeoutStopSec=120
Restart=always
RestartSec=500ms
User=fg-blog
Group=fg-blog
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
PrivateIPC=yes
TemporaryFileSystem=/dev/shm:mode=1777
InaccessiblePaths=-/var/cache/fungible
KeyringMode=private
DevicePolicy=closed
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0027
MemoryDenyWriteExecute=yes
EnvironmentFile=/var/lib/fungible/blog/instances/6.4-aaaaaaaaaaaa.bbbbbbbb/environment
WorkingDirectory=/srv/blog
TemporaryFileSystem=/srv:ro
TemporaryFileSystem=/var/lib/fungible:ro
BindReadOnlyPaths=/var/lib/fungible/blog/instances/6.4-aaaaaaaaaaaa.bbbbbbbb:/var/lib/fungible/blog/instances/6.4-aaaaaaaaaaaa.bbbbbbbb
BindReadOnlyPaths=/srv/fungible/blog/releases/6.4-aaaaaaaaaaaa:/srv/blog
BindPaths=/srv/fungible/blog/stores/uploads:/srv/blog/wp-content/uploads
RuntimeDirectory=fungible/blog/a/php
RuntimeDirectoryMode=0750
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
CapabilityBoundingSet=
PrivateUsers=yes
[Install]
WantedBy=multi-user.target
"""


def php() -> Unit:
    host = FakeHost()
    ctx, name = context_of(blog(), host), "6.4-aaaaaaaaaaaa.bbbbbbbb"
    argv = ("/usr/sbin/php-fpm8.2", "-F", "-d", 'error_prepend_string=100% "sure" of $5', "")
    process = Process("php", argv, notifies=True, stop_signal="QUIT")
    return sandbox.unit_of(ctx, sandbox.view(host, ctx, name, "a"), name, process)


def text_of(unit: Unit) -> str:
    [file] = SYSTEMD.files(PLACES, unit).values()
    return file.text


def test_the_unit_of_a_php_release_is_exact() -> None:
    [(path, file)] = SYSTEMD.files(PLACES, php()).items()
    assert path == "/etc/systemd/system/fungible-blog-6.4-aaaaaaaaaaaa.bbbbbbbb-php.service"
    assert file.text == PHP
    assert file.mode == 0o644


def test_a_web_server_has_no_network_and_waits_for_what_it_serves() -> None:
    web = replace(php(), network=False, after=("fungible-x-php",), groups=("fg-blog",), notifies=False, environment=())
    text = text_of(web)
    assert "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\n" in text
    assert "After=fungible-x-php.service\n" in text
    assert "SupplementaryGroups=fg-blog\n" in text
    assert "Type=exec\n" in text
    assert "EnvironmentFile" not in text


def test_what_compiles_while_it_runs_may_write_what_it_executes() -> None:
    assert "MemoryDenyWriteExecute" not in text_of(replace(php(), compiles=True))


def test_a_router_may_listen_on_low_ports_and_be_reloaded() -> None:
    text = text_of(replace(php(), capabilities=("CAP_NET_BIND_SERVICE",), reload_signal="USR2"))
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n" in text
    assert "ExecReload=/bin/kill -USR2 $MAINPID\n" in text
    assert "PrivateUsers" not in text


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("plain", "plain"),
        ("", '""'),
        ("two words", '"two words"'),
        ("it's", '"it\'s"'),
        ('say "x"', '"say \\"x\\""'),
        ("a;b", '"a;b"'),
        ("C:\\x", "C:\\\\x"),
        ("100%", "100%%"),
        ("${HOME} $1", '"$${HOME} $$1"'),
    ],
)
def test_a_word_of_a_command_arrives_as_it_is(word: str, written: str) -> None:
    assert f"ExecStart=/bin/x {written}\n" in text_of(replace(php(), argv=("/bin/x", word)))


def host_with(*units: str) -> FakeHost:
    host = FakeHost()
    for name in units:
        for path, file in SYSTEMD.files(PLACES, replace(php(), name=name)).items():
            host.write(path, file.text, file.mode)
    return host


def test_units_are_started_in_their_order_and_stopped_the_other_way_round() -> None:
    host = host_with("php", "web")
    SYSTEMD.start(host, PLACES, ("php", "web"))
    assert SYSTEMD.is_running(host, PLACES, "web")
    assert SYSTEMD.is_enabled(host, PLACES, "web")
    SYSTEMD.stop(host, PLACES, ("php", "web"))
    assert not SYSTEMD.is_running(host, PLACES, "php")
    assert not SYSTEMD.is_enabled(host, PLACES, "php")
    verbs = [command[1:] for command in host.commands if command[1] in ("start", "stop", "enable", "disable")]
    assert verbs == [
        ("enable", "--quiet", "php.service", "web.service"),
        ("start", "php.service", "web.service"),
        ("stop", "web.service"),
        ("stop", "php.service"),
        ("disable", "--quiet", "php.service", "web.service"),
    ]


def test_a_unit_that_systemd_refuses_is_told() -> None:
    with pytest.raises(HostError, match=r"^systemd: Unit none\.service not found\.$"):
        SYSTEMD.start(FakeHost(), PLACES, ("none",))


def test_a_migration_runs_under_the_conditions_of_its_unit() -> None:
    host = FakeHost()
    unit = replace(php(), name="fungible-blog-migrate", argv=("/bin/sh", "-c", 'migrate "${DATABASE_URL}" $$'))
    SYSTEMD.once(host, PLACES, unit, "")
    [command] = host.commands
    options = [command[number + 1] for number, word in enumerate(command) if word == "--property"]
    assert options == properties(unit)
    assert command[: command.index("--property")] == (
        "systemd-run",
        "--quiet",
        "--wait",
        "--pipe",
        "--collect",
        "--unit=fungible-blog-migrate",
    )


def test_a_migration_reads_its_variables_itself() -> None:
    """What systemd-run is given is expanded by systemd, and would then stand in the list of processes."""
    host = FakeHost()
    SYSTEMD.once(host, PLACES, replace(php(), argv=("/bin/sh", "-c", 'migrate "${DATABASE_URL}" $$')), "")
    command = host.commands[0]
    assert command[command.index("--") + 1 :] == ("/bin/sh", "-c", 'migrate "$${DATABASE_URL}" $$$$')


def test_a_migration_that_still_runs_is_not_run_twice() -> None:
    host = FakeHost()
    host.migration = Done(1, "", "Failed to start transient service unit: Unit x.service was already loaded or has a f")
    with pytest.raises(HostError, match="still runs from before: wait until it ends, then run again"):
        SYSTEMD.once(host, PLACES, php(), "")


def test_what_it_hides_it_hides_before_it_shows_what_is_below() -> None:
    lines = properties(replace(php(), writes=(Bind("/data", "/srv/blog/up"),)))
    hidden = max(number for number, line in enumerate(lines) if line.startswith("TemporaryFileSystem=/srv"))
    shown = min(number for number, line in enumerate(lines) if line.startswith("Bind"))
    assert hidden < shown
