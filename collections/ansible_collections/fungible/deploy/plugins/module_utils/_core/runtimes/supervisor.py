# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""supervisord, for where there is no systemd: the same processes, without the sandbox: http://supervisord.org/."""

from __future__ import annotations

import typing as t
from contextlib import suppress
from functools import partial
from posixpath import join

from ..errors import HostError
from ..host.protocol import Done
from .protocol import File

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from ..places import Places
    from .protocol import Unit

STOP_SECONDS: t.Final = 120
START_SECONDS: t.Final = 10
LOG_BYTES: t.Final = 2000
LINES_SHOWN: t.Final = 5
# What systemd does of itself: a fresh directory for sockets, and an environment read from files.
RUN: t.Final = (
    'if [ -n "$FUNGIBLE_RUN" ]; then rm -rf "$FUNGIBLE_RUN"; mkdir -p "$FUNGIBLE_RUN"; fi; '
    'set -a; for file in $FUNGIBLE_FILES; do . "$file"; done; set +a; umask 027; exec "$@"'
)
# A command outlives a run that is killed, and then goes on holding its site.
STILL_RUNS: t.Final = 213
ONE_AT_A_TIME: t.Final = f'exec 9<"$FUNGIBLE_STATE" && {{ flock --nonblock 9 || exit {STILL_RUNS}; }}'

MAIN: t.Final = """[supervisord]
nodaemon = false
pidfile = {run}/supervisord.pid
logfile = {log}/supervisord.log
childlogdir = {log}
directory = /
[unix_http_server]
file = {run}/supervisor.sock
chmod = 0600
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[include]
files = {enabled}/*.conf
"""

PROGRAM: t.Final = """[program:{name}]
command = {command}
directory = {directory}
environment = FUNGIBLE_FILES="{files}",FUNGIBLE_RUN="{run}"
autostart = true
autorestart = true
startsecs = 0
startretries = 1000
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
{group}redirect_stderr = true
stdout_logfile = {log}
stdout_logfile_maxbytes = 1MB
stdout_logfile_backups = 1
"""


