# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile archive is refused before it can do harm, and an honest one arrives whole."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import subprocess
import sys
import tarfile
import textwrap
import typing as t
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.archive import LIMITS, Limits, read
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError

ROOT = Path(__file__).parents[3]
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


# what is honest


@pytest.mark.parametrize("form", ALL)
def test_an_honest_archive_arrives_whole(form: str) -> None:
    data = pack(
        form,
        Raw("top/", None),
        Raw("top/./lib//a.php", b"<?php" * 100_000),
        Raw("top/bin/run", Program(b"#!/bin/sh")),
        Raw("top/bin/latest", Link("../bin/./run")),
        Raw("top/empty.txt"),
        Raw("top/Grüße/żółć.txt", b"\xff"),
        Raw("__MACOSX/.DS_Store", b"junk"),
    )
    assert unpack(data) == {
        "top": None,
        "top/lib": None,
        "top/lib/a.php": b"<?php" * 100_000,
        "top/bin": None,
        "top/bin/run": Program(b"#!/bin/sh"),
        "top/empty.txt": b"",
        "top/Grüße": None,
        "top/Grüße/żółć.txt": b"\xff",
        "__MACOSX": None,
        "__MACOSX/.DS_Store": b"junk",
        "top/bin/latest": Link("../bin/./run"),
    }


@pytest.mark.parametrize("form", ALL)
def test_a_directory_may_be_listed_often_and_late(form: str) -> None:
    data = pack(form, Raw("./", None), Raw("a/b", b"1"), Raw("a", None), Raw("./a/", None), Raw("a/c", b"2"))
    assert unpack(data) == {"a": None, "a/b": b"1", "a/c": b"2"}


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("target", ["b", "./c/../b", "..", "../z", "nowhere"])
def test_a_link_that_stays_inside_is_kept(form: str, target: str) -> None:
    assert unpack(pack(form, Raw("a/l", Link(target)), Raw("a/b")))["a/l"] == Link(target)


@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_in_either_tar_dialect_are_read(style: int) -> None:
    path = "/".join(["directory-of-some-length"] * 12)
    target = "t" * 150
    data = pack_tar("tar", Raw(path, b"1"), Raw("l", Link(target)), style=style)
    tree = unpack(data)
    assert (tree[path], tree["l"]) == (b"1", Link(target))


def test_a_tar_as_git_makes_it_is_read() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", pax_headers={"comment": "0" * 40}) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert unpack(out.getvalue()) == {"a": b""}


def test_joined_gzip_members_are_one_stream() -> None:
    plain = pack_tar("tar", Raw("a", b"1"))
    assert unpack(gzip.compress(plain[:700]) + gzip.compress(plain[700:])) == {"a": b"1"}


def test_a_zip_name_without_the_utf8_flag_may_still_be_utf8() -> None:
    data = pack_zip(Raw("gr__e.txt", b"1"))
    assert unpack(data.replace(b"gr__e", "grüe".encode())) == {"grüe.txt": b"1"}


def test_a_zip_made_elsewhere_than_on_unix_has_no_modes() -> None:
    data = pack_zip(Raw("a", b"1", mode=stat.S_IFREG | 0o777, system=0))
    assert unpack(data) == {"a": b"1"}


def test_what_the_sink_leaves_unread_is_still_verified() -> None:
    class Idle(Recorder):
        def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None:
            pass

    data = bytearray(pack_zip(Raw("a", b"1" * 99), method=zipfile.ZIP_STORED))
    data[40] ^= 1
    with pytest.raises(ArtifactError, match="CRC"):
        read(io.BytesIO(data), "akismet", Idle())


def test_an_error_of_the_sink_stays_its_own() -> None:
    class Full(Recorder):
        def file(self, path: str, chunks: t.Iterator[bytes], executable: bool) -> None:
            next(chunks)
            raise OSError(28, "No space left on device")

    for form in ALL:
        with pytest.raises(OSError, match="No space"):
            read(io.BytesIO(pack(form, Raw("a", b"1"))), "akismet", Full())


