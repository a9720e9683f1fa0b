# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Are artifacts the same bytes each time, and never used when they are not."""

from __future__ import annotations

import gzip
import io
import sqlite3
import subprocess
import sys
import tarfile
import typing as t
import zipfile
from pathlib import Path

import pytest

from fungible_dev import wordpress_parts
from fungible_dev.archives import gzip_stored, read_tree, sha256_of, write_tar_gz, write_zip
from fungible_dev.artifact_store import kept
from fungible_dev.artifacts import Broken, procfile_app
from fungible_dev.errors import ToolError
from fungible_dev.procfile import app_files
from fungible_dev.synthetic import plugin_files

FILES = {"b.php": b"<?php", "a/deep/c.css": b"", "a/d.js": b"x" * 200_000}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/fungible/artifacts"


def test_zip_is_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    write_zip(tmp_path / "one.zip", FILES, top="site")
    write_zip(tmp_path / "two.zip", dict(reversed(FILES.items())), top="site")
    pinned = "5fe0e7b883c24ee7207e8257529f3ef85a6b6f8fc1e1f8f1d8ef222dc1ef9108"
    assert sha256_of(tmp_path / "one.zip") == sha256_of(tmp_path / "two.zip") == pinned
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        names = ["", "a/", "a/deep/", "a/d.js", "a/deep/c.css", "b.php"]
        assert archive.namelist() == [f"site/{name}" for name in names]
        assert archive.read("site/a/d.js") == FILES["a/d.js"]


def test_tar_is_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    write_tar_gz(tmp_path / "one.tar.gz", FILES, top="site")
    pinned = "c4d7477a86efe0ea501a245f137a9164a9e47b35e6806c72db68cb25b8fd61a1"
    assert sha256_of(tmp_path / "one.tar.gz") == pinned
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        assert {name[5:]: handle.read() for name, handle in files.items() if handle} == FILES


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 200_000])
def test_stored_gzip_is_read_by_others(size: int) -> None:
    assert gzip.decompress(gzip_stored(b"f" * size)) == b"f" * size


def test_links_are_followed_inside_and_refused_outwards(tmp_path: Path) -> None:
    (tmp_path / "root/usr/share/js").mkdir(parents=True)
    (tmp_path / "root/usr/share/js/x.js").write_text("real")
    plugin = tmp_path / "root/plugin"
    plugin.mkdir()
    (plugin / "absolute.js").symlink_to("/usr/share/js/x.js")
    (plugin / "folder").symlink_to("../usr/share/js")
    assert read_tree(plugin, root=tmp_path / "root") == {"absolute.js": b"real", "folder/x.js": b"real"}
    (plugin / "out").symlink_to("../../../etc/passwd")
    with pytest.raises(ToolError, match="leads out"):
        read_tree(plugin, root=tmp_path / "root")


def test_artifact_is_built_once_and_again_when_it_was_changed(cache: Path) -> None:
    built: list[Path] = []

    def build(path: Path) -> None:
        built.append(path)
        path.write_bytes(b"right")

    first = kept("thing", "1", build)
    assert kept("thing", "1", build) == first
    assert len(built) == 1
    first.path.write_bytes(b"wrong")
    assert kept("thing", "1", build) == first
    assert (len(built), first.path.read_bytes()) == (2, b"right")
    assert first.source == {"url": first.path.as_uri(), "sha256": first.sha256}


def test_artifact_that_is_not_what_was_pinned_is_not_kept(cache: Path) -> None:
    with pytest.raises(ToolError, match="not the pinned"):
        kept("thing", "1", lambda path: path.touch(), sha256="0" * 64)
    assert [path.name for path in cache.iterdir()] == [".thing.lock"]


def test_wordpress_is_put_together_without_what_was_added_for_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    php = {"wp-load.php": b"1", "wp-config.php": b"2", "wp-content/database/.ht.sqlite": b"3", ".default_theme": b"4"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in php.items():
            archive.writestr(name, data)
    package = {
        "src/wordpress/wp-6.4.zip": buffer.getvalue(),
        "public/wp-6.4/wp-admin/css/a.css": b"5",
        "public/wp-6.4/wp-content/plugins/akismet/b.js": b"6",
        "public/wp-6.5/wp-admin/css/a.css": b"7",
    }

    def members(wanted: t.Callable[[str], bool]) -> dict[str, bytes]:
        return {name: data for name, data in package.items() if wanted(name)}

    monkeypatch.setattr(wordpress_parts, "_members", members)
    assert wordpress_parts._wordpress_files("6.4") == {"wp-load.php": b"1", "wp-admin/css/a.css": b"5"}


def test_unknown_wordpress_names_those_that_are_there() -> None:
    with pytest.raises(ToolError, match=r"no WordPress 5.0 here; there are .*6.4.5"):
        wordpress_parts.wordpress("5.0")


def test_next_version_of_a_generated_plugin_differs_in_a_few_files() -> None:
    one, two = (dict(plugin_files("generated-01", 100, version)) for version in ("1.0.0", "1.0.1"))
    assert dict(plugin_files("generated-01", 100, "1.0.0")) == one
    assert len(one) == 100
    assert one.keys() == two.keys()
    assert sum(one[name] != two[name] for name in one) == 10  # the main file, and 10, 20, ... 90


def test_application_is_the_same_bytes_each_time() -> None:
    first = procfile_app("1")
    assert procfile_app("1") == first
    others = [procfile_app("2"), *(procfile_app("2", broken) for broken in Broken if broken.value)]
    assert len({first.sha256, *(other.sha256 for other in others)}) == 6


def migrate(folder: Path, database: Path, version: str, broken: Broken = Broken.NOTHING) -> tuple[int, str]:
    folder.mkdir(exist_ok=True)
    for name, data in app_files(version, broken).items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-B", "migrate.py"],
        cwd=folder,
        env={"DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def columns(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    names = [row[1] for row in connection.execute("PRAGMA table_info(notes)")]
    connection.close()
    return names


def test_application_migrates_once_and_its_failing_version_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "notes.db"
    assert migrate(tmp_path / "app", database, "1")[0] == 0
    assert migrate(tmp_path / "app", database, "2", Broken.MIGRATE)[0] == 1
    assert columns(database) == ["id", "text"]
    assert "added notes.author" in migrate(tmp_path / "app", database, "2")[1]
    assert "nothing to do" in migrate(tmp_path / "app", database, "2")[1]
    assert columns(database) == ["id", "text", "author"]
