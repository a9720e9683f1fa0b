# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of a WordPress instance listen where the router looks, and never run what visitors uploaded."""

from __future__ import annotations

import typing as t

from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import View
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress.server import (
    fpm,
    nginx,
    php_options,
)

VIEW: t.Final = View(
    root="/srv/blog",
    run="/run/fungible/blog/a",
    conf="/var/lib/fungible/blog/instances/x",
    port=0,
    user="fg-blog",
    programs={},
    databases={},
    sandboxed=True,
)
ELSEWHERE: t.Final = View(
    root="/home/me/tree", run="/home/me/run/a", conf="/c", port=0, user="me", programs={}, databases={}, sandboxed=False
)
FPM: t.Final = """\
[global]
error_log = syslog
daemonize = no
systemd_interval = 0
process_control_timeout = 30s

[instance]
listen = /run/fungible/blog/a/php/php.sock
listen.mode = 0660
pm = ondemand
pm.max_children = 10
pm.process_idle_timeout = 60s
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
"""
STORE: t.Final = """\
        location ^~ /wp-content/uploads/ {
            location ~* \\.(?:php[0-9]?|phtml|phar|phps)$ { return 403; }
            try_files $uri =404;
        }
"""


def test_the_configuration_of_php_fpm_is_exact() -> None:
    assert fpm(VIEW) == FPM


def test_without_a_journal_php_fpm_tells_whoever_started_it() -> None:
    assert "error_log = /proc/self/fd/2\n" in fpm(ELSEWHERE)


def test_nginx_listens_on_the_slots_socket_and_asks_its_own_php() -> None:
    text = nginx(VIEW, [], {})
    assert "listen unix:/run/fungible/blog/a/web/web.sock;" in text
    assert "fastcgi_pass unix:/run/fungible/blog/a/php/php.sock;" in text
    assert "root /srv/blog;" in text
    assert text.count("{") == text.count("}")


def test_what_visitors_uploaded_is_served_and_never_run() -> None:
    text = nginx(VIEW, ["wp-content/uploads"], {})
    assert STORE in text
    assert text.index("location ^~ /wp-content/uploads/") < text.index("location ~ \\.php$")


def test_hidden_files_and_the_configuration_are_not_served() -> None:
    text = nginx(VIEW, [], {})
    assert "location ~ /\\.(?!well-known/) { return 404; }" in text
    assert "location = /wp-config.php { return 404; }" in text


def test_everything_of_nginx_lies_in_its_own_run_directory() -> None:
    text = nginx(ELSEWHERE, [], {})
    paths = [
        line.split()[1].rstrip(";") for line in text.splitlines() if "_temp_path" in line or line.startswith("pid")
    ]
    assert len(paths) == 6
    assert all(path.startswith("/home/me/run/a/web/") for path in paths)


def test_true_and_false_are_what_php_reads_from_an_option() -> None:
    found = php_options({"display_errors": True, "html_errors": False, "x.y": "a b"})
    assert {"display_errors=1", "html_errors=0", "x.y=a b"} <= set(found)
    assert set(found[::2]) == {"-d"}