# names


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("name", ["../a", "a/../../b", "a/..", "..", "a/../b"])
def test_a_name_that_climbs_out_is_refused(form: str, name: str) -> None:
    message = refusal(pack(form, Raw(name)))
    assert message == f"akismet: {name!r} climbs out with '..'; get the archive from a source you trust"


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("name", ["/etc/passwd", "//a", "C:/a", "c:\\a"])
def test_an_absolute_name_is_refused(form: str, name: str) -> None:
    expected = "backslash" if form == "zip" and "\\" in name else "is absolute"
    assert expected in refusal(pack(form, Raw(name)))


def test_a_backslash_is_refused_in_a_zip_and_kept_in_a_tar() -> None:
    assert "backslash" in refusal(pack_zip(Raw("a\\..\\b")))
    assert unpack(pack_tar("tar", Raw("dev-disk\\x2d.mount"))) == {"dev-disk\\x2d.mount": b""}


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("char", ["\n", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_refused(form: str, char: str) -> None:
    assert "control character" in refusal(pack(form, Raw(f"a{char}b")))


def test_a_nul_does_not_hide_the_rest_of_a_name() -> None:
    assert "control character" in refusal(pack_zip(Raw("a.php_.txt")).replace(b".php_", b".php\0"))
    assert "control character" in refusal(pack_zip(Raw("é.php_.txt")).replace(b".php_", b".php\0"))
    tar = pack_tar("tar", Raw("é_/../b"))  # not ASCII, so it goes into a pax header
    assert "control character" in refusal(tar.replace("é_".encode(), "é\0".encode()))


@pytest.mark.parametrize("form", TARS)
@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_name_that_is_not_utf8_is_refused(form: str, style: int) -> None:
    message = refusal(pack_tar(form, Raw("caf\udce9"), style=style))
    assert message == "akismet: 'caf\\udce9' is not UTF-8; rebuild the archive with UTF-8 names"


def test_a_zip_name_that_is_not_utf8_is_refused() -> None:
    latin = pack_zip(Raw("caf_")).replace(b"caf_", b"caf\xe9")
    assert "'caf\\udce9' is not UTF-8" in refusal(latin)
    flagged = pack_zip(Raw("café")).replace("café".encode(), b"caf\xe9\xe9")
    assert "a name that is not UTF-8" in refusal(flagged)


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("name", ["", ".", "./"])
def test_a_file_without_a_name_is_refused(form: str, name: str) -> None:
    link = Raw(name, Link("a"))
    assert "names no file" in refusal(pack(form, link))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("name", "limits", "flaw"),
    [
        ("a" * 9 + "/é", Limits(path_bytes=11), "longer than 11 bytes"),
        ("a/" + "é" * 5, Limits(name_bytes=9), "a part longer than 9 bytes"),
        ("a/b/c", Limits(depth=2), "more than 2 directories deep"),
    ],
)
def test_a_name_has_bounds(form: str, name: str, limits: Limits, flaw: str) -> None:
    assert flaw in refusal(pack(form, Raw(name)), limits)
    assert name in unpack(pack(form, Raw(name)))


def test_a_long_name_is_shortened_in_the_message() -> None:
    message = refusal(pack_tar("tar", Raw("../" + "very-" * 100 + "end.php")))
    assert message.startswith("akismet: '../very-")
    assert "end.php' climbs" in message
    assert len(message) < 200


# two entries at odds


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Readme", "README"),
        ("Lib/a", "lib/b"),
        ("straße", "STRASSE"),
        ("\u212bngstrom", "\u00c5ngstrom"),
        (unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")),
    ],
)
def test_names_that_a_forgiving_file_system_confuses_are_refused(form: str, one: str, other: str) -> None:
    assert "only in case or Unicode form" in refusal(pack(form, Raw(one), Raw(other)))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (Raw("a", b"1"), Raw("./a", b"2"), "file and again as a file"),
        (Raw("a", b"1"), Raw("a/b"), "file and again as a directory"),
        (Raw("a", b"1"), Raw("a", None), "file and again as a directory"),
        (Raw("a/b"), Raw("a", b"1"), "directory and again as a file"),
        (Raw("a", Link("b")), Raw("a", b"1"), "symlink and again as a file"),
        (Raw("a", Link("b")), Raw("a", Link("c")), "symlink and again as a symlink"),
        (Raw("a", Link("b")), Raw("a/x", b"1"), "symlink and again as a directory"),
        (Raw("a", None), Raw("a", Link("b")), "directory and again as a symlink"),
    ],
)
def test_a_path_that_stands_for_two_things_is_refused(form: str, first: Raw, second: Raw, clash: str) -> None:
    assert f"'a' is listed as a {clash}" in refusal(pack(form, first, second))


