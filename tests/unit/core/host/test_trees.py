# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees are composed without copies, compared without reading, and repaired path by path."""

from __future__ import annotations

import io
import os
import tarfile
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host import trees
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Layer
from ansible_collections.fungible.deploy.plugins.module_utils._core.release.listing import Damage, Entry, load

if t.TYPE_CHECKING:
    from pathlib import Path

HOST: t.Final = LocalHost()
FILES: t.Final = {
    "index.php": "<?php // one",
    "lib/a b.php": "<?php // with a space",
    "lib/Grüße/żółć 日本.php": "<?php // far away",
    "lib/-rf": "not an option",
    "lib/deep/er/still.txt": "",
}


def tree_of(files: t.Mapping[str, str], folder: Path) -> Layer:
    return Layer(str(folder), HOST.write_tree(files, str(folder)))


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    return tree_of(FILES, tmp_path / "cache")


@pytest.fixture
def release(layer: Layer, tmp_path: Path) -> Path:
    HOST.compose([layer], str(tmp_path / "release"))
    return tmp_path / "release"


def damage(layer: Layer, tree: Path, *, thorough: bool = False) -> Damage:
    return HOST.damage(str(tree), layer.listing, thorough)


# compose


def test_a_composed_tree_is_whole(layer: Layer, release: Path) -> None:
    assert not damage(layer, release, thorough=True)
    assert (release / "lib/Grüße/żółć 日本.php").read_text(encoding="utf-8") == FILES["lib/Grüße/żółć 日本.php"]


def test_a_composed_file_costs_no_copy(layer: Layer, release: Path, tmp_path: Path) -> None:
    """A link is another name of the same file; where the file system can share blocks, it is a file of its own."""
    cached, composed = tmp_path / "cache/index.php", release / "index.php"
    try:
        trees.reflink(str(cached), str(tmp_path / "probe"))
    except OSError:
        assert composed.samefile(cached)
    else:
        assert not composed.samefile(cached)


def test_nothing_in_a_release_may_be_written(release: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in release.rglob("*") if path.is_file()}
    assert modes == {0o444}


def test_layers_go_where_they_belong(layer: Layer, tmp_path: Path) -> None:
    plugin = tree_of({"main.php": "x"}, tmp_path / "plugin")
    whole = [
        layer,
        Layer(plugin.tree, plugin.listing, "wp-content/plugins/x"),
        Layer("", f"{Entry('up/loads', 'd')}\n"),
    ]
    HOST.compose(whole, str(tmp_path / "release"))
    assert (tmp_path / "release/wp-content/plugins/x/main.php").read_text() == "x"
    assert list((tmp_path / "release/up/loads").iterdir()) == []


def test_what_is_left_out_is_not_composed(tmp_path: Path) -> None:
    layer = tree_of({"a": "1", "b": "2"}, tmp_path / "cache")
    lines = [line if line.endswith("\ta") else f"o{line[1:]}" for line in layer.listing.splitlines()]
    hidden = Layer(layer.tree, "".join(f"{line}\n" for line in lines))
    HOST.compose([hidden], str(tmp_path / "release"))
    assert os.listdir(tmp_path / "release") == ["a"]
    assert not damage(hidden, tmp_path / "release")


