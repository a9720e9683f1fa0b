# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the first release run as it was declared, and can it do nothing else."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

    from fungible_dev.hosts import Host as Machine
    from fungible_dev.molecule_wordpress import WordPress

EXPOSURE_AT_MOST = 2.0
RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES"
CHAIN = ["welcome/welcome.php", "akismet/akismet.php"]  # as declared, which is not how names sort
UPLOADS = "wp-content/uploads"
FORBIDDEN = (
    *("/srv/actioncenter/x.php", "/srv/actioncenter/wp-content/x.php", "/srv/actioncenter/wp-content/plugins/x.php"),
    *("/srv/x", "/srv/fungible/x", "/var/lib/fungible/x", "/etc/x", "/usr/bin/x", "/var/www/x", "/root/x", "/home/x"),
    *("/run/x", "/run/fungible/actioncenter/x", "/run/mysqld/x", "/var/lib/mysql/x", "/dev/x", "/dev/mqueue/x"),
)
PRIVATE = ("/tmp/x", "/var/tmp/x", "/dev/shm/x")


@pytest.mark.parametrize("process", ["php", "web"])
def test_each_unit_is_well_sandboxed(host: Host, wordpress: WordPress, process: str) -> None:
    told = host.check_output(f"systemd-analyze security --no-pager {wordpress.unit(process)} | tail --lines=1")
    assert float(re.search(r": ([0-9.]+)", told)[1]) <= EXPOSURE_AT_MOST, told


def test_php_can_write_nothing_but_uploads_and_what_is_its_own_alone(wordpress: WordPress) -> None:
    allowed = (f"/srv/actioncenter/{UPLOADS}/x", *PRIVATE)
    told = wordpress.inside(write=[*FORBIDDEN, *allowed])
    assert {path: told["write"][path] for path in allowed} == dict.fromkeys(allowed, "written")
    refused = {path: why for path, why in told["write"].items() if path in FORBIDDEN}
    assert len(refused) == len(FORBIDDEN)
    assert [path for path, why in refused.items() if why == "written"] == []
    assert told["user"] == "fg-actioncenter"
    assert told["root"] == "/srv/actioncenter/"


def test_what_a_visitor_says_of_its_way_here_is_believed_of_this_host_alone(
    host: Host, machine: Machine, wordpress: WordPress
) -> None:
    """A proxy of the user's own may stand before the router, on the loopback address."""
    claims = "-H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: https'"
    ask = f"curl --silent -H 'X-House: {{}}' -H 'Host: {wordpress.host}' {claims}"
    from_here, from_afar = (
        json.loads(host.check_output(f"{ask} http://{address}/"))["visitor"]
        for address in ("127.0.0.1", machine.address)
    )
    assert from_here == {"from": "203.0.113.9", "https": True}
    assert from_afar == {"from": machine.address, "https": False}


@pytest.mark.parametrize(("process", "path"), [("php", ""), ("web", ""), ("web", f"/{UPLOADS}")])
def test_not_even_root_could_write_there_within_the_sandbox(
    host: Host, wordpress: WordPress, process: str, path: str
) -> None:
    told = _within(host, wordpress.unit(process), f"touch /srv/actioncenter{path}/x")
    assert "Read-only file system" in told.stderr


@pytest.mark.parametrize("process", ["php", "web"])
def test_what_is_its_own_is_seen_by_nobody_else(host: Host, wordpress: WordPress, process: str) -> None:
    assert _within(host, wordpress.unit(process), f"touch {' '.join(PRIVATE)}").rc == 0
    assert [path for path in PRIVATE if host.file(path).exists] == []


@pytest.mark.parametrize("process", ["php", "web"])
def test_other_sites_are_invisible(host: Host, machine: Machine, wordpress: WordPress, process: str) -> None:
    for folder in ("/srv/fungible/neighbour/stores", "/var/lib/fungible/neighbour"):
        machine.run("install", "-d", folder)
    told = _within(host, wordpress.unit(process), "find /srv /var/lib/fungible -mindepth 1 -maxdepth 2 -path '*/*'")
    seen = {path for path in told.stdout.split() if not path.startswith("/srv/actioncenter/")}
    assert seen == {"/srv/actioncenter", "/var/lib/fungible/actioncenter", "/var/lib/fungible/actioncenter/instances"}
    assert _within(host, wordpress.unit(process), "find /var/cache/fungible -mindepth 1").stdout == ""


def test_an_uploaded_program_is_not_run(machine: Machine, wordpress: WordPress) -> None:
    store = "/srv/fungible/actioncenter/stores/uploads"
    for name in ("evil.php", "evil.PHP", "evil.phtml", "evil.php.jpg", "deep/evil.php"):
        machine.write(f"{store}/evil/{name}", "<?php echo 6*7, 'run';")
        for path in (name, f"{name}/x.php"):
            page = wordpress.browser().get(f"/{UPLOADS}/evil/{path}")
            assert "42run" not in page.text, path
            assert page.status in (403, 404) or path.endswith("jpg"), path
    machine.run("rm", "-r", f"{store}/evil")


