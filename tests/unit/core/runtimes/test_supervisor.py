# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""supervisord runs the same commands with the same environment, whatever is in their words."""

from __future__ import annotations

import configparser
import fcntl
import os
import shlex
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.places import Places
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.protocol import Unit, environment_text
from ansible_collections.fungible.deploy.plugins.module_utils._core.runtimes.supervisor import Supervisor

if t.TYPE_CHECKING:
    from pathlib import Path

SUPERVISOR: t.Final = Supervisor()
PLACES: t.Final = Places("/fleet", "notes")
UNIT: t.Final = Unit(
    name="fungible-notes-1-web",
    description="notes",
    argv=("/usr/bin/python3", "app.py"),
    user="me",
    group="me",
    environment=("/fleet/environment",),
    directory="/fleet/tree",
    run="/fleet/run/web",
)
PROGRAM: t.Final = """\
[program:fungible-notes-1-web]
command = '/bin/sh' '-c' '{run}' 'sh' '/usr/bin/python3' 'app.py'
directory = /fleet/tree
environment = FUNGIBLE_FILES="/fleet/environment",FUNGIBLE_RUN="/fleet/run/web"
autostart = true
autorestart = true
startsecs = 0
startretries = 1000
stopsignal = TERM
stopwaitsecs = 120
redirect_stderr = true
stdout_logfile = /fleet/var/log/fungible/fungible-notes-1-web.log
stdout_logfile_maxbytes = 1MB
stdout_logfile_backups = 1
"""
RUN: t.Final = (
    'if [ -n "$FUNGIBLE_RUN" ]; then rm -rf "$FUNGIBLE_RUN"; mkdir -p "$FUNGIBLE_RUN"; fi; '
    'set -a; for file in $FUNGIBLE_FILES; do . "$file"; done; set +a; umask 027; exec "$@"'
)


def text_of(unit: Unit) -> str:
    [file] = SUPERVISOR.files(PLACES, unit).values()
    return file.text


def written(host: FakeHost, *names: str) -> FakeHost:
    for name in names:
        for path, file in SUPERVISOR.files(PLACES, replace(UNIT, name=name)).items():
            host.write(path, file.text, file.mode)
    return host


def test_the_program_of_an_instance_is_exact() -> None:
    [(path, file)] = SUPERVISOR.files(PLACES, UNIT).items()
    assert path == "/fleet/etc/fungible/supervisor/available/fungible-notes-1-web.conf"
    assert file.text == PROGRAM.format(run=RUN)


def test_a_shell_passes_no_signal_on_so_its_whole_group_gets_it() -> None:
    assert "stopasgroup = true\nkillasgroup = true\n" in text_of(replace(UNIT, argv=("/bin/sh", "-c", "x | y")))
    assert "stopasgroup" not in text_of(UNIT)


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8) | st.sampled_from("'\"% $\\;")))
def test_words_arrive_as_they_are(words: list[str]) -> None:
    """Supervisord reads a file of keys, expands %, and splits a command as shlex does."""
    config = configparser.RawConfigParser(inline_comment_prefixes=None)
    config.read_string(text_of(replace(UNIT, argv=("/bin/x", *words))))
    command = config["program:fungible-notes-1-web"]["command"] % {}
    assert shlex.split(command) == ["/bin/sh", "-c", RUN, "sh", "/bin/x", *words]


def test_what_runs_has_the_environment_a_fresh_directory_and_its_own_folder(tmp_path: Path) -> None:
    """The command that supervisord is given does what systemd does of itself."""
    (tmp_path / "environment").write_text(environment_text({"A": 'a "$b"', "B": "two\nlines"}))
    (tmp_path / "run").mkdir()
    (tmp_path / "run/left.sock").touch()
    unit = replace(UNIT, argv=("/bin/sh", "-c", 'printf "%s|%s|" "$A" "$B"; ls -A "$FUNGIBLE_RUN"; umask'))
    words = shlex.split(text_of(unit).splitlines()[1].partition(" = ")[2].replace("%%", "%"))
    env = {"FUNGIBLE_FILES": f"{tmp_path}/environment", "FUNGIBLE_RUN": f"{tmp_path}/run"}
    assert LocalHost().run(words, env=env).out == 'a "$b"|two\nlines|0027\n'


