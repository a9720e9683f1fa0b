# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Trees in a folder that an application may write to: copied beside, exchanged at once, compared and set aside.

Whoever writes there may be hostile while root is at work. So a copy grows in a folder that only we can enter, by its
descriptor and not by its name, and no link is followed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import typing as t

from ..release.listing import Damage, Entry, load
from . import trees

if t.TYPE_CHECKING:
    from .protocol import Layer

    Gate = t.Callable[[str], None]

AT_FDCWD: t.Final = -100  # linux/fcntl.h
EXCHANGE: t.Final = 2  # RENAME_EXCHANGE of linux/fs.h, see renameat2(2)
LACKING: t.Final = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
SPARE: t.Final = ".half"  # of what is copied to be set aside, one at a time


def copy(layer: Layer, path: str, like: str, gate: Gate) -> None:
    """Copy a tree, or the one file that its listing has without a name; owner and mode follow the folder `like`."""
    ground, entries = os.stat(like), load(layer.listing)
    gate(path)
    if _is_file(entries):
        _file(layer.tree, path, entries[0], ground)
    else:
        _folder(layer.tree, path, entries, ground, gate)
    trees.sync(os.path.dirname(path))


def _is_file(entries: t.Sequence[Entry]) -> bool:
    return len(entries) == 1 and not entries[0].path


def _folder(tree: str, path: str, entries: t.Iterable[Entry], ground: os.stat_result, gate: Gate) -> None:
    os.mkdir(path, 0o700)
    top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        seen = os.fstat(top)
        if (seen.st_uid, stat.S_IMODE(seen.st_mode) & 0o777) != (os.geteuid(), 0o700):
            raise OSError(errno.EPERM, "somebody else put another folder there", path)
        base = f"/proc/self/fd/{top}"
        for entry in entries:
            gate(f"{path}/{entry.path}")
            _below(base, os.path.dirname(entry.path), ground)
            if entry.kind == "l":
                os.symlink(entry.target, f"{base}/{entry.path}")
                os.lchown(f"{base}/{entry.path}", ground.st_uid, ground.st_gid)
            elif entry.kind in "fx":
                _file(f"{tree}/{entry.path}", f"{base}/{entry.path}", entry, ground)
        gate(path)
        _own_folder(base, ground)
    finally:
        os.close(top)


def _below(base: str, folder: str, ground: os.stat_result) -> None:
    if folder and not os.path.isdir(f"{base}/{folder}"):
        _below(base, os.path.dirname(folder), ground)
        os.mkdir(f"{base}/{folder}", 0o700)
        _own_folder(f"{base}/{folder}", ground)


def _own_folder(path: str, ground: os.stat_result) -> None:
    os.chown(path, ground.st_uid, ground.st_gid)
    os.chmod(path, stat.S_IMODE(ground.st_mode) & 0o2777)


def _file(source: str, path: str, entry: Entry, ground: os.stat_result) -> None:
    with open(source, "rb") as old:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(handle, "wb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            os.fchown(handle, ground.st_uid, ground.st_gid)
            os.fchmod(handle, stat.S_IMODE(ground.st_mode) & (0o777 if entry.kind == "x" else 0o666))
            os.utime(handle, (entry.mtime, entry.mtime))


def exchange(one: str, other: str, gate: Gate) -> None:
    """Let two paths change places at once; where the file system or libc cannot, by renames close to each other."""
    gate(other)
    if not _exchanged(one, other):
        spare = f"{one}.old"
        os.rename(other, spare)
        os.rename(one, other)
        gate(spare)
        os.rename(spare, one)


def _exchanged(one: str, other: str) -> bool:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in LACKING:
        return False
    raise OSError(code, os.strerror(code), other)


def set_aside(path: str, place: str, gate: Gate) -> None:
    """Move a tree or file elsewhere; onto another file system as a copy, which gets its name when it is whole."""
    gate(path)
    try:
        os.rename(path, place)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        spare = f"{os.path.dirname(place)}/{SPARE}"
        trees.remove(spare)
        try:
            _duplicate(path, spare)
        except BaseException:
            trees.remove(spare)
            raise
        trees.sync(os.path.dirname(place))
        gate(place)
        os.rename(spare, place)
        gate(path)
        trees.remove(path)


def _duplicate(source: str, path: str) -> None:
    """Copy with owners, modes and times, which folders get once all is in them; links stay links."""
    made = [(source, path)]
    for one, copy in made:
        if os.path.isdir(one) and not os.path.islink(one):
            os.mkdir(copy, 0o700)
            made += [(os.path.join(one, name), os.path.join(copy, name)) for name in os.listdir(one)]
        else:
            shutil.copyfile(one, copy, follow_symlinks=False)
    for one, copy in reversed(made):
        seen = os.lstat(one)
        os.lchown(copy, seen.st_uid, seen.st_gid)
        shutil.copystat(one, copy, follow_symlinks=False)


def compare(path: str, listing: str) -> Damage:
    """Find how a tree, or the one file of a listing, differs: by size and time, and by its bytes where the time does.

    Modes and owners are the application's own business here.
    """
    entries = load(listing)
    wanted = {entry.path: entry for entry in entries if entry.kind in "fxl"}
    seen = os.lstat(path)
    if stat.S_ISDIR(seen.st_mode) is _is_file(entries) or stat.S_ISLNK(seen.st_mode):
        return Damage(changed=(os.path.basename(path),))
    if _is_file(entries):
        same = _is_same(path, entries[0], (seen.st_mode, seen.st_size, seen.st_mtime))
        return Damage() if same else Damage(changed=(os.path.basename(path),))
    found = dict(trees.walk(path))
    changed = [
        one for one, entry in wanted.items() if one in found and not _is_same(f"{path}/{one}", entry, found[one])
    ]
    missing, added = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    return Damage(tuple(sorted(missing)), tuple(sorted(changed)), tuple(sorted(added)))


def _is_same(path: str, entry: Entry, sign: tuple[t.Any, ...]) -> bool:
    if entry.kind == "l" or len(sign) == 1:
        return sign == (entry.target,)
    _mode, size, mtime = sign
    return bool(size == entry.size) and (mtime == entry.mtime or trees.file_digest(path) == entry.sha256)


def settle(path: str, listing: str, gate: Gate) -> None:
    """Give files that are the same the times that tell so, that nobody has to read them again."""
    gate(path)
    for entry in load(listing):
        if entry.kind in "fx":
            one = f"{path}/{entry.path}" if entry.path else path
            os.utime(one, (entry.mtime, entry.mtime), follow_symlinks=False)
