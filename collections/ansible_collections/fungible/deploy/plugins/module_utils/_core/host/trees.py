# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Large trees of small files: unpacked into the cache, composed by link, and checked against their listings."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import typing as t
from functools import lru_cache

from ..release.listing import Damage, Entry, dump, load, mtime

if t.TYPE_CHECKING:
    from .protocol import Hashed, Layer

    Gate = t.Callable[[str], None]

FICLONE: t.Final = 0x40049409  # linux/fs.h
CHUNK: t.Final = 1 << 18
MODES: t.Final = {"f": 0o100444, "x": 0o100555}


class TreeSink:
    """Be what an archive is unpacked into: each file is written once and its digest kept."""

    def __init__(self, tree: str, gate: Gate) -> None:
        self._tree = tree
        self._gate = gate
        self.entries: list[Entry] = []

    def directory(self, path: str) -> None:
        self._gate(path)
        os.mkdir(f"{self._tree}/{path}", 0o755)

    def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None:
        self._gate(path)
        target = f"{self._tree}/{path}"
        sha256, size = hashlib.sha256(), 0
        with open(target, "xb", buffering=0) as file:
            for chunk in chunks:
                sha256.update(chunk)
                size += len(chunk)
                file.write(chunk)
            entry = Entry(path, "x" if executable else "f", sha256.hexdigest(), size)
            os.fchmod(file.fileno(), entry.mode)
            os.utime(file.fileno(), (entry.mtime, entry.mtime))
        self.entries.append(entry)

    def symlink(self, path: str, target: str) -> None:
        self._gate(path)
        os.symlink(target, f"{self._tree}/{path}")
        self.entries.append(Entry(path, "l", target=target))


def unpack(source: str, name: str, tree: str, gate: Gate) -> str:
    """Unpack an archive into a new directory and give its listing."""
    gate(tree)
    os.makedirs(tree, 0o755)
    sink = TreeSink(tree, gate)
    from ..release import archive  # noqa: PLC0415 - large, and Ansible compiles a module anew at each run

    with open(source, "rb") as stream:
        archive.read(stream, name, sink)
    return dump(sorted(sink.entries, key=lambda entry: entry.path))


def write_tree(files: t.Mapping[str, str], tree: str, gate: Gate) -> str:
    """Write a small tree from text and give its listing."""
    gate(tree)
    os.makedirs(tree, 0o755)
    sink, made = TreeSink(tree, gate), {tree}
    for path in sorted(files):
        folder = os.path.dirname(f"{tree}/{path}")
        if folder not in made:
            _make_folders(folder, made, gate)
        sink.file(path, iter((files[path].encode(),)), executable=False)
    return dump(sink.entries)


def copy_file(source: str, tree: str, name: str, gate: Gate) -> str:
    """Make a tree of one file and give its listing: an artifact need not be an archive."""
    gate(tree)
    os.makedirs(tree, 0o755)
    sink = TreeSink(tree, gate)
    with open(source, "rb") as file:
        sink.file(name, iter(lambda: file.read(CHUNK), b""), executable=False)
    return dump(sink.entries)


