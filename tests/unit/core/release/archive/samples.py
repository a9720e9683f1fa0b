# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How are archives made, as wrong as they like to be, and what is heard of them?"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import typing as t
import zipfile
from dataclasses import dataclass, field

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import LIMITS, Limits, read

TARS = ("tar", "tar.gz", "tar.bz2", "tar.xz")
ALL = ("zip", *TARS)


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Program:
    data: bytes


if t.TYPE_CHECKING:
    Content = bytes | Program | Link | None  # None is a directory


@dataclass
class Recorder:
    """Hold what an archive holds, and insist on what every sink may rely on."""

    tree: dict[str, Content] = field(default_factory=dict)

    def _enter(self, path: str, content: Content) -> None:
        parent = path.rpartition("/")[0]
        assert not parent or self.tree.get(parent, "?") is None, "a parent is announced before its children"
        assert path not in self.tree, "nothing is told twice"
        assert re.fullmatch(r"[^\x00-\x1f\ud800-\udfff]+", path)
        assert not {"", ".", ".."} & set(path.split("/"))
        self.tree[path] = content

    def directory(self, path: str) -> None:
        assert not any(isinstance(content, Link) for content in self.tree.values()), "links come last"
        self._enter(path, None)

    def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None:
        assert not any(isinstance(content, Link) for content in self.tree.values()), "links come last"
        pieces = list(chunks)
        assert all(0 < len(piece) <= 256 * 1024 for piece in pieces)
        data = b"".join(pieces)
        self._enter(path, Program(data) if executable else data)

    def symlink(self, path: str, target: str) -> None:
        place = path.split("/")[:-1]
        assert not target.startswith("/")
        for part in target.split("/"):
            if part == "..":
                place.pop()  # fails where a link leads outside
            elif part not in ("", "."):
                place.append(part)
        self._enter(path, Link(target))


@dataclass(frozen=True)
class Raw:
    """One entry, as wrong as it likes to be."""

    name: str
    content: Content = b""
    mode: int | None = None
    kind: bytes | None = None  # tar only
    system: int = 3  # zip only


def pack(form: str, *entries: Raw) -> bytes:
    return pack_zip(*entries) if form == "zip" else pack_tar(form, *entries)


def pack_zip(*entries: Raw, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for entry in entries:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = entry.name
            info.compress_type = method
            info.create_system = entry.system
            info.external_attr = zip_mode(entry) << 16
            content = entry.content
            if isinstance(content, Link):
                archive.writestr(info, content.target.encode("utf-8", "surrogateescape"))
            else:
                archive.writestr(info, getattr(content, "data", content) or b"")
    return out.getvalue()


def zip_mode(entry: Raw) -> int:
    if entry.mode is not None:
        return entry.mode
    if isinstance(entry.content, Link):
        return stat.S_IFLNK | 0o777
    if entry.content is None:
        return stat.S_IFDIR | 0o755
    return stat.S_IFREG | (0o755 if isinstance(entry.content, Program) else 0o644)


def pack_tar(form: str, *entries: Raw, style: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    mode = "w:" + form.partition(".")[2]
    with tarfile.open(fileobj=out, mode=mode, format=style, encoding="utf-8", errors="surrogateescape") as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.name)
            info.mode = stat.S_IMODE(zip_mode(entry))
            if entry.content is None:
                info.type = tarfile.DIRTYPE
            if isinstance(entry.content, Link):
                info.type, info.linkname = tarfile.SYMTYPE, entry.content.target
            info.type = entry.kind or info.type
            data = getattr(entry.content, "data", entry.content)
            body = data if isinstance(data, bytes) else b""
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


def unpack(data: bytes, limits: Limits = LIMITS) -> dict[str, Content]:
    sink = Recorder()
    read(io.BytesIO(data), "akismet", sink, limits)
    return sink.tree


def complaint(data: bytes, limits: Limits = LIMITS) -> str:
    """Return what is wrong with an archive, or nothing."""
    try:
        unpack(data, limits)
    except ArtifactError as error:
        return str(error)
    return ""


def refusal(data: bytes, limits: Limits = LIMITS) -> str:
    message = complaint(data, limits)
    assert message.startswith("akismet")
    assert len(message) < 400
    assert message.isprintable()
    return message


def patched_zip(data: bytes, change: t.Callable[[list[zipfile.ZipInfo]], object]) -> bytes:
    """Rewrite a zip's table of contents, which zipfile writes from what it believes."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        change(archive.filelist)
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def old_gnu_sparse() -> bytes:
    data = bytearray(pack_tar("tar", Raw("a", kind=tarfile.GNUTYPE_SPARSE), style=tarfile.GNU_FORMAT))
    data[148:156] = b"%06o\0 " % (256 + sum(data[:148]) + sum(data[156:512]))
    return bytes(data)


def pax_sparse() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": "9"}
        archive.addfile(info)
    return out.getvalue()
