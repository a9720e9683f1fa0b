# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zip that says one thing to us and another to others is refused."""

from __future__ import annotations

import zipfile

import pytest
from tests.unit.core.release.archive.samples import (
    Raw,
    pack_zip,
    patched_zip,
    refusal,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import Limits


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