# links and special files


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("target", ["../..", "../../x", "../a/../../x", "b/../../../x"])
def test_a_link_that_leads_outside_is_refused(form: str, target: str) -> None:
    assert f"leads outside ({target!r})" in refusal(pack(form, Raw("a/l", Link(target))))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    ("target", "flaw"),
    [
        ("/etc/passwd", "is absolute"),
        ("C:\\x", "is absolute"),
        ("a\nb", "control character"),
        ("caf\udce9", "is not UTF-8"),
        ("t" * 1025, "longer than 1024 bytes"),
        ("./" * 65 + "a", "more than 64 parts"),
    ],
)
def test_a_link_with_a_bad_target_is_refused(form: str, target: str, flaw: str) -> None:
    assert flaw in refusal(pack(form, Raw("l", Link(target))))


def test_a_link_to_nothing_is_refused() -> None:
    assert "names nothing" in refusal(pack_zip(Raw("l", Link(""))))


def test_a_zip_link_with_an_endless_target_is_not_read_to_its_end() -> None:
    data = pack_zip(Raw("l", Link("t" * 300_000)))
    assert "longer than 1024 bytes" in refusal(data, Limits(total_bytes=200_000))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("target", ["d", "d/x", "d/../x", "D/x", "l"])
def test_a_link_through_a_link_is_refused(form: str, target: str) -> None:
    data = pack(form, Raw("l", Link(target)), Raw("d", Link("deep/down")))
    assert "through another symlink" in refusal(data)


def test_a_hard_link_is_refused() -> None:
    message = refusal(pack_tar("tar", Raw("a"), Raw("b", Link("a"), kind=tarfile.LNKTYPE)))
    assert message == "akismet: 'b' is a hard link; rebuild the archive without hard links"


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"V", b"M", b"D", b"!"])
def test_a_special_file_in_a_tar_is_refused(kind: bytes) -> None:
    assert "is a device, a pipe" in refusal(pack_tar("tar", Raw("a", kind=kind)))


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_a_special_file_in_a_zip_is_refused(kind: int) -> None:
    assert "is a device, a pipe" in refusal(pack_zip(Raw("a", mode=kind | 0o644)))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("bit", [stat.S_ISUID, stat.S_ISGID])
@pytest.mark.parametrize("content", [b"1", None])
def test_a_set_id_bit_is_refused(form: str, bit: int, content: Content) -> None:
    assert "set-uid or set-gid" in refusal(pack(form, Raw("a", content, mode=0o755 | bit)))


@pytest.mark.parametrize("form", ALL)
def test_a_sticky_bit_is_no_matter(form: str) -> None:
    assert unpack(pack(form, Raw("a", None, mode=stat.S_IFDIR | 0o1755))) == {"a": None}


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


@pytest.mark.parametrize("make", [old_gnu_sparse, pax_sparse])
def test_a_sparse_file_is_refused(make: t.Callable[[], bytes]) -> None:
    assert "is a sparse file" in refusal(make())


# zips