def test_programs_and_links_are_composed_as_they_are(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        program = tarfile.TarInfo("bin/run it")
        program.mode, program.size = 0o755, 2
        archive.addfile(program, io.BytesIO(b"#!"))
        link = tarfile.TarInfo("bin/latest")
        link.type, link.linkname = tarfile.SYMTYPE, "run it"
        archive.addfile(link)
    (tmp_path / "a.tar").write_bytes(packed.getvalue())
    layer = Layer(str(tmp_path / "cache"), HOST.unpack(str(tmp_path / "a.tar"), "a.tar", str(tmp_path / "cache")))
    HOST.compose([layer], str(tmp_path / "release"))
    assert (tmp_path / "release/bin/run it").stat().st_mode & 0o777 == 0o555
    assert os.readlink(tmp_path / "release/bin/latest") == "run it"
    assert not damage(layer, tmp_path / "release", thorough=True)


def test_a_tree_is_never_composed_over_another(layer: Layer, release: Path) -> None:
    with pytest.raises(HostError):
        HOST.compose([layer], str(release))


# modification times


def test_equal_bytes_have_equal_times_and_other_bytes_other_times(tmp_path: Path) -> None:
    """A web server makes ETags of size and time, so that they are equal exactly where the bytes are."""
    one = tree_of({"same": "x", "more": "abc"}, tmp_path / "one")
    two = tree_of({"elsewhere/same": "x", "more": "abd"}, tmp_path / "two")
    HOST.compose([one], str(tmp_path / "release"))
    same = {(tmp_path / path).stat().st_mtime for path in ("one/same", "two/elsewhere/same", "release/same")}
    more = {(tmp_path / path).stat().st_mtime for path in ("one/more", "two/more")}
    assert (len(same), len(more)) == (1, 2)
    assert same.isdisjoint(more)
    assert {entry.mtime for entry in load(one.listing) + load(two.listing)} == same | more


# compare


def unlock(path: Path) -> Path:
    path.chmod(0o644)
    return path


def replaced(path: Path, text: str) -> None:
    """Put other bytes in a file's place, as an editor does, with the old one's mode and times."""
    seen = path.stat()
    path.unlink()
    path.write_text(text)
    path.chmod(seen.st_mode & 0o777)
    os.utime(path, ns=(seen.st_mtime_ns, seen.st_mtime_ns))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(layer: Layer, release: Path, name: str) -> None:
    (release / name).unlink()
    assert damage(layer, release) == Damage(missing=(name,))


@pytest.mark.parametrize("name", ["added.php", "lib/.hidden", "lib/new folder/ü.php"])
def test_an_added_file_is_found(layer: Layer, release: Path, name: str) -> None:
    (release / name).parent.mkdir(exist_ok=True)
    (release / name).write_text("x")
    assert damage(layer, release) == Damage(added=(name,))


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_found(layer: Layer, release: Path, name: str) -> None:
    (release / name).unlink()
    (release / name).write_text(FILES[name][::-1])
    unlock(release / name).chmod(0o444)
    assert damage(layer, release) == Damage(changed=(name,))


def test_a_changed_mode_is_found(layer: Layer, release: Path) -> None:
    unlock(release / "index.php")
    assert damage(layer, release) == Damage(changed=("index.php",))


def test_a_file_of_another_length_is_found_whatever_its_time(layer: Layer, release: Path) -> None:
    replaced(release / "index.php", "longer than it was before")
    assert damage(layer, release) == Damage(changed=("index.php",))


def test_a_forged_time_deceives_a_look_but_no_thorough_one(layer: Layer, release: Path) -> None:
    replaced(release / "index.php", "<?php // two")
    assert not damage(layer, release)
    assert damage(layer, release, thorough=True) == Damage(changed=("index.php",))


def test_a_link_in_the_place_of_a_file_or_folder_is_found(layer: Layer, release: Path, tmp_path: Path) -> None:
    (release / "index.php").unlink()
    (release / "index.php").symlink_to(tmp_path / "cache/index.php")
    os.rename(release / "lib/deep", tmp_path / "deep")
    (release / "lib/deep").symlink_to(tmp_path / "deep")
    assert damage(layer, release, thorough=True) == Damage(
        missing=("lib/deep/er/still.txt",), changed=("index.php",), added=("lib/deep",)
    )


def test_a_pipe_in_the_place_of_a_file_is_found_and_not_read(layer: Layer, release: Path) -> None:
    (release / "index.php").unlink()
    os.mkfifo(release / "index.php")
    assert damage(layer, release) == Damage(changed=("index.php",))


def test_what_a_store_holds_at_its_mount_is_not_the_releases(layer: Layer, tmp_path: Path) -> None:
    whole = layer.listing + f"{Entry('up', 'd')}\n"
    HOST.compose([Layer(layer.tree, whole)], str(tmp_path / "release"))
    (tmp_path / "release/up/photo.jpg").write_text("x")
    assert not HOST.damage(str(tmp_path / "release"), whole)


def test_a_mount_that_is_gone_is_found(layer: Layer, release: Path) -> None:
    assert HOST.damage(str(release), layer.listing + f"{Entry('up', 'd')}\n") == Damage(missing=("up",))


# repair


def broken(release: Path) -> Damage:
    """Break a release in every way at once."""
    (release / "index.php").unlink()
    replaced(release / "lib/a b.php", "x")
    (release / "lib/Grüße/żółć 日本.php").unlink()
    (release / "lib/Grüße/żółć 日本.php").mkdir()
    (release / "lib/Grüße/żółć 日本.php/inside").write_text("x")
    unlock(release / "lib/-rf")
    (release / "lib/deep/er/still.txt").unlink()
    (release / "lib/deep/er").rmdir()
    (release / "lib/deep/er").write_text("a file where a folder was")
    (release / "more").mkdir()
    (release / "more/of it").write_text("x")
    return Damage(
        missing=("index.php", "lib/Grüße/żółć 日本.php", "lib/deep/er/still.txt"),
        changed=("lib/-rf", "lib/a b.php"),
        added=("lib/Grüße/żółć 日本.php/inside", "lib/deep/er", "more/of it"),
    )


def test_a_repair_makes_a_tree_whole(layer: Layer, release: Path) -> None:
    expected = broken(release)
    found = damage(layer, release)
    assert found == expected
    HOST.repair([layer], str(release), found)
    assert not damage(layer, release, thorough=True)


def test_a_repair_puts_back_links_and_mounts(tmp_path: Path) -> None:
    listing = f"{Entry('latest', 'l', target='a b')}\n{Entry('up', 'd')}\n"
    layer = Layer(str(tmp_path), listing)
    HOST.compose([layer], str(tmp_path / "release"))
    (tmp_path / "release/latest").unlink()
    (tmp_path / "release/latest").symlink_to("elsewhere")
    (tmp_path / "release/up").rmdir()
    found = HOST.damage(str(tmp_path / "release"), listing)
    assert found == Damage(missing=("up",), changed=("latest",))
    HOST.repair([layer], str(tmp_path / "release"), found)
    assert not HOST.damage(str(tmp_path / "release"), listing)


def test_a_repair_leaves_the_cache_as_it_is(layer: Layer, release: Path, tmp_path: Path) -> None:
    """A release's file may be another name of the cache's: repairing one must not write into the other."""
    inode = (release / "index.php").stat().st_ino
    unlock(release / "index.php")
    HOST.repair([layer], str(release), Damage(changed=("index.php",)))
    assert (release / "index.php").stat().st_ino != inode


def test_every_change_of_a_repair_passes_the_gate(layer: Layer, release: Path) -> None:
    passed: list[str] = []

    class Watched(LocalHost):
        def gate(self, what: str) -> None:
            passed.append(what)

    found = broken(release)
    Watched().repair([layer], str(release), found)
    assert set(passed) == {*found.added, *(f"{release}/{path}" for path in found.missing + found.changed)}


# files alone


def test_one_file_alone_is_a_tree_too(tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"\xff" * (1 << 19))
    text = HOST.copy_file(str(tmp_path / "sent"), str(tmp_path / "tree"), "hello ü.php")
    [entry] = load(text)
    assert (entry.path, entry.kind, entry.size) == ("hello ü.php", "f", 1 << 19)
    assert not HOST.damage(str(tmp_path / "tree"), text, thorough=True)


@pytest.mark.parametrize("make", ["nothing", "file", "folder", "link"])
def test_whatever_is_at_a_path_is_removed_and_nothing_else(tmp_path: Path, make: str) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    path = tmp_path / "gone"
    if make == "file":
        path.write_text("x")
    elif make == "folder":
        (path / "deep").mkdir(parents=True)
        (path / "deep/link").symlink_to(tmp_path / "kept")
    elif make == "link":
        path.symlink_to(tmp_path / "kept")
    HOST.remove(str(path))
    assert os.listdir(tmp_path) == ["kept"]
    assert (tmp_path / "kept/file").exists()
