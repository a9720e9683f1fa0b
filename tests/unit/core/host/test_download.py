# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes are kept only if they are the bytes that were locked, and what went wrong is told with where they were."""

from __future__ import annotations

import hashlib
import http.server
import os
import threading
import typing as t

import pytest

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.redirects import followed

if t.TYPE_CHECKING:
    from pathlib import Path

HOST: t.Final = LocalHost()
BYTES: t.Final = b"the artifact" * 100_000
SHA256: t.Final = hashlib.sha256(BYTES).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serve the artifact, in honest and in other ways."""

    def do_GET(self) -> None:
        getattr(self, f"_{self.path.partition('?')[0].strip('/').replace('.', '_').replace('-', '_')}")()

    def log_message(self, *args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _whole_zip(self) -> None:
        self._answer(200, BYTES, Content_Length=str(len(BYTES)))

    def _unmeasured_zip(self) -> None:
        self._answer(200, BYTES)

    def _moved_zip(self) -> None:
        self._answer(302, b"", Location="/whole.zip")

    def _circle_zip(self) -> None:
        self._answer(302, b"", Location="/circle.zip")

    def _gone_zip(self) -> None:
        self._answer(404, b"no such thing")

    def _broken_zip(self) -> None:
        self._answer(500, b"")

    def _other_zip(self) -> None:
        self._answer(200, b"other bytes", Content_Length="11")

    def _elsewhere_zip(self) -> None:
        self._answer(302, b"", Location=f"http://localhost:{self.server.server_address[1]}/whole.zip")

    def _cut_off_zip(self) -> None:
        self._answer(200, BYTES[:1000], Content_Length=str(len(BYTES)))

    def _cut_off_chunks_zip(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self._answer(200, b"3e8\r\n" + BYTES[:10], Transfer_Encoding="chunked", Connection="close")

    def _nonsense_zip(self) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")


@pytest.fixture(scope="module")
def site() -> t.Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def refusal(location: str, folder: Path) -> str:
    """Tell what is wrong, and insist that nothing of it was kept."""
    with pytest.raises(ArtifactError) as caught:
        HOST.obtain(location, str(folder / "cache/artifact"), SHA256)
    assert os.listdir(folder / "cache") == []
    assert str(caught.value).startswith(f"{location}: ")
    return str(caught.value)[len(location) + 2 :]


@pytest.mark.parametrize("name", ["whole.zip", "unmeasured.zip", "moved.zip", "whole.zip?token=x"])
def test_the_locked_bytes_are_kept(site: str, name: str, tmp_path: Path) -> None:
    HOST.obtain(f"{site}/{name}", str(tmp_path / "cache/artifact"), SHA256)
    assert (tmp_path / "cache/artifact").read_bytes() == BYTES
    assert os.listdir(tmp_path / "cache") == ["artifact"]


def test_a_redirect_to_another_host_is_followed_only_where_that_is_allowed(site: str, tmp_path: Path) -> None:
    other = f"http://localhost:{site.rpartition(':')[2]}"
    assert refusal(f"{site}/elsewhere.zip", tmp_path) == (
        f"is redirected to {other}: add it to `redirects` of its source if that is right"
    )
    HOST.obtain(f"{site}/elsewhere.zip", str(tmp_path / "cache/artifact"), SHA256, [other])
    assert (tmp_path / "cache/artifact").read_bytes() == BYTES


@pytest.mark.parametrize(
    ("start", "target", "allowed", "goes"),
    [
        ("https://a/1", "/2", (), True),
        ("https://a/1", "https://a/2", (), True),
        ("http://a/1", "https://a/2", (), True),
        ("https://a/1", "http://a/2", (), False),
        ("https://a/1", "http://a/2", ("a",), False),
        ("https://a/1", "http://a/2", ("http://a",), True),
        ("https://a/1", "https://a:8443/2", (), False),
        ("https://a/1", "https://b/2", ("b",), True),
        ("http://a/1", "https://b/2", ("http://b",), False),
        ("https://a/1", "//b/2", (), False),
        ("https://a/1", "ftp://a/2", ("a",), False),
    ],
)
def test_a_redirect_stays_with_the_host_and_with_https(
    start: str, target: str, allowed: tuple[str, ...], goes: bool
) -> None:
    if goes:
        assert followed(start, target, allowed).endswith("/2")
    else:
        with pytest.raises(ArtifactError, match=r"add it to `redirects` of its source"):
            followed(start, target, allowed)


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("https://me:a-password@b/2", "leads to an address with a login in it, which many would read"),
        ("https://a\\@b/2", "leads to an address with a login in it, which many would read"),
        ("https://[::1", "leads to what is no address"),
        ("//a:99999999/2", "leads to what is no address"),
        ("https://\u00e4/2", "leads to what is no address"),
        ("/\ud800", "leads to what is no address"),
        ("/" + "2" * 5000, "leads to what is no address"),
    ],
)
def test_an_address_that_nobody_could_use_is_told_without_its_login(target: str, line: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        followed("https://a/1", target, ("b",))
    assert str(caught.value) == f"https://a/1: {line}: ask who runs it"


def test_odd_letters_of_an_address_are_written_as_addresses_have_them() -> None:
    assert followed("https://a/1", "/\u00e4 \x1b2?x=%20y", ()) == "https://a/%C3%A4%20%1B2?x=%20y"


def test_a_file_of_the_host_is_copied(tmp_path: Path) -> None:
    (tmp_path / "a b.zip").write_bytes(BYTES)
    HOST.obtain(str(tmp_path / "a b.zip"), str(tmp_path / "cache/artifact"), SHA256)
    assert (tmp_path / "cache/artifact").read_bytes() == BYTES


def test_other_bytes_are_refused_with_both_digests(site: str, tmp_path: Path) -> None:
    other = hashlib.sha256(b"other bytes").hexdigest()
    assert refusal(f"{site}/other.zip", tmp_path) == (
        f"its sha256 is {other}, but {SHA256} was locked: the bytes changed behind the same name; "
        "check them, then change the manifest"
    )


@pytest.mark.parametrize("name", ["cut-off.zip", "cut-off-chunks.zip"])
def test_a_download_that_broke_off_is_not_taken_for_other_bytes(site: str, name: str, tmp_path: Path) -> None:
    assert refusal(f"{site}/{name}", tmp_path).startswith("the download broke off")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone.zip", "cannot be read: Not Found"),
        ("broken.zip", "cannot be read: Internal Server Error"),
        ("circle.zip", "cannot be read: "),
        ("nonsense.zip", "cannot be read: "),
    ],
)
def test_what_a_server_refuses_is_told(site: str, name: str, words: str, tmp_path: Path) -> None:
    assert refusal(f"{site}/{name}", tmp_path).startswith(words)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "Connection refused" in refusal("http://127.0.0.1:1/x.zip", tmp_path)


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x.zip", "file:///etc/passwd", "data://x", "HTTP://127.0.0.1/x"])
def test_no_other_way_is_gone(location: str, tmp_path: Path) -> None:
    assert refusal(location, tmp_path) == "only https:// and http:// can be fetched"


def test_what_is_no_url_is_told(tmp_path: Path) -> None:
    assert refusal("http://[bad/x.zip", tmp_path).startswith("cannot be read: ")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "No such file" in refusal(f"{tmp_path}/none.zip", tmp_path)


def test_the_bytes_have_their_name_only_once_they_are_verified(site: str, tmp_path: Path) -> None:
    class Watching(LocalHost):
        def gate(self, what: str) -> None:
            seen.append(sorted(os.listdir(tmp_path)))

    seen: list[list[str]] = []
    Watching().obtain(f"{site}/whole.zip", str(tmp_path / "artifact"), SHA256)
    assert seen == [[], ["artifact.new"]]
