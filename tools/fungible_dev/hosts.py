# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are test hosts started and ended: privileged podman containers that boot systemd."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass, field

from . import hosts_salt
from .commands import attempt
from .errors import ToolError
from .hosts_image import SUITES, ensure_image, image_tag
from .hosts_podman import podman, podman_env, write_containers_conf

__all__ = [
    "PACKAGES",
    "PREFIX",
    "SUITES",
    "Host",
    "ensure_image",
    "ensure_network",
    "image_tag",
    "missing_packages",
    "names",
    "podman_env",
    "remove_network",
    "running_host",
    "start_host",
    "stop_host",
    "sweep",
    "unique_name",
    "write_containers_conf",
]

PACKAGES = (
    # netavark calls iptables, but its package does not ask for it.
    *("podman", "runc", "netavark", "aardvark-dns", "iptables", "uidmap", "fuse-overlayfs"),
    *("mmdebstrap", "debian-archive-keyring", "zstd"),
)
PREFIX = "fungible-test-"
OWNER = "fungible.test.owner"  # a label: the process on whose behalf the host or network was made
BOOT_SECONDS = 90.0


def missing_packages() -> list[str]:
    """Return the Debian packages that test hosts need and this machine lacks."""
    asked = attempt(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *PACKAGES])
    installed = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in PACKAGES if package not in installed]


@dataclass(frozen=True)
class Host:
    """A running test host."""

    name: str
    image: str = field(compare=False)

    def run(
        self, *command: str, check: bool = True, timeout: float = 300, feed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as root in the host and return how it went; raise if it fails, unless told not to check."""
        return podman("exec", "--interactive", self.name, *command, check=check, timeout=timeout, feed=feed)

    def read(self, path: str) -> str:
        """Return a file's text."""
        return self.run("cat", path).stdout

    def write(self, path: str, text: str, mode: str = "0644") -> None:
        """Write a file, and the folders above it."""
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, feed=text)

    def copy_in(self, source: str, path: str) -> None:
        """Copy a file or a folder of this machine into the host."""
        podman("cp", source, f"{self.name}:{path}")

    def reboot(self) -> None:
        """Cut its power, start it again, and wait until systemd has booted it; its address may be another then."""
        podman("restart", "--time=0", self.name)
        _wait_for_boot(self)

    @property
    def address(self) -> str:
        """Return its address on its network."""
        return podman(
            "inspect", "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", self.name
        ).stdout.strip()

    def stop(self) -> None:
        """End the host, and forget all it held."""
        stop_host(self.name)


def unique_name(stem: str) -> str:
    """Return a name that no other run uses."""
    return f"{PREFIX}{stem}-{secrets.token_hex(3)}"


def start_host(name: str, image: str, *, network: str = "", volumes: t.Sequence[str] = (), owner: int = 0) -> Host:
    """Start a host and wait until systemd has booted it; the owner is the process it must not outlive (0: none)."""
    _must_be_ours(name)
    options = [f"--name={name}", f"--hostname={name}", "--privileged", "--systemd=always", f"--label={OWNER}={owner}"]
    if network:
        options.append(f"--network={ensure_network(network, owner=owner)}")
    options += [f"--volume={volume}" for volume in volumes]
    podman("run", "--detach", "--pull=never", *options, image, "/lib/systemd/systemd")
    host = Host(name, image)
    try:
        _wait_for_boot(host)
    except BaseException:
        host.stop()
        raise
    return host


def stop_host(name: str) -> None:
    """End and remove a host of ours; one that is not there is no error."""
    _must_be_ours(name)
    podman("rm", "--force", "--ignore", "--volumes", "--time=0", name)


@contextlib.contextmanager
def running_host(stem: str, suite: str, *, network: str = "", volumes: t.Sequence[str] = ()) -> t.Iterator[Host]:
    """Give a host of the suite, under a name of its own, for as long as the block takes."""
    host = start_host(unique_name(stem), ensure_image(suite), network=network, volumes=volumes, owner=os.getpid())
    try:
        yield host
    finally:
        host.stop()