def test_an_encrypted_entry_is_refused() -> None:
    def encrypt(entries: list[zipfile.ZipInfo]) -> None:
        entries[0].flag_bits |= 1

    assert "'a' is encrypted; rebuild" in refusal(patched_zip(pack_zip(Raw("a", b"1")), encrypt))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_unpacks_without_bound_is_refused(method: int) -> None:
    assert f"is compressed by method {method}" in refusal(pack_zip(Raw("a", b"1"), method=method))


def test_a_directory_with_bytes_in_it_is_refused() -> None:
    assert "a directory with bytes" in refusal(pack_zip(Raw("a/", b"1", mode=0o755)))


def test_an_entry_that_quotes_the_next_is_refused() -> None:
    def quote(entries: list[zipfile.ZipInfo]) -> None:
        entries[0].compress_size += 1

    data = pack_zip(Raw("a", b"1"), Raw("b", b"2"))
    assert "'a' overlaps another entry" in refusal(patched_zip(data, quote))


def test_an_entry_that_hides_the_next_in_its_extra_field_is_refused() -> None:
    data = bytearray(pack_zip(Raw("a", b"1"), Raw("b", b"2")))
    data[28] = 4  # the local extra field's length, which the table of contents does not tell
    assert "'a' overlaps another entry" in refusal(bytes(data))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_body_under_two_entries_is_refused() -> None:
    data = pack_zip(Raw("a", b"1"))
    assert "overlaps another entry" in refusal(patched_zip(data, lambda entries: entries.append(entries[0])))


def test_an_entry_that_reaches_into_the_table_of_contents_is_refused() -> None:
    def grow(entries: list[zipfile.ZipInfo]) -> None:
        entries[0].compress_size += 1

    assert "overlaps" in refusal(patched_zip(pack_zip(Raw("a", b"1")), grow))


def test_a_body_that_is_not_what_its_checksum_says_is_refused() -> None:
    data = bytearray(pack_zip(Raw("a", b"1" * 99), method=zipfile.ZIP_STORED))
    data[40] ^= 1
    assert "'a' is damaged or cut off (Bad CRC-32" in refusal(bytes(data))


def test_an_entry_that_has_another_name_where_its_bytes_are_is_refused() -> None:
    data = pack_zip(Raw("a.php", b"1")).replace(b"a.php", b"b.php", 1)
    assert "'a.php' has another name where its bytes are; rebuild" in refusal(data)


def test_an_entry_that_is_not_where_the_table_says_is_refused() -> None:
    data = pack_zip(Raw("a.php", b"1")).replace(b"PK\3\4", b"PK\3\5", 1)
    assert "is damaged or cut off" in refusal(b"PK\3\4" + data)


def test_a_table_of_contents_that_would_fill_the_memory_is_refused_unread() -> None:
    data = pack_zip(*(Raw(str(n)) for n in range(5000)))
    assert "lists more than 4999 entries" in refusal(data, Limits(entries=4999))
    assert "too large a table of contents" in refusal(data, Limits(entries=100))


# tars


def test_a_changed_gzip_body_is_refused_by_its_checksum() -> None:
    plain = pack_tar("tar", Raw("a", b"1" * 99))
    data = bytearray(gzip.compress(plain, compresslevel=0))
    data[data.index(b"11111")] = ord("2")
    assert "damaged or cut off" in refusal(bytes(data))


def test_a_tar_without_its_end_is_refused() -> None:
    plain = pack_tar("tar", Raw("a", b"1"), Raw("b", b"2"))
    assert "damaged or cut off" in refusal(plain[:1024])
    assert "damaged or cut off" in refusal(gzip.compress(plain[:2048]))


def test_the_sink_of_a_file_that_is_cut_off_hears_of_it() -> None:
    sink = Recorder()
    with pytest.raises(ArtifactError, match="'a' is damaged or cut off"):
        read(io.BytesIO(pack_tar("tar", Raw("a", b"1" * 999))[:1300]), "akismet", sink)
    assert sink.tree == {}