def migration(tmp_path: Path) -> Unit:
    """Give what runs once, in a tree and with a state that are there."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "var/lib/fungible/notes").mkdir(parents=True)
    (tmp_path / "environment").write_text(environment_text({"A": "$x"}))
    return replace(
        UNIT,
        user=LocalHost().whoami(),
        argv=("/bin/sh", "-c", 'pwd; printf "%s" "$A"; cat'),
        environment=(f"{tmp_path}/environment",),
        directory=f"{tmp_path}/tree",
        run="",
    )


def test_a_migration_runs_in_its_tree_with_its_environment(tmp_path: Path) -> None:
    unit = migration(tmp_path)
    done = SUPERVISOR.once(LocalHost(), Places(str(tmp_path), "notes"), unit, "said")
    assert (done.code, done.out) == (0, f"{tmp_path}/tree\n$xsaid")


@pytest.mark.parametrize(
    ("me", "user", "given_up"), [("root", "me", True), ("root", "root", False), ("me", "me", False)]
)
def test_a_migration_runs_as_the_sites_user(me: str, user: str, given_up: bool) -> None:
    host = FakeHost(me=me)
    SUPERVISOR.once(host, PLACES, replace(UNIT, user=user), "")
    [command] = host.commands
    words = ("setpriv", f"--reuid={user}", "--regid=me", "--init-groups") if given_up else ()
    assert command[3:] == ("/fleet/tree", *words, *UNIT.argv)


def test_a_migration_that_outlived_its_run_is_not_run_beside_itself(tmp_path: Path) -> None:
    unit, places = migration(tmp_path), Places(str(tmp_path), "notes")
    descriptor = os.open(places.state, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(HostError, match="still runs from before: wait until it ends, then run again"):
            SUPERVISOR.once(LocalHost(), places, unit, "")
    finally:
        os.close(descriptor)
    assert SUPERVISOR.once(LocalHost(), places, unit, "").code == 0


def test_supervisord_is_started_once_and_then_asked() -> None:
    host = written(FakeHost(systemd=False), "one", "two")
    SUPERVISOR.start(host, PLACES, ("one",))
    SUPERVISOR.start(host, PLACES, ("two", "one"))
    assert [change for change in host.changes if change.startswith("spawn")] == ["spawn /usr/bin/supervisord"]
    assert host.supervisor.states == {"one": "RUNNING", "two": "RUNNING"}
    assert SUPERVISOR.is_enabled(host, PLACES, "one")


def test_a_stopped_program_is_forgotten_and_not_started_at_the_next_start() -> None:
    host = written(FakeHost(systemd=False), "one", "two")
    SUPERVISOR.start(host, PLACES, ("one", "two"))
    SUPERVISOR.stop(host, PLACES, ("one",))
    assert host.supervisor.states == {"two": "RUNNING"}
    assert not SUPERVISOR.is_enabled(host, PLACES, "one")
    SUPERVISOR.stop(host, PLACES, ("one",))


def test_a_program_that_failed_is_started_as_its_file_has_it_now() -> None:
    host = written(FakeHost(systemd=False), "one")
    SUPERVISOR.start(host, PLACES, ("one",))
    host.supervisor.crash("one")
    path = SUPERVISOR.paths(PLACES, "one")[0]
    host.write(path, text_of(replace(UNIT, argv=("/bin/new",))))
    SUPERVISOR.start(host, PLACES, ("one",))
    assert "/bin/new" in host.supervisor.running["one"]


def test_a_missing_supervisord_is_told_with_its_package() -> None:
    host = FakeHost(systemd=False)
    host.programs.clear()
    with pytest.raises(HostError, match=r"^supervisord: is not installed on this host: apt install supervisor$"):
        SUPERVISOR.start(host, PLACES, ("one",))


def test_the_last_words_are_the_end_of_the_log() -> None:
    host = FakeHost(systemd=False)
    host.write("/fleet/var/log/fungible/one.log", "\n".join(str(number) for number in range(3000)))
    assert SUPERVISOR.last_words(host, PLACES, "one") == "2995\n2996\n2997\n2998\n2999"
    assert SUPERVISOR.last_words(host, PLACES, "none") == ""