def ensure_network(name: str, *, owner: int = 0) -> str:
    """Return the network's name once it is there; hosts on it find each other by name."""
    _must_be_ours(name)
    if podman("network", "exists", name, check=False).returncode:
        podman("network", "create", f"--label={OWNER}={owner}", name)
    return name


def remove_network(name: str) -> None:
    """Remove a network of ours; one that is not there is no error."""
    _must_be_ours(name)
    if podman("network", "exists", name, check=False).returncode == 0:
        podman("network", "rm", name)


def names(prefix: str = PREFIX) -> list[str]:
    """Return the names of the hosts that are there, running or not."""
    _must_be_ours(prefix)
    listed = podman("ps", "--all", f"--filter=label={OWNER}", "--format={{.Names}}").stdout.split()
    return [name for name in listed if name.startswith(prefix)]


def sweep() -> list[str]:
    """End the hosts, and then the networks, whose owner died without ending them; return their names."""
    orphans = [entry["Names"][0] for entry in _ownerless("ps", "--all")]
    for name in orphans:
        stop_host(name)
    networks = [entry["name"] for entry in _ownerless("network", "ls")]
    for name in networks:
        remove_network(name)
    return orphans + networks


def _ownerless(*listing: str) -> list[dict[str, t.Any]]:
    """Return what podman lists that has an owner who is dead."""
    entries = json.loads(podman(*listing, f"--filter=label={OWNER}", "--format=json").stdout or "null") or []
    owners = [int((entry.get("Labels") or entry["labels"])[OWNER]) for entry in entries]
    return [entry for entry, owner in zip(entries, owners) if owner and not _is_alive(owner)]


def _must_be_ours(name: str) -> None:
    if not name.startswith(PREFIX):
        raise ToolError(f"{name!r} is not a test host's name; it must begin with {PREFIX}")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_for_boot(host: Host) -> None:
    """Wait until systemd says that it has started everything, or raise with what is in its way."""
    deadline = time.monotonic() + BOOT_SECONDS
    state = ""
    while time.monotonic() < deadline:
        # --wait blocks until the boot is over, but fails at once while systemd does not answer yet.
        with contextlib.suppress(subprocess.TimeoutExpired):
            answer = host.run("systemctl", "is-system-running", "--wait", check=False, timeout=BOOT_SECONDS)
            state = answer.stdout.strip()
        if state in {"running", "degraded"}:
            return
        time.sleep(0.05)
    jobs = host.run("systemctl", "list-jobs", "--no-pager", check=False).stdout
    raise ToolError(f"{host.name} did not boot in {BOOT_SECONDS:.0f} s (systemd: {state or 'no answer'}):\n{jobs}")


def main(argv: t.Sequence[str] | None = None) -> int:
    """Start or stop hosts by name, for Molecule's playbooks and for a person who looks around."""
    parser = argparse.ArgumentParser(prog="python -m fungible_dev.hosts", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start a host and wait until it has booted")
    start.add_argument("name")
    start.add_argument("suite", choices=SUITES)
    start.add_argument("--network", default="")
    start.add_argument("--owner", type=int, default=0, help="the process it must not outlive")
    start.add_argument("--salt", choices=("", *hosts_salt.SERIES), default="", help=f"mounted at {hosts_salt.PLACE}")
    stop = commands.add_parser("stop", help="end and remove hosts, then their network")
    stop.add_argument("names", nargs="*")
    stop.add_argument("--network", default="")
    args = parser.parse_args(argv)
    try:
        _obey(args)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _obey(args: argparse.Namespace) -> None:
    if args.command == "start":
        volumes = [hosts_salt.volume(args.salt, args.suite)] if args.salt else []
        start_host(args.name, ensure_image(args.suite), network=args.network, volumes=volumes, owner=args.owner)
        return
    for name in args.names:
        stop_host(name)
    if args.network:
        remove_network(args.network)


if __name__ == "__main__":
    raise SystemExit(main())
