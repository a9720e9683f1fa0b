# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Files, directories and locks of this machine; every write is crash-safe: beside the target, on disk, renamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import grp
import os
import pwd
import stat
import time
import typing as t

from ..errors import BusyError, HostError
from . import kept_trees, trees
from .protocol import Hashed, Layer, Owner, Stat

if t.TYPE_CHECKING:
    from ..release.listing import Damage

REMEDIES: t.Final = {
    errno.ENOSPC: "free some space there and run again; nothing was switched",
    errno.EDQUOT: "raise the quota and run again; nothing was switched",
    errno.EACCES: "run as root (become: true)",
    errno.EPERM: "run as root (become: true)",
    errno.EROFS: "have it mounted to be written to, and run again",
    errno.ENOTDIR: "a file is where a directory should be: move it away",
    errno.ENAMETOOLONG: "choose a shorter root",
}
KINDS: t.Final = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFSOCK: "s"}


@contextlib.contextmanager
def told(path: str) -> t.Iterator[None]:
    """Turn what the system refuses into one line with a remedy."""
    try:
        yield
    except OSError as exc:
        raise HostError(f"{exc.filename or path}: {exc.strerror or exc}: {_remedy(exc)}") from exc


def _remedy(exc: OSError) -> str:
    if exc.errno in (errno.EACCES, errno.EPERM) and os.geteuid() == 0:
        return "not even root may: see its attributes (lsattr), and how its file system is mounted"
    return REMEDIES.get(exc.errno or 0, "see to it and run again")


class Files:
    """Be the part of a host that is files."""

    def gate(self, what: str) -> None:
        """Do nothing; every change to the machine passes here first, so that tests can stop a run at any of them."""

    def read(self, path: str) -> str | None:
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise HostError(f"{path}: {exc.strerror}: {_remedy(exc)}") from exc

    def stat(self, path: str) -> Stat | None:
        try:
            seen = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        kind = KINDS.get(stat.S_IFMT(seen.st_mode), "?")
        target = os.readlink(path) if kind == "l" else ""
        mode = stat.S_IMODE(seen.st_mode)
        return Stat(kind, mode, _user(seen.st_uid), _group(seen.st_gid), seen.st_size, target)

    def children(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(path))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def damage(self, tree: str, listing: str, thorough: bool = False, hashed: Hashed | None = None) -> Damage:
        with told(tree):
            return trees.compare(tree, listing, thorough, {} if hashed is None else hashed)

    def differs(self, path: str, listing: str) -> Damage:
        with told(path):
            return kept_trees.compare(path, listing)

    def digest(self, path: str, algorithm: str = "sha256") -> str:
        with told(path):
            return trees.file_digest(path, algorithm)

    @contextlib.contextmanager
    def lock(self, path: str, wait: float) -> t.Iterator[None]:
        """Hold an flock that dies with this process; its file names the owner for whoever must wait."""
        with told(path):
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - held as long as the lock
        with file:
            self._acquire(file, path, wait)
            file.seek(0)
            file.truncate()
            file.write(f"{_me()} since {time.strftime('%Y-%m-%d %H:%M:%S %z')}")
            file.flush()
            yield

    @staticmethod
    def _acquire(file: t.TextIO, path: str, wait: float) -> None:
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() < until:
                    time.sleep(0.05)
                    continue
            file.seek(0)
            owner = file.read().strip() or "somebody"
            raise BusyError(f"{path}: {owner} is at work here; waited {wait:g} s: let it finish and run again")

    def mkdir(self, path: str, mode: int = 0o755, owner: Owner | None = None) -> None:
        self.gate(path)
        with told(path):
            os.makedirs(path, 0o755, exist_ok=True)
        self.own(path, mode, owner)

    def own(self, path: str, mode: int, owner: Owner | None) -> None:
        self.gate(path)
        with told(path):
            os.chmod(path, mode)
            if owner:
                os.chown(path, pwd.getpwnam(owner.user).pw_uid, grp.getgrnam(owner.group).gr_gid)

    def write(self, path: str, text: str, mode: int = 0o644, owner: Owner | None = None) -> None:
        self.gate(path)
        folder, spare = os.path.dirname(path), _spare(path)
        with told(path):
            os.makedirs(folder, 0o755, exist_ok=True)
            descriptor = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
                file.flush()
                os.fchmod(descriptor, mode)
                if owner:
                    os.fchown(descriptor, pwd.getpwnam(owner.user).pw_uid, grp.getgrnam(owner.group).gr_gid)
                os.fsync(descriptor)
            self.gate(path)
            os.replace(spare, path)
            _sync_folder(folder)

    def symlink(self, target: str, path: str) -> None:
        self.gate(path)
        folder, spare = os.path.dirname(path), _spare(path)
        with told(path):
            os.makedirs(folder, 0o755, exist_ok=True)
            trees.remove(spare)
            os.symlink(target, spare)
            self.gate(path)
            os.replace(spare, path)
            _sync_folder(folder)

    def remove(self, path: str) -> None:
        self.gate(path)
        with told(path):
            trees.remove(path)
            trees.remove(_spare(path))

    def rename(self, source: str, path: str) -> None:
        self.gate(path)
        with told(path):
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            os.rename(source, path)
            _sync_folder(os.path.dirname(path))

    def unpack(self, archive: str, name: str, tree: str) -> str:
        with told(tree):
            return trees.unpack(archive, name, tree, self.gate)

    def copy_file(self, source: str, tree: str, name: str) -> str:
        with told(tree):
            return trees.copy_file(source, tree, name, self.gate)

    def write_tree(self, files: t.Mapping[str, str], tree: str) -> str:
        with told(tree):
            return trees.write_tree(files, tree, self.gate)

    def compose(self, layers: t.Sequence[Layer], tree: str) -> None:
        with told(tree):
            trees.compose(layers, tree, self.gate)

    def repair(self, layers: t.Sequence[Layer], tree: str, damage: Damage) -> None:
        with told(tree):
            trees.repair(layers, tree, damage, self.gate)

    def copy_beside(self, layer: Layer, path: str, like: str) -> None:
        with told(path):
            kept_trees.copy(layer, path, like, self.gate)

    def exchange(self, one: str, other: str) -> None:
        with told(other):
            kept_trees.exchange(one, other, self.gate)
            _sync_folder(os.path.dirname(other))

    def set_aside(self, path: str, place: str) -> None:
        with told(place):
            os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)
            kept_trees.set_aside(path, place, self.gate)
            _sync_folder(os.path.dirname(place))

    def settle(self, path: str, listing: str) -> None:
        with told(path):
            kept_trees.settle(path, listing, self.gate)


def _spare(path: str) -> str:
    """Tell where a file is written before it gets its name."""
    return f"{os.path.dirname(path)}/.{os.path.basename(path)}.new"


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _me() -> str:
    """Name whoever runs this: the person behind sudo where there is one, and the process."""
    person = os.environ.get("SUDO_USER") or _user(os.getuid())
    return f"{person} (process {os.getpid()})"