class Supervisor:
    """Be supervisord as a runtime; it is started where it does not run, and the user brings it back after a boot."""

    sandboxed = False

    def socket(self, places: Places) -> str:
        return f"{self._socket(places)}.1234567"  # it is made under a name that ends with supervisord's process number

    def files(self, places: Places, unit: Unit) -> t.Mapping[str, File]:
        text = PROGRAM.format(
            name=unit.name,
            command=" ".join(_argument(word) for word in ("/bin/sh", "-c", RUN, "sh", *unit.argv)),
            directory=unit.directory or "/",
            files=" ".join(unit.environment),
            run=unit.run,
            stop_signal=unit.stop_signal,
            stop_seconds=STOP_SECONDS,
            # sh does not pass a signal on to the commands of a compound line, so all of them get it
            group="stopasgroup = true\nkillasgroup = true\n" if unit.argv[0] == "/bin/sh" else "",
            log=self._log(places, unit.name),
        )
        return {_available(places, unit.name): File(text)}

    def paths(self, places: Places, name: str) -> tuple[str, ...]:
        return (_available(places, name), _enabled(places, name))

    def is_running(self, host: Host, places: Places, name: str) -> bool:
        return self._state(host, places, name) in ("RUNNING", "STARTING")

    def is_enabled(self, host: Host, places: Places, name: str) -> bool:
        return host.stat(_enabled(places, name)) is not None

    def start(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        self._ensure_daemon(host, places)
        for name in names:
            host.symlink(_available(places, name), _enabled(places, name))
            self._load(host, places, name)
            if not host.wait_until(partial(self.is_running, host, places, name), START_SECONDS):
                raise HostError(f"{name}: supervisord does not start it: {self.last_words(host, places, name)}")

    def stop(self, host: Host, places: Places, names: t.Sequence[str]) -> None:
        for name in reversed(names):
            if self._state(host, places, name):
                if not host.wait_until(partial(self._is_ended, host, places, name), STOP_SECONDS):
                    raise HostError(f"{name}: supervisord does not stop it: {self.last_words(host, places, name)}")
                host.call(self._socket(places), "supervisor.removeProcessGroup", name)
            host.remove(_enabled(places, name))

    def _is_ended(self, host: Host, places: Places, name: str) -> bool:
        """Stop a program, if need be once more: one that has just exited by itself is started again."""
        if self._state(host, places, name) in ("RUNNING", "STARTING", "BACKOFF"):
            with suppress(HostError):  # it may have exited meanwhile
                host.call(self._socket(places), "supervisor.stopProcess", name)
        return self._state(host, places, name) in ("STOPPED", "FATAL")

    def reload(self, host: Host, places: Places, name: str) -> None:
        host.call(self._socket(places), "supervisor.signalProcess", name, "USR2")

    def last_words(self, host: Host, places: Places, name: str) -> str:
        text = host.read(self._log(places, name)) or ""
        return "\n".join(text[-LOG_BYTES:].strip().splitlines()[-LINES_SHOWN:])

    def once(self, host: Host, places: Places, unit: Unit, stdin: str) -> Done:
        env = {"FUNGIBLE_FILES": " ".join(unit.environment), "FUNGIBLE_STATE": places.state}
        inside = f'cd "$0" && {ONE_AT_A_TIME} && {RUN}'
        as_user: tuple[str, ...] = ()
        if host.whoami() == "root" and unit.user != "root":  # the code is that user's, and so is what it writes
            as_user = ("setpriv", f"--reuid={unit.user}", f"--regid={unit.group}", "--init-groups")
        argv = ("/bin/sh", "-c", inside, unit.directory or "/", *as_user, *unit.argv)
        done = host.run(argv, stdin=stdin, env=env)
        if done.code == STILL_RUNS:
            raise HostError(f"{unit.name}: still runs from before: wait until it ends, then run again")
        return done

    def _ensure_daemon(self, host: Host, places: Places) -> None:
        run, enabled, log = places.supervisor_run, join(places.supervisor, "enabled"), places.supervisor_log
        if host.rpc(self._socket(places), "supervisor.getState"):
            return
        program = host.which(("supervisord",))
        if program is None:
            raise HostError("supervisord: is not installed on this host: apt install supervisor")
        for folder in (run, enabled, log):
            host.mkdir(folder)
        main = join(places.supervisor, "supervisord.conf")
        host.write(main, MAIN.format(run=run, enabled=enabled, log=log))
        host.spawn((program, "--configuration", main))
        if not host.wait_until(lambda: bool(host.rpc(self._socket(places), "supervisor.getState")), 10):
            raise HostError(f"supervisord: does not answer on {self._socket(places)}: see {log}/supervisord.log")

    def _load(self, host: Host, places: Places, name: str) -> None:
        """Make supervisord know a program as its file has it now, and start it; what runs goes on as it was started."""
        host.call(self._socket(places), "supervisor.reloadConfig")
        if self.is_running(host, places, name):
            return
        if self._state(host, places, name):
            host.call(self._socket(places), "supervisor.removeProcessGroup", name)
        host.call(self._socket(places), "supervisor.addProcessGroup", name)

    def _state(self, host: Host, places: Places, name: str) -> str:
        known = host.rpc(self._socket(places), "supervisor.getAllProcessInfo") or []
        return next((str(one["statename"]) for one in known if one["name"] == name), "")

    @staticmethod
    def _socket(places: Places) -> str:
        return join(places.supervisor_run, "supervisor.sock")

    @staticmethod
    def _log(places: Places, name: str) -> str:
        return join(places.supervisor_log, f"{name}.log")


def _available(places: Places, name: str) -> str:
    return join(places.supervisor, "available", f"{name}.conf")


def _enabled(places: Places, name: str) -> str:
    return join(places.supervisor, "enabled", f"{name}.conf")


def _argument(word: str) -> str:
    """Quote a word as shlex reads it; % begins an expansion of supervisord's own."""
    return "'" + word.replace("'", "'\"'\"'").replace("%", "%%") + "'"
