# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What do test hosts start from: images built out of Debian packages, without a container registry."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from pathlib import Path

from . import places, show
from .commands import run
from .environment import refresh_apt_lists
from .errors import ToolError
from .hosts_podman import podman, write_atomically

REPOSITORY = "localhost/fungible-host"
SUITES = ("bookworm", "trixie")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

PACKAGES = (
    # the machine itself, and what Ansible and Salt expect of one
    *("systemd", "systemd-sysv", "dbus", "python3", "python3-apt", "sudo", "procps", "iproute2", "acl"),
    *("ca-certificates", "curl", "unzip", "zip", "xz-utils", "openssl", "sqlite3"),
    # what sites need
    *("mariadb-server", "mariadb-client", "python3-pymysql", "redis-server", "nginx-light", "haproxy", "supervisor"),
    *("php-fpm", "php-cli", "php-mysql", "php-sqlite3", "php-mbstring", "php-xml", "php-gd", "php-curl", "php-zip"),
)

MMDEBSTRAP = (
    "--variant=minbase",
    "--components=main",
    "--aptopt=Apt::Install-Recommends false",
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "info", "locale", "man")),
)

# Runs inside the new root. Services are there but start only when a scenario starts them; what has no business in a
# container (or would change the kernel beneath all of them, since hosts are privileged) is masked.
SETUP = r"""
set -eu
php_fpm=$(basename -a /lib/systemd/system/php*-fpm.service)
systemctl disable --quiet mariadb nginx haproxy supervisor redis-server "$php_fpm"
systemctl mask --quiet \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer logrotate.timer \
    man-db.timer phpsessionclean.timer haveged.service \
    systemd-modules-load.service systemd-sysctl.service systemd-binfmt.service systemd-udevd.service \
    systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service systemd-timesyncd.service \
    systemd-remount-fs.service systemd-firstboot.service systemd-random-seed.service systemd-pstore.service \
    systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-update-done.service ldconfig.service \
    systemd-networkd-wait-online.service systemd-journal-flush.service e2scrub_reap.service \
    proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount dev-hugepages.mount sys-kernel-config.mount \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
    console-getty.service getty@.service serial-getty@.service getty-static.service \
    systemd-ask-password-console.path systemd-ask-password-wall.path
systemctl set-default --quiet multi-user.target

mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nReadKMsg=no\n' >/etc/systemd/journald.conf.d/fungible-test.conf

# systemd makes its mounts shared on a machine but not in a container, and LoadCredential= is empty without that.
cat >/etc/systemd/system/fungible-test-root.service <<'EOF'
[Unit]
Description=Share mounts and open the root folder as on a real machine
DefaultDependencies=no
Before=sysinit.target local-fs-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mount --make-rshared /
ExecStart=/bin/chmod 0755 /
[Install]
WantedBy=sysinit.target
EOF
systemctl enable --quiet fungible-test-root.service

# Nothing of the machine that built this travels along, and each host makes its own identity.
rm -rf /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap /var/lib/apt/lists/*
: >/etc/apt/sources.list
: >/etc/machine-id
rm -f /etc/hostname /etc/resolv.conf /var/lib/dbus/machine-id
"""


def recipe_digest(suite: str) -> str:
    """Return the name of what would be built: another recipe has another name, so it is built anew."""
    recipe = json.dumps([suite, PACKAGES, MMDEBSTRAP, SETUP])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def image_tag(suite: str) -> str:
    """Return the image's name, without building it."""
    if suite not in SUITES:
        raise ToolError(f"no test host image is made of {suite!r}; there are {', '.join(SUITES)}")
    return f"{REPOSITORY}:{suite}-{recipe_digest(suite)}"


def ensure_image(suite: str) -> str:
    """Return the name of the suite's image, after building or importing it where it is missing."""
    tag = image_tag(suite)
    folder = places.folder("hosts")
    with places.only_one(folder / f"{suite}.lock"):
        if podman("image", "exists", tag, check=False).returncode == 0:
            return tag
        tarball = folder / f"{suite}-{recipe_digest(suite)}.tar.zst"
        if not _is_intact(tarball):
            show.note(f"Building the image of {suite} test hosts with mmdebstrap (a minute or two, once)")
            _build(suite, tarball)
            _forget_older(suite, tarball)
        podman("import", "--quiet", "--change", 'CMD ["/lib/systemd/systemd"]', str(tarball), tag)
    return tag


def debian_sources(suite: str) -> list[str]:
    """Return apt lines for a suite, from the mirrors that this machine's own apt uses."""
    asked = run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"],
        log="apt-mirrors",
    )
    uris: dict[str, str] = {}
    for line in asked.splitlines():
        origin, label, uri = line.split("|", 2)
        if origin == "Debian":
            uris.setdefault(label, uri)
    if "Debian" not in uris:
        raise ToolError(
            "apt knows no Debian mirror to build test hosts from; run apt-get update or add a Debian source"
        )
    lines = [f"deb {uris['Debian']} {name} main" for name in (suite, f"{suite}-updates")]
    if "Debian-Security" in uris:
        lines.append(f"deb {uris['Debian-Security']} {suite}-security main")
    return lines


def _build(suite: str, tarball: Path) -> None:
    """Build the tarball beside its place, and record its digest."""
    refresh_apt_lists()
    with tempfile.TemporaryDirectory(dir=tarball.parent, prefix=f"build-{suite}-") as scratch:
        made, setup = Path(scratch) / tarball.name, Path(scratch) / "setup.sh"
        setup.write_text(SETUP, encoding="utf-8")
        command = [
            *("mmdebstrap", f"--keyring={KEYRING}", *MMDEBSTRAP, f"--include={','.join(PACKAGES)}"),
            *(f"--aptopt={line}" for line in _apt_options()),
            *(f"--customize-hook=copy-in {setup} /", '--customize-hook=chroot "$1" sh /setup.sh'),
            *('--customize-hook=rm "$1/setup.sh"', suite, str(made), *debian_sources(suite)),
        ]
        run(command, log=f"host-image-{suite}")
        write_atomically(_record(tarball), _sha256(made) + "\n")
        made.replace(tarball)


def _forget_older(suite: str, tarball: Path) -> None:
    """Drop what former recipes of the suite made, except for images that still have a host."""
    for old in tarball.parent.glob(f"{suite}-*.tar.zst*"):
        if not old.name.startswith(tarball.name):
            old.unlink()
    listed = podman("images", "--format={{.Repository}}:{{.Tag}}", f"--filter=reference={REPOSITORY}:{suite}-*")
    for tag in listed.stdout.split():
        podman("rmi", tag, check=False)


def _apt_options() -> list[str]:
    """Return how this machine's apt reaches its mirrors (proxies, certificates), which mmdebstrap does not read."""
    wanted = re.compile(r'Acquire::(https?(::.*)?|ForceIPv[46]|Retries|Check-Valid-Until) ".+";$', re.IGNORECASE)
    said = run(["apt-config", "dump", "Acquire"], log="apt-options")
    return [line for line in said.splitlines() if wanted.match(line)]


def _is_intact(tarball: Path) -> bool:
    record = _record(tarball)
    return tarball.is_file() and record.is_file() and record.read_text(encoding="utf-8").strip() == _sha256(tarball)


def _record(tarball: Path) -> Path:
    return tarball.with_name(f"{tarball.name}.sha256")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
