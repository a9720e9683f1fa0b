# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A link that leads outside, and whatever is neither file, folder nor link, is refused."""

from __future__ import annotations

import stat
import tarfile
import typing as t

import pytest
from tests.unit.core.release.archive.samples import (
    ALL,
    Link,
    Raw,
    old_gnu_sparse,
    pack,
    pack_tar,
    pack_zip,
    pax_sparse,
    refusal,
    unpack,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import Limits

if t.TYPE_CHECKING:
    from tests.unit.core.release.archive.samples import Content


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


@pytest.mark.parametrize("make", [old_gnu_sparse, pax_sparse])
def test_a_sparse_file_is_refused(make: t.Callable[[], bytes]) -> None:
    assert "is a sparse file" in refusal(make())
