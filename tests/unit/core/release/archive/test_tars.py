# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tar that is not whole, or would take more than it gives, is refused."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
import zlib

import pytest
from tests.unit.core.release.archive.samples import (
    Raw,
    Recorder,
    pack,
    pack_tar,
    refusal,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import read


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
