# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is each fault told in one clear line, and does the old release go on serving; the tests build on one another."""

from __future__ import annotations

import contextlib
import re
import typing as t

import pytest

from fungible_dev.molecule_wordpress import WordPress

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_play import Player

NEW = "6.5.5"
ACTIONCENTER = {"fungible_sites": {"actioncenter": "{{ actioncenter }}"}}
NOTES = {"fungible_sites": {"notes": "{{ notes }}"}}
UPGRADE = {**ACTIONCENTER, "wordpress_version": NEW}
BACKUPS = "/var/lib/fungible/actioncenter/backups"
NO_SPACE = "No space left on device: free some space there and run again; nothing was switched"
HANGS = {
    "name": "hangs",
    "version": "1",
    "source": {
        "file": "{{ own_files }}/hangs.php",
        "sha256": "{{ lookup('ansible.builtin.file', own_files ~ '/hangs.php', rstrip=false) | hash('sha256') }}",
    },
}
BROKEN_PHP = {"app": {"ini": {"auto_prepend_file": "/nowhere.php"}, "health": {"within": "3s"}}}


@pytest.fixture
def refused(play: Player, wordpress: WordPress) -> t.Iterator[t.Callable[..., str]]:
    """Give what runs a playbook that has to fail; whatever was live before is live and served after."""
    notes = WordPress(wordpress.machine, "notes", {"routes": [{"host": "notes.example"}]})
    before = [(site, site.live, site.slot) for site in (wordpress, notes)]

    def attempt(playbook: str = "", **variables: t.Any) -> str:
        failure = play.attempt(playbook, **variables).failure
        assert failure
        assert "\n" not in failure
        return failure

    yield attempt
    for site, live, slot in before:
        page = site.browser().get("/")
        assert (site.live, page.status, page.header("X-Fungible-Slot")) == (live, 200, slot)


@contextlib.contextmanager
def small_disk(machine: Machine, path: str, size: str) -> t.Iterator[None]:
    """Put a disk in place of a folder that is soon full."""
    machine.run("mkdir", "-p", path)
    machine.run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path)
    try:
        yield
    finally:
        machine.run("umount", path)


@contextlib.contextmanager
def listener(machine: Machine, port: int) -> t.Iterator[None]:
    """Let another program have a port."""
    machine.run("systemd-run", "--unit=other", "python3", "-m", "http.server", "--bind=127.0.0.1", str(port))
    machine.run("timeout", "10", "sh", "-c", f"until curl -s 127.0.0.1:{port}; do sleep 0.1; done")
    try:
        yield
    finally:
        machine.run("systemctl", "stop", "other.service")


def test_the_disk_is_full_while_an_artifact_arrives(machine: Machine, refused: t.Callable[..., str]) -> None:
    with small_disk(machine, "/var/cache/fungible", "1m"):
        said = refused(**UPGRADE)
        assert machine.run("ls", "-A", "/var/cache/fungible").stdout == ""
    assert re.fullmatch(rf"/var/cache/fungible/\S+: {NO_SPACE}", said), said


def test_the_disk_is_full_while_a_release_is_unpacked(machine: Machine, refused: t.Callable[..., str]) -> None:
    with small_disk(machine, "/srv/fungible/.cache", "20m"):
        said = refused(**UPGRADE)
        assert (
            machine.run("find", "/srv/fungible/.cache", "-type", "f", "-size", "+0", "-not", "-name", "lock").stdout
            == ""
        )
    assert re.fullmatch(rf"/srv/fungible/.cache/\S+: {NO_SPACE}", said), said


def test_the_disk_is_full_while_a_database_is_backed_up(machine: Machine, refused: t.Callable[..., str]) -> None:
    with small_disk(machine, BACKUPS, "16k"):
        said = refused(**UPGRADE)
        assert machine.run("ls", BACKUPS).stdout == ""
    assert re.match(r"store db: cannot be dumped: .*(errno|No space)", said), said


def test_the_disk_is_full_while_a_database_is_migrated(machine: Machine, refused: t.Callable[..., str]) -> None:
    with _full_store(machine):
        said = refused(**NOTES, procfile_version="2")
    assert re.match(r"notes: the migration to release 2-[0-9a-f]{12} failed: .*full", said), said


def test_the_database_server_is_down(machine: Machine, refused: t.Callable[..., str]) -> None:
    machine.run("systemctl", "stop", "mariadb.service")
    try:
        said = refused(**UPGRADE)
    finally:
        machine.run("systemctl", "start", "mariadb.service")
    assert said == "MariaDB: the server does not answer on its socket: start it (systemctl start mariadb)"


def test_nobody_may_administer_the_database_server(machine: Machine, refused: t.Callable[..., str]) -> None:
    ways = "ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING"
    machine.run("mariadb", f"--execute={ways} PASSWORD('x')")
    try:
        said = refused(**UPGRADE)
    finally:
        machine.run("mariadb", "--password=x", f"--execute={ways} 'invalid' OR unix_socket")
    assert re.match(r"MariaDB: .*Access denied for user 'root'@'localhost'.*: .*become: true", said), said


def test_a_password_that_was_changed_behind_us_is_set_back(
    machine: Machine, play: Player, wordpress: WordPress
) -> None:
    machine.run("mariadb", "--execute=ALTER USER action_center@localhost IDENTIFIED BY 'another'")
    assert wordpress.browser().get("/").status == 500
    wanted = ["set the password of 'action_center'@'localhost' of store db"]
    assert play(**ACTIONCENTER, check=True).done == wanted
    assert wordpress.browser().get("/").status == 500
    assert play(**ACTIONCENTER).done == wanted
    assert wordpress.browser().get("/").status == 200
    assert machine.run("mariadb", "--user=action_center", "--password=another", check=False).returncode != 0