def test_a_tar_with_a_broken_header_in_the_middle_is_refused() -> None:
    plain = bytearray(pack_tar("tar", Raw("a", b"1"), Raw("b", b"2")))
    plain[1024] ^= 1
    assert "a header is broken" in refusal(bytes(plain))


def test_a_second_tar_behind_the_first_is_refused() -> None:
    plain = pack_tar("tar", Raw("a", b"1"))
    assert "more bytes after its end" in refusal(plain + plain)


@pytest.mark.parametrize("form", ["tar.gz", "tar.bz2", "tar.xz"])
def test_bytes_behind_a_compressed_tar_are_refused(form: str) -> None:
    assert "damaged or cut off" in refusal(pack(form, Raw("a")) + b"behind")


def test_a_negative_size_is_refused() -> None:
    plain = bytearray(pack_tar("tar", Raw("a"), Raw("b")))
    plain[512 + 124 : 512 + 136] = b"\xff" * 10 + b"\xfc\x00"  # -1024: back to the first header, for ever
    plain[512 + 148 : 512 + 156] = b"%06o\0 " % (256 + sum(plain[512:660]) + sum(plain[668:1024]))
    assert re.search("negative size|header is broken", refusal(bytes(plain)))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"size": "-1"}
        archive.addfile(info)
    assert "'a' has a negative size" in refusal(out.getvalue())


def test_a_size_for_all_entries_does_not_swallow_headers() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", pax_headers={"size": "512"}) as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("b"))
    assert "leads backwards" in refusal(out.getvalue())


def test_headers_that_would_fill_the_memory_are_refused() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        info.pax_headers = {"comment": "x" * 200_000}
        archive.addfile(info)
    assert "bytes of headers" in refusal(out.getvalue())


def test_global_headers_that_would_fill_the_memory_are_refused() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", pax_headers={str(n): "x" for n in range(65)}) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert "global headers" in refusal(out.getvalue())


def test_an_xz_that_wants_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}]
    data = bytearray(lzma.compress(pack_tar("tar", Raw("a")), filters=filters))
    data[16] = 32  # in the block's header: a dictionary of 256 MiB
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    assert "Memory usage limit" in refusal(bytes(data))


# bounds


@pytest.mark.parametrize("form", ALL)
def test_the_bytes_that_come_out_are_bounded(form: str) -> None:
    data = pack(form, Raw("a", b"1" * 60_000), Raw("b", b"2" * 60_000))
    assert "unpacks to more than 100000 bytes" in refusal(data, Limits(total_bytes=100_000))
    assert len(unpack(data, Limits(total_bytes=200_000))) == 2