def sync(path: str) -> None:
    """Wait until the file system that holds a path is on disk: one wait for all the files of a tree."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), path)
    finally:
        os.close(descriptor)


def compose(layers: t.Sequence[Layer], tree: str, gate: Gate) -> None:
    """Build a tree from layers by reflink where the file system can, else by hard link; on disk when this returns."""
    gate(tree)
    os.makedirs(tree, 0o755)
    place, made = _placer(layers, tree), {tree}
    for layer in layers:
        base = f"{tree}/{layer.at}" if layer.at else tree
        for line in layer.listing.splitlines():
            kind, _sha256, _size, path, *target = line.split("\t")
            if kind == "o":
                continue
            goal = f"{base}/{path}"
            folder = goal.rpartition("/")[0]
            if folder not in made:
                _make_folders(folder, made, gate)
            gate(goal)
            if kind == "d":
                made.add(goal)
                os.makedirs(goal, 0o755, exist_ok=True)
            elif kind == "l":
                os.symlink(target[0], goal)
            else:
                place(f"{layer.tree}/{path}", goal)
    sync(tree)


def _make_folders(folder: str, made: set[str], gate: Gate) -> None:
    gate(folder)
    os.makedirs(folder, 0o755, exist_ok=True)
    while folder not in made:
        made.add(folder)
        folder = folder.rpartition("/")[0]


def _placer(layers: t.Sequence[Layer], tree: str) -> t.Callable[[str, str], None]:
    """Find out once whether the file system shares blocks between files."""
    files = ((layer.tree, line) for layer in layers for line in layer.listing.splitlines() if line[0] in "fx")
    first = next(files, None)
    probe = f"{tree}/.probe"
    try:
        if first:
            reflink(f"{first[0]}/{Entry.parse(first[1]).path}", probe)
            return reflink
    except OSError:
        pass
    finally:
        remove(probe)
    return os.link


def reflink(source: str, path: str) -> None:
    """Copy a file, times and mode included, by sharing its blocks."""
    with open(source, "rb") as old, open(path, "xb") as new:
        fcntl.ioctl(new.fileno(), FICLONE, old.fileno())
        seen = os.fstat(old.fileno())
        os.fchmod(new.fileno(), seen.st_mode & 0o777)
        os.utime(new.fileno(), ns=(seen.st_mtime_ns, seen.st_mtime_ns))


def repair(layers: t.Sequence[Layer], tree: str, damage: Damage, gate: Gate) -> None:
    """Put back what is missing or changed and remove what was added; each path at once or not at all."""
    for path in damage.added:
        gate(path)
        remove(f"{tree}/{path}")
    wanted = set(damage.missing + damage.changed)
    for layer in layers:
        for entry in load(layer.listing):
            path = f"{layer.at}/{entry.path}" if layer.at else entry.path
            if path in wanted and entry.kind != "o":
                _put_back(entry, f"{layer.tree}/{entry.path}", f"{tree}/{path}", gate)


def _put_back(entry: Entry, source: str, goal: str, gate: Gate) -> None:
    gate(goal)
    os.makedirs(os.path.dirname(goal), 0o755, exist_ok=True)
    spare = f"{os.path.dirname(goal)}/.fungible-{os.path.basename(goal)}"
    remove(spare)
    if os.path.isdir(goal) and not os.path.islink(goal) and entry.kind != "d":
        remove(goal)
    if entry.kind == "d":
        os.makedirs(goal, 0o755, exist_ok=True)
        return
    if entry.kind == "l":
        os.symlink(entry.target, spare)
    else:
        shutil.copyfile(source, spare)
        os.chmod(spare, entry.mode)
        os.utime(spare, (entry.mtime, entry.mtime))
    os.replace(spare, goal)


def remove(path: str) -> None:
    """Remove whatever is at a path, or nothing."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def compare(tree: str, listing: str, thorough: bool, hashed: Hashed) -> Damage:
    """Find how a tree differs from its listing: by size, time and mode, or by hashing every byte (of a link, once)."""
    expected, mounts = _expected(listing)
    digests = {entry.path: entry.sha256 for entry in load(listing) if entry.kind in "fx"} if thorough else {}
    missing = [mount for mount in mounts if not os.path.isdir(f"{tree}/{mount}")]
    changed, added = [], []
    for path, found in walk(tree, mounts):
        wanted = expected.pop(path, None)
        if wanted is None:
            added.append(path)
        elif found != wanted or (path in digests and _digest_once(f"{tree}/{path}", hashed) != digests[path]):
            changed.append(path)
    return Damage(tuple(sorted([*missing, *expected])), tuple(sorted(changed)), tuple(sorted(added)))


def _expected(listing: str) -> tuple[dict[str, tuple[t.Any, ...]], set[str]]:
    """Tell the sign that each path should have (a bare tuple, for its speed), and the mount points."""
    signs: dict[str, tuple[t.Any, ...]] = {}
    mounts = set()
    for line in listing.splitlines():
        path, sign = _sign(line)
        if sign:
            signs[path] = sign
        elif line[0] == "d":
            mounts.add(path)
    return signs, mounts


@lru_cache(maxsize=1 << 15)  # the releases of a host's sites have most of their lines in common
def _sign(line: str) -> tuple[str, tuple[t.Any, ...]]:
    """Tell the path of a listing's line and the sign that it should have, if it is one that has any."""
    kind, sha256, size, path, *target = line.split("\t")
    if kind in MODES:
        return path, (MODES[kind], int(size), mtime(sha256))
    return path, (target[0],) if kind == "l" else ()


def walk(tree: str, mounts: t.Container[str] = ()) -> t.Iterator[tuple[str, tuple[t.Any, ...]]]:
    """Go over all entries but directories, with their signs; what is below a mount point is not the release's."""
    pending = [""]
    while pending:
        folder = pending.pop()
        descriptor = os.open(f"{tree}/{folder}", os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    path = folder + entry.name
                    if entry.is_file(follow_symlinks=False):
                        seen = entry.stat(follow_symlinks=False)
                        yield path, (seen.st_mode, seen.st_size, seen.st_mtime)
                    elif not entry.is_dir(follow_symlinks=False):
                        yield path, (os.readlink(f"{tree}/{path}") if entry.is_symlink() else "special",)
                    elif path not in mounts:
                        pending.append(f"{path}/")
        finally:
            os.close(descriptor)


def _digest_once(path: str, hashed: Hashed) -> str:
    """Hash a file's bytes, unless another name of the same file was hashed before, and it was not written since."""
    seen = os.stat(path, follow_symlinks=False)
    key = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
    if key not in hashed:
        hashed[key] = file_digest(path)
    return hashed[key]


def file_digest(path: str, algorithm: str = "sha256") -> str:
    """Hash a file's bytes."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
