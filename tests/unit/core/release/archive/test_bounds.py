# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes out of an archive, and what it takes to read it, is bounded."""

from __future__ import annotations

import bz2
import gzip
import io
import subprocess
import sys
import tarfile
import textwrap
import typing as t
import zipfile
from pathlib import Path

import pytest
from tests.unit.core.release.archive.samples import (
    ALL,
    Link,
    Raw,
    Recorder,
    pack,
    pack_zip,
    patched_zip,
    refusal,
    unpack,
)

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import Limits, read

if t.TYPE_CHECKING:
    from tests.unit.core.release.archive.samples import Content


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


ROOT = Path(__file__).parents[5]
HUNGER = """
    import io, resource, sys, tarfile, zipfile
    from ansible_collections.fungible.deploy.plugins.module_utils._core.release.archive import Limits, read

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
