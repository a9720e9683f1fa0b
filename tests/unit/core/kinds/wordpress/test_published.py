# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are held against what wordpress.org published; that it published nothing, or did not answer, are two facts."""

from __future__ import annotations

import hashlib
import io
import json
import typing as t
import zipfile

import pytest
from tests.fake_host.disk import Node
from tests.fake_host.host import FakeHost

from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import published
from fungible_dev.directory_server import Answer, Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path

FILES: t.Final = {"forms.php": "<?php // Plugin Name: Forms", "css/a.css": "a {}", "readme.txt": "Forms\r\n"}
NOTHING: t.Final[dict[str, t.Any]] = {"missing": (), "changed": (), "added": ()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "forms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path / "forms"


@pytest.fixture
def directory() -> t.Iterator[Directory]:
    made = Directory()
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name, text in FILES.items():
            opened.writestr(f"forms/{name}", text)
    made.release("forms", "2.4", kept.getvalue())
    with serving(made):
        yield made


def compared(directory: Directory, tree: Path, version: str = "2.4") -> dict[str, t.Any]:
    host = LocalHost()
    paths = [str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()]
    return published.compared(host, str(tree), paths, published.of_plugin(host, "forms", version, directory.url))


def test_files_as_published_are_the_same(directory: Directory, tree: Path) -> None:
    assert compared(directory, tree) == {"state": "same", "why": "", **NOTHING}


def test_every_difference_is_named(directory: Directory, tree: Path) -> None:
    (tree / "forms.php").write_text("<?php // hacked")
    (tree / "css/a.css").unlink()
    (tree / "shell.php").touch()
    found = compared(directory, tree)
    assert (found["state"], found["missing"], found["changed"], found["added"]) == (
        "differs",
        ("css/a.css",),
        ("forms.php",),
        ("shell.php",),
    )


def test_that_nothing_is_published_is_a_fact(directory: Directory, tree: Path) -> None:
    found = compared(directory, tree, "9")
    assert found == {"state": "none", "why": "wordpress.org publishes no checksums of it", **NOTHING}


def test_any_of_several_digests_will_do_and_md5_alone_too(directory: Directory, tree: Path) -> None:
    md5 = {name: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for name, text in FILES.items()}
    several = {name: {"md5": ["0" * 32, one]} for name, one in md5.items()}
    directory.special["/plugin-checksums/forms/2.4.json"] = Answer(200, json.dumps({"files": several}).encode())
    assert compared(directory, tree)["state"] == "same"
    directory.special["/plugin-checksums/forms/2.4.json"] = Answer(200, json.dumps({"files": md5}).encode())
    assert compared(directory, tree)["state"] == "same"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(301, headers={"Location": "/elsewhere"}),
        Answer(200, b"<html>"),
        Answer(200, b"[" * 50_000),
        Answer(200, b"{}"),
        Answer(200, b'{"files": [1]}'),
        Answer(200, b'{"files": {"a": 1}}'),
        Answer(200, b'{"files": {"a": {"md5": [1]}}}'),
        Answer(200, b"\xff\xfe"),
        Answer(200, b" " * (published.MOST + 1)),
    ],
    ids=["error", "redirect", "page", "deep", "empty", "list", "number", "digest", "bytes", "large"],
)
def test_an_answer_that_is_none_is_a_fact_too(directory: Directory, tree: Path, answer: Answer) -> None:
    directory.special["/plugin-checksums/forms/2.4.json"] = answer
    found = compared(directory, tree)
    assert found["state"] == "unknown"
    assert found["why"].startswith(f"{directory.url}/plugin-checksums/forms/2.4.json: ")


def test_nobody_there_is_a_fact_too(tree: Path) -> None:
    found = compared(Directory(url="http://127.0.0.1:9"), tree)
    assert found["state"] == "unknown"
    assert "refused" in found["why"]


