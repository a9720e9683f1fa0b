# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An honest archive arrives whole, and its sink is told no more than every sink may rely on."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import typing as t
import zipfile

import pytest
from tests.unit.core.release.archive.samples import (
    ALL,
    Link,
    Program,
    Raw,
    Recorder,
    pack,
    pack_tar,
    pack_zip,
    unpack,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import read


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
        "top/bin/latest": Link("../bin/./run"),
    }


@pytest.mark.parametrize("form", ALL)
def test_what_a_macs_finder_puts_beside_is_passed_over(form: str) -> None:
    finder = (Raw("__MACOSX/", None), Raw("__MACOSX/top/._a.php", b"junk"), Raw("./__MACOSX/._top", b"junk"))
    data = pack(form, Raw("top/a.php", b"<?php"), *finder, Raw("top/__MACOSX/b.php", b"<?php"))
    assert unpack(data) == {
        "top": None,
        "top/a.php": b"<?php",
        "top/__MACOSX": None,
        "top/__MACOSX/b.php": b"<?php",
    }
    with pytest.raises(ArtifactError, match="is empty"):
        unpack(pack(form, *finder))


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
