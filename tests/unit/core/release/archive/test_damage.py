# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bytes come as an archive give safe paths or our error."""

from __future__ import annotations

import gzip
import tarfile
import typing as t
import unicodedata
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.core.release.archive.samples import (
    ALL,
    Link,
    Program,
    Raw,
    complaint,
    old_gnu_sparse,
    pack,
    pack_tar,
    pack_zip,
    pax_sparse,
    refusal,
    unpack,
)

if t.TYPE_CHECKING:
    from tests.unit.core.release.archive.samples import Content


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