def test_an_artifact_is_not_what_was_locked(refused: t.Callable[..., str]) -> None:
    said = refused(**UPGRADE, wordpress_changes={"app": {"version": "6.6", "source": {"sha256": "0" * 64}}})
    assert re.search(rf"wordpress-6.5.5.zip: its sha256 is [0-9a-f]{{64}}, but {'0' * 64} was locked", said), said


def test_an_artifact_is_no_wordpress(refused: t.Callable[..., str]) -> None:
    source = {"app": {"version": "6.6", "source": "{{ artifacts['procfile-2']['source'] }}"}}
    said = refused(**UPGRADE, wordpress_changes=source)
    assert re.match(r"procfile-worker-2.tar.gz: is no WordPress: wp-includes/version.php is not in", said), said


def test_a_manifest_has_a_mistyped_key(refused: t.Callable[..., str]) -> None:
    said = refused(**UPGRADE, wordpress_changes={"app": {"heath": {"path": "/"}}})
    assert "actioncenter.app.heath" in said
    assert "health" in said.partition("heath")[2]


def test_who_runs_it_has_no_rights_on_the_host(refused: t.Callable[..., str]) -> None:
    said = refused(**UPGRADE, ansible_user="nobody", fungible_become=False)
    assert re.search(r"become: true", said), said


def test_a_routine_that_hangs_is_ended_with_what_it_started(machine: Machine, refused: t.Callable[..., str]) -> None:
    changes = {"plugins": {"use": "{{ wordpress_manifest.plugins.use + [hangs] }}"}, "migration": {"within": "3s"}}
    said = refused(**ACTIONCENTER, hangs=HANGS, wordpress_changes=changes)
    why = r"it waits for 2 .*it did not end within 3 s \(migration.within\)"
    assert re.match(rf"actioncenter: activate hangs 1 failed: {why}: mend it and run again", said), said
    assert "86399" not in machine.run("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").stdout


def test_an_instance_that_is_never_healthy_is_stopped_and_marked_bad(
    host: Host, wordpress: WordPress, refused: t.Callable[..., str]
) -> None:
    said = refused(**ACTIONCENTER, wordpress_changes=BROKEN_PHP)
    assert re.match(r"instance 6.4.5-\S+: /wp-login.php did not answer 200 within 3 s \(status 500\)", said), said
    assert re.search(r"last words: .*Failed opening required '/nowhere.php'", said), said
    [(bad, why)] = wordpress.journal["bad"].items()
    assert "/wp-login.php did not answer 200" in why
    for process in ("php", "web"):
        assert not host.service(wordpress.unit(process, bad)).is_running
        assert not host.service(wordpress.unit(process, bad)).is_enabled
    said = refused("../shared/cutover.yml", **ACTIONCENTER, wordpress_changes=BROKEN_PHP)
    assert re.match(rf"instance {re.escape(bad)}: was marked bad: ", said), said


@pytest.mark.parametrize(
    ("version", "words"),
    [("2-health", "version 2, instance .* listens on 18001"), ("2-start", "app: this version never starts")],
)
def test_the_last_words_of_an_application_are_told(refused: t.Callable[..., str], version: str, words: str) -> None:
    said = refused(**NOTES, procfile_version=version, procfile_changes={"app": {"health": {"within": "3s"}}})
    assert re.search(rf"it was stopped and marked bad; its last words: web: .*{words}", said), said


def test_another_program_has_the_port(machine: Machine, refused: t.Callable[..., str]) -> None:
    with listener(machine, 18001):
        said = refused(**NOTES, procfile_version="2")
    assert said == "port 18001: is taken by another program: stop it, or give notes.app.port another"


def test_another_program_has_the_address_of_a_route(machine: Machine, refused: t.Callable[..., str]) -> None:
    routes = {"routes": [{"host": "notes.example", "listen": "127.0.0.1:8099"}]}
    with listener(machine, 8099):
        said = refused(**NOTES, procfile_version="2", procfile_changes=routes)
    assert said == "127.0.0.1:8099: is taken by another program: stop it, or let the route listen elsewhere"


def test_once_all_is_well_again_everything_is_upgraded(play: Player, wordpress: WordPress) -> None:
    variables = {"wordpress_version": NEW, "procfile_version": "2"}
    play(**variables)
    assert wordpress.live.startswith(NEW)
    assert wordpress.browser().get("/").status == 200
    assert play(**variables).done == []


@contextlib.contextmanager
def _full_store(machine: Machine) -> t.Iterator[None]:
    """Put the store of the notes on a disk that is as full as it can be, then back."""
    store = "/srv/fungible/notes/stores/db"
    size = machine.run("sh", "-c", f"du --apparent-size --block-size=4096 --summarize {store} | cut -f1").stdout.strip()
    machine.run("cp", "--archive", store, f"{store}.kept")
    with small_disk(machine, store, f"{4 * (int(size) + 1)}k"):
        machine.run("sh", "-c", f"cp --archive {store}.kept/. {store}; head -c 1m /dev/zero >{store}/filler || true")
        yield
    machine.run("rm", "-r", f"{store}.kept")
