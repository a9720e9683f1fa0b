# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name that leads elsewhere, or that two entries share, is refused."""

from __future__ import annotations

import tarfile
import unicodedata

import pytest
from tests.unit.core.release.archive.samples import (
    ALL,
    TARS,
    Link,
    Raw,
    pack,
    pack_tar,
    pack_zip,
    refusal,
    unpack,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import Limits


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
@pytest.mark.parametrize("char", ["\n", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"])
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