@pytest.mark.parametrize("form", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_the_ratio_is_bounded_past_a_grace(form: str) -> None:
    data = pack(form, Raw("a", b"1" * 1_000_000))
    assert "more than 20 times its size" in refusal(data, Limits(ratio=20, ratio_grace=500_000))
    assert len(unpack(data, Limits(ratio=20, ratio_grace=2_000_000))) == 1
    assert len(unpack(data, Limits(ratio=20_000, ratio_grace=500_000))) == 1


def test_a_size_that_a_zip_lies_about_is_not_believed() -> None:
    def shrink(entries: list[zipfile.ZipInfo]) -> None:
        entries[0].file_size = 1

    assert "damaged" in refusal(patched_zip(pack_zip(Raw("a", b"1" * 1000)), shrink))


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize(
    "entries",
    [
        [Raw("a"), Raw("b"), Raw("c"), Raw("d")],
        [Raw("a/b/c/d")],
        [Raw("a", None), Raw("a/", None), Raw("./a", None), Raw("./a/", None)],
        [Raw("l", Link("x")), Raw("k", Link("x")), Raw("m", Link("x")), Raw("n", Link("x"))],
    ],
)
def test_the_number_of_entries_is_bounded(form: str, entries: list[Raw]) -> None:
    data = pack(form, *entries)
    assert "more than 3 entries" in refusal(data, Limits(entries=3))
    assert unpack(data, Limits(entries=4))


@pytest.mark.parametrize("form", ALL)
def test_the_sink_is_not_fed_long_past_a_bound(form: str) -> None:
    sink = Recorder()
    with pytest.raises(ArtifactError):
        read(io.BytesIO(pack(form, *(Raw(str(n)) for n in range(99)))), "akismet", sink, Limits(entries=3))
    assert len(sink.tree) <= 4


@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("content", [b"", Link("y")])
def test_the_names_together_are_bounded(form: str, content: Content) -> None:
    data = pack(form, *(Raw(f"{n}-{'x' * 95}", content) for n in range(9)))
    assert "names of more than 800 bytes" in refusal(data, Limits(listing_bytes=800))
    assert unpack(data, Limits(listing_bytes=1000))


def test_the_targets_of_links_count_as_names() -> None:
    data = pack_zip(*(Raw(str(n), Link("x" * 100)) for n in range(9)))
    assert "names of more than 800 bytes" in refusal(data, Limits(listing_bytes=800))


# what is no archive


@pytest.mark.parametrize("data", [b"", b"<html>404</html>", b"Rar!\x1a\x07" + b"x" * 5000, b"PK", gzip.compress(b"x")])
def test_what_is_neither_zip_nor_tar_is_refused(data: bytes) -> None:
    assert refusal(data) == "akismet is not a whole zip or tar (.gz, .bz2, .xz) archive; check its source"


@pytest.mark.parametrize("form", ALL)
def test_an_archive_of_nothing_is_refused(form: str) -> None:
    assert refusal(pack(form)) == "akismet is empty; check its source"
    assert refusal(pack(form, Raw("./", None))) == "akismet is empty; check its source"


def test_a_zip_at_the_end_of_a_tar_does_not_make_it_a_zip() -> None:
    inner = pack_zip(Raw("inner"))
    assert unpack(pack_tar("tar", Raw("a.zip", inner))) == {"a.zip": inner}


@pytest.mark.parametrize("form", ALL)
def test_an_archive_cut_anywhere_is_refused(form: str) -> None:
    body = bytes(range(256)) * 3
    whole = pack(form, Raw("dir/a", body), Raw("dir/b", b"2" * 700), Raw("l", Link("dir")))
    whole = whole[: 512 * 9] if form == "tar" else whole  # the padding behind the end says nothing
    for length in range(0, len(whole) - (512 if form == "tar" else 0), 7):
        refusal(whole[:length])


def seeds() -> list[bytes]:
    plain = (Raw("d/a.php", b"<?php " * 40), Raw("d/run", Program(b"#!")), Raw("d/l", Link("run")))
    long = Raw("d/" + "é" * 90, b"x")
    gnu = [pack_tar("tar", *plain, long, style=tarfile.GNU_FORMAT), old_gnu_sparse(), pax_sparse()]
    return [pack_zip(*plain, method=zipfile.ZIP_STORED), *(pack(form, *plain, long) for form in ALL), *gnu]


SEEDS = seeds()


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 2**16), st.one_of(st.integers(0, 255), st.binary(max_size=6))), max_size=6),
    st.one_of(st.none(), st.integers(0, 2**16)),
    st.booleans(),
)
def test_any_damage_gives_safe_paths_or_our_error(
    seed: bytes, changes: list[tuple[int, int | bytes]], cut: int | None, summed: bool
) -> None:
    data = bytearray(seed)
    for at, change in changes:
        position = at % len(data)
        if isinstance(change, int):
            data[position] = change
        else:
            data[position : position + len(change)] = change
    if summed:  # let damage get past a tar header's checksum
        for block in range(0, len(data) - 511, 512):
            if data[block + 257 : block + 262] == b"ustar":
                total = 256 + sum(data[block : block + 148]) + sum(data[block + 156 : block + 512])
                data[block + 148 : block + 156] = b"%06o\0 " % total
    if cut is not None:
        del data[cut % len(data) :]
    assert complaint(bytes(data)).isprintable()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600), st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]))