@pytest.mark.parametrize("path", ["/wp-config.php", "/.htaccess", "/wp-content/uploads/"])
def test_what_is_nobodys_business_is_not_served(wordpress: WordPress, path: str) -> None:
    assert wordpress.browser().get(path).status in (403, 404)


def test_the_database_user_has_the_declared_rights_and_no_more(host: Host) -> None:
    told = _sql(host, "SHOW GRANTS FOR 'action_center'@'localhost'")
    granted = [line.split(" TO ")[0] for line in told.splitlines()]
    assert granted == ["GRANT USAGE ON *.*", rf"GRANT {RIGHTS} ON `action\_center`.*"]
    users = "SELECT GROUP_CONCAT(User, '@', Host) FROM mysql.user WHERE User LIKE '%action%' OR User = ''"
    assert _sql(host, users) == "action_center@localhost"


def test_the_chain_is_loaded_from_code_in_its_order(wordpress: WordPress) -> None:
    told = wordpress.inside()
    assert told["active"] == CHAIN
    assert told["must_use"] == ["0-fungible.php"]
    mains = [path for path in told["loaded"] if re.search(r"/(0-fungible|house-rules|akismet|welcome)\.php$", path)]
    names = [
        "mu-plugins/0-fungible.php",
        "mu-plugins/house-rules/house-rules.php",
        *(f"plugins/{one}" for one in CHAIN),
    ]
    assert mains == [f"/srv/actioncenter/wp-content/{name}" for name in names]
    assert "<!-- house rules --><!-- welcome -->" in wordpress.browser().get("/").text


def test_a_deactivation_is_not_offered_in_the_browser_and_changes_nothing(wordpress: WordPress) -> None:
    director = wordpress.director()
    page = director.get("/wp-admin/plugins.php")
    assert page.status == 200
    assert "themes and WordPress itself are kept by fungible" in page.text
    assert "action=deactivate" not in page.text
    told = director.rest("/wp/v2/plugins/akismet/akismet", "--request", "PUT", status="inactive")
    assert director.rest("/wp/v2/plugins/akismet/akismet")["status"] == "active", told
    assert wordpress.inside()["active"] == CHAIN


def test_nothing_can_be_installed_edited_or_updated_from_the_browser(wordpress: WordPress) -> None:
    director = wordpress.director()
    for name in ("plugin-install", "plugin-editor", "theme-install", "theme-editor", "update-core"):
        page = director.get(f"/wp-admin/{name}.php")
        assert page.status in (403, 500), name
        assert "Sorry, you are not allowed to" in page.text, name
    assert director.rest("/wp/v2/plugins", slug="hello-dolly")["code"] == "rest_cannot_install_plugin"


def test_a_restart_of_the_router_changes_nothing(host: Host, wordpress: WordPress) -> None:
    slot, before = wordpress.slot, _weights(host)
    assert before == {"a": int(slot == "a"), "b": int(slot == "b")}
    host.check_output("systemctl restart fungible-router.service")
    assert _weights(host) == before
    page = wordpress.browser().get("/")
    assert (page.status, page.header("X-Fungible-Slot")) == (200, slot)


def test_a_process_that_dies_comes_back_by_itself(host: Host, machine: Machine, wordpress: WordPress) -> None:
    for process in ("php", "web"):
        unit = wordpress.unit(process)
        former = host.check_output(f"systemctl show --property=MainPID --value {unit}")
        machine.run("kill", "-KILL", former)
        wordpress.wait()
        assert host.check_output(f"systemctl show --property=MainPID --value {unit}") not in (former, "0")


def test_no_secret_is_where_others_can_read_it(host: Host, machine: Machine, wordpress: WordPress) -> None:
    words = "\n".join(wordpress.secrets.values()) + "\n"
    machine.write("/root/secrets", words, "0600")
    search = "grep --fixed-strings --file=/root/secrets --text"
    readable = "find / -xdev -type f -perm /o=r -not -path '/proc/*' -not -path '/sys/*' -print0"
    assert host.run(f"{readable} | xargs -0 {search} --files-with-matches").stdout == ""
    assert host.run(f"cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | {search}").stdout == ""
    assert host.run(f"journalctl --output=export --no-pager | {search}").stdout == ""
    assert host.run(f"systemctl show 'fungible-*' | {search}").stdout == ""
    machine.run("rm", "/root/secrets")


def _sql(host: Host, sql: str) -> str:
    return host.check_output("mariadb --batch --skip-column-names --raw --execute=%s", sql)


def _within(host: Host, unit: str, command: str) -> t.Any:
    return host.run(f"nsenter --mount --target $(systemctl show --property=MainPID --value {unit}) {command}")


def _weights(host: Host) -> dict[str, int]:
    ask = "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/fungible-router/admin.sock'); "
    found = {}
    for slot in ("a", "b"):
        say = f"s.sendall(b'get weight fungible_actioncenter/{slot}\\n'); print(s.recv(99).decode())"
        found[slot] = int(host.check_output(f'python3 -c "{ask}{say}"').split()[0])
    return found