def test_wordpress_itself_is_compared_without_the_content_that_is_the_site_s() -> None:
    host, base = FakeHost(), "http://api.example"
    files = {
        "wp-includes/version.php": "<?php\n$wp_version = '6.5';\n$wp_local_package = 'de_DE';\n",
        "wp-load.php": "<?php // load",
        "wp-config.php": "<?php // ours",
        "wp-content/plugins/forms/forms.php": "<?php",
    }
    for path, text in files.items():
        host.disk.put(f"/tree/{path}", Node("f", text))
    sums = {path: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for path, text in files.items()}
    sums = {**sums, "wp-content/index.php": "0" * 32, "wp-config.php": "0" * 32}
    del sums["wp-config.php"]
    host.internet[f"{base}/core/checksums/1.0/?version=6.5&locale=de_DE"] = json.dumps({"checksums": sums})
    host.internet[f"{base}/plugin-checksums/forms/2.json"] = json.dumps({"files": {"forms.php": {"md5": "0" * 32}}})
    found = published.facts(host, "/tree/{}".format, sorted(files), {"wp-content/plugins/forms": "2"}, base)
    assert found["application"] == {"state": "same", "why": "", **NOTHING}
    assert found["plugins"]["forms"]["changed"] == ("forms.php",)


def test_a_version_of_wordpress_that_is_not_known_is_not_published() -> None:
    host = FakeHost()
    host.internet["http://x/core/checksums/1.0/?version=0&locale=en_US"] = '{"checksums": false}'
    assert published.of_application(host, "0", base="http://x").state is published.State.NONE


HELLO: t.Final = "<?php // Plugin Name: Hello Dolly"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("file", "shipped", "published_as", "files", "state"),
    [
        ("hello.php", HELLO, "", {}, "same"),
        ("hello.php", "an older one", "hello-dolly/1.7.2", {"hello.php": HELLO, "readme.txt": "x"}, "same"),
        ("hello.php", "an older one", "hello-dolly/1.7.2", {"hello.php": "another"}, "differs"),
        ("hello.php", "an older one", "", {}, "none"),
        ("hello.php", "an older one", "hello-dolly/1.7.2", {"readme.txt": "x"}, "none"),
        ("audit.php", "", "audit/1.7.2", {"audit.php": HELLO}, "same"),
    ],
    ids=["shipped", "newer", "changed", "unknown", "other files", "another plugin"],
)
def test_a_plugin_of_one_file_is_held_against_the_one_that_is_shipped_then_against_the_directory(
    file: str, shipped: str, published_as: str, files: dict[str, str], state: str
) -> None:
    host, place = FakeHost(), f"wp-content/plugins/{file}"
    host.disk.put("/tree/wp-includes/version.php", Node("f", "<?php\n$wp_version = '6.5';\n"))
    host.disk.put(f"/tree/{place}", Node("f", HELLO))
    sums = {"wp-content/plugins/hello.php": _md5(shipped)}
    host.internet["http://x/core/checksums/1.0/?version=6.5&locale=en_US"] = json.dumps({"checksums": sums})
    answer = {"files": {path: {"md5": _md5(text)} for path, text in files.items()}}
    host.internet[f"http://x/plugin-checksums/{published_as}.json"] = json.dumps(answer)
    found = published.facts(host, "/tree/{}".format, ["wp-includes/version.php", place], {place: "1.7.2"}, "http://x")
    assert found["plugins"][file]["state"] == state
    assert found["plugins"][file]["changed"] == ((file,) if state == "differs" else ())


def test_a_plugin_of_one_file_without_a_version_is_none_that_is_published() -> None:
    host = FakeHost()
    host.disk.put("/tree/wp-content/plugins/own.php", Node("f", HELLO))
    found = published.facts(host, "/tree/{}".format, [], {"wp-content/plugins/own.php": ""}, "http://x")
    assert found["plugins"]["own.php"]["state"] == "none"
    assert found["plugins"]["own.php"]["why"] == "its file says no version"
