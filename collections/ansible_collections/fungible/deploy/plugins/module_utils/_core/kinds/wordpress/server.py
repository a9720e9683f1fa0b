# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How a WordPress instance is served: the configuration of its php-fpm and its nginx."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ..protocol import View

FPM_NAMES: t.Final = ("php-fpm", *(f"php-fpm8.{minor}" for minor in range(9, -1, -1)), "php-fpm7.4")
INI: t.Final = {
    "expose_php": 0,
    "cgi.fix_pathinfo": 0,
    "memory_limit": "256M",
    "upload_max_filesize": "64M",
    "post_max_size": "64M",
    "opcache.enable": 1,
    "opcache.validate_timestamps": 0,  # a release never changes, and never shares its php-fpm with another
    "opcache.memory_consumption": 96,
    "opcache.jit_buffer_size": 0,  # the sandbox forbids memory that is writable and executable
    "pcre.jit": 0,
    "session.save_path": "/tmp",
}

FPM: t.Final = """[global]
error_log = {error_log}
daemonize = no
systemd_interval = 0
process_control_timeout = 30s

[instance]
listen = {run}/php/php.sock
listen.mode = 0660
pm = ondemand
pm.max_children = 10
pm.process_idle_timeout = 60s
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
"""

NGINX: t.Final = """{user}error_log stderr warn;
pid {run}/web/nginx.pid;
worker_processes 1;
worker_shutdown_timeout 60s;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    server_tokens off;
    sendfile on;
    gzip on;
    gzip_vary on;
    gzip_types text/css text/plain text/xml application/javascript application/json application/rss+xml image/svg+xml;
    keepalive_timeout 65s;
    keepalive_requests 100000;
    client_max_body_size {body};
    client_body_temp_path {run}/web/body;
    fastcgi_temp_path {run}/web/fastcgi;
    proxy_temp_path {run}/web/proxy;
    uwsgi_temp_path {run}/web/uwsgi;
    scgi_temp_path {run}/web/scgi;
    set_real_ip_from unix:;
    real_ip_header X-Forwarded-For;
    map $http_x_forwarded_proto $https_seen {{ https on; }}
    server {{
        listen unix:{run}/web/web.sock;
        root {root};
        index index.php;
        location ~ /\\.(?!well-known/) {{ return 404; }}
        location = /wp-config.php {{ return 404; }}
{stores}        location / {{ try_files $uri $uri/ /index.php?$args; }}
        location ~ \\.php$ {{
            try_files $uri =404;
            fastcgi_pass unix:{run}/php/php.sock;
            fastcgi_read_timeout 300s;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SCRIPT_NAME $fastcgi_script_name;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param DOCUMENT_URI $document_uri;
            fastcgi_param DOCUMENT_ROOT $document_root;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param GATEWAY_INTERFACE CGI/1.1;
            fastcgi_param SERVER_SOFTWARE nginx;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param SERVER_NAME $host;
            fastcgi_param SERVER_PORT 80;
            fastcgi_param HTTPS $https_seen if_not_empty;
            fastcgi_param REDIRECT_STATUS 200;
            fastcgi_param HTTP_PROXY "";
        }}
    }}
}}
"""

STORE: t.Final = """        location ^~ /{mount}/ {{
            location ~* \\.(?:php[0-9]?|phtml|phar|phps)$ {{ return 403; }}
            try_files $uri =404;
        }}
"""


def php_options(ini: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Write PHP settings as options of its programs."""
    settings = {**INI, **ini}
    return tuple(part for name, value in settings.items() for part in ("-d", f"{name}={_ini(value)}"))


def _ini(value: t.Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def fpm(view: View) -> str:
    """Write php-fpm's configuration."""
    # /dev/stderr is a socket under systemd, and php-fpm cannot open one; it tells the journal by syslog.
    return FPM.format(run=view.run, error_log="syslog" if view.sandboxed else "/proc/self/fd/2")


def nginx(view: View, mounts: t.Sequence[str], ini: t.Mapping[str, t.Any]) -> str:
    """Write nginx's configuration; what visitors uploaded is served, and never run."""
    stores = "".join(STORE.format(mount=mount) for mount in mounts)
    body = str({**INI, **ini}["post_max_size"]).lower()
    user = "user root;\n" if view.user == "root" else ""  # else its workers would be nobody, and reach no socket
    return NGINX.format(run=view.run, root=view.root, stores=stores, body=body, user=user)