@example(b"", b"PK\3\4")
def test_noise_is_refused(noise: bytes, magic: bytes) -> None:
    refusal(magic + noise)


NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\:"), min_size=1, max_size=9)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Content]:
    tree: dict[str, Content] = {}
    taken: set[str] = set()
    directories = [""]
    contents = st.one_of(
        st.none(), st.binary(max_size=300), st.binary(max_size=9).map(Program), st.just(Link("nowhere"))
    )
    for name, content in draw(st.lists(st.tuples(NAMES, contents), min_size=1, max_size=12)):
        path = draw(st.sampled_from(directories)) + name
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
        if name in (".", "..") or key in taken or name.casefold() == "nowhere":
            continue
        taken.add(key)
        tree[path] = content
        if content is None and path.count("/") < 5:
            directories.append(path + "/")
    return tree or {"a": b""}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), st.sampled_from(ALL), st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_every_tree_comes_back_as_it_was(tree: dict[str, Content], form: str, style: int) -> None:
    entries = [Raw(path + ("/" if content is None else ""), content) for path, content in tree.items()]
    data = pack_zip(*entries) if form == "zip" else pack_tar(form, *entries, style=style)
    assert unpack(data) == tree


# memory

HUNGER = """
    import io, resource, sys, tarfile, zipfile
    from ansible_collections.fungible.deploy.plugins.module_utils._core.archive import Limits, read

    class Sink:
        size = count = 0
        def directory(self, path): pass
        def symlink(self, path, target): pass
        def file(self, path, chunks, executable):
            self.count += 1
            for chunk in chunks:
                self.size += len(chunk)

    def peak():
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

    sink, before = Sink(), peak()
    with open(sys.argv[1], "rb") as stream:
        read(stream, "big", sink, Limits(ratio=10**6))
    print(sink.count, sink.size, (peak() - before) // 1024)
"""


def big_tar(path: Path) -> None:
    """Write 30,000 members and, as a hole on the disk, 400 MB."""
    with tarfile.open(path, "w") as archive:
        for n in range(30_000):
            archive.addfile(tarfile.TarInfo(f"wp-content/plugins/some-plugin/includes/module-{n}.php"))
        info = tarfile.TarInfo("dump.sql")
        info.size = 400_000_000
    with path.open("r+b") as file:
        file.seek(30_000 * 512)
        file.write(info.tobuf())
        file.truncate(30_001 * 512 + 400_000_000 + 20_480)


def big_gzip(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as out:
        info = tarfile.TarInfo("dump.sql")
        info.size = 200_000_000
        out.write(info.tobuf())
        for _ in range(200):
            out.write(bytes(1_000_000))
        out.write(bytes(2048))


def big_bzip2(path: Path) -> None:
    """Pack 180 MB into some hundred bytes, so that one read of the file holds them all."""
    info = tarfile.TarInfo("dump.sql")
    info.size = 180_000_000
    data = bz2.compress(info.tobuf()) + bz2.compress(bytes(90_000_000)) * 2
    path.write_bytes(data + bz2.compress(bytes(2048)))


def big_zip(path: Path) -> None:
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed as archive, archive.open("dump.sql", "w") as out:
        for _ in range(150):
            out.write(bytes(1_000_000))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("make", "count", "size"),
    [
        (big_tar, 30_001, 400_000_000),
        (big_gzip, 1, 200_000_000),
        (big_bzip2, 1, 180_000_000),
        (big_zip, 1, 150_000_000),
    ],
)
def test_memory_stays_flat(make: t.Callable[[Path], None], count: int, size: int, tmp_path: Path) -> None:
    path = tmp_path / "big"
    make(path)
    command = [sys.executable, "-c", textwrap.dedent(HUNGER), str(path)]
    environment = {"PYTHONPATH": str(ROOT / "collections"), "PYTHONDONTWRITEBYTECODE": "1"}
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    seen, unpacked, megabytes = map(int, out.split())
    assert (seen, unpacked) == (count, size)
    assert megabytes < 12, megabytes
