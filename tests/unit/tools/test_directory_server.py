# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the directory that tests ask have the shapes of the real ones?"""

from __future__ import annotations

import hashlib
import io
import json
import typing as t
import zipfile

from fungible_dev.directory_server import Directory


def archive(**files: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name, text in files.items():
            opened.writestr(f"akismet/{name}", text)
    return kept.getvalue()


def answer(directory: Directory, path: str) -> t.Any:
    return json.loads(directory.answer(path).body)


def test_a_plugin_has_its_versions_and_their_archives() -> None:
    directory = Directory(url="http://directory")
    directory.release("akismet", "5.3", archive(a="1"))
    directory.release("akismet", "5.3.1", archive(a="2"))
    said = answer(directory, "/plugins/info/1.2/?action=plugin_information&request%5Bslug%5D=akismet")
    assert said["version"] == "5.3.1"
    assert said["versions"]["5.3"] == "http://directory/plugin/akismet.5.3.zip"
    assert directory.answer("/plugin/akismet.5.3.zip").body == archive(a="1")
    assert directory.answer("/plugins/info/1.2/?request[slug]=unknown").status == 404


def test_checksums_are_of_the_files_below_the_plugins_folder() -> None:
    directory = Directory()
    directory.release("akismet", "5.3", archive(a="1"))
    said = answer(directory, "/plugin-checksums/akismet/5.3.json")
    assert said["files"] == {"a": {"md5": hashlib.md5(b"1").hexdigest(), "sha256": hashlib.sha256(b"1").hexdigest()}}
    assert directory.answer("/plugin-checksums/akismet/5.4.json").status == 404


def test_packages_leave_out_what_the_version_before_said_too() -> None:
    directory = Directory()
    directory.package("vendor/look", "1.0", b"1")
    directory.package("vendor/look", "1.1", b"2")
    newer, older = answer(directory, "/p2/vendor/look.json")["packages"]["vendor/look"]
    assert (newer["version"], older["version"], "name" in older) == ("1.1", "1.0", False)
