# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Procfile is read as its authors meant it, and a line that is none is told with its number."""

from __future__ import annotations

import typing as t

import pytest
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import SECRET, SHA, Data, context_of, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import sandbox
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.procfile import Procfile
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Address
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Extension, Source

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import View
    from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Site

KIND: t.Final = Procfile()


def ground(over: Data | None = None, slot: str = "a") -> tuple[Site, View]:
    host = FakeHost()
    ctx = context_of(notes(over), host)
    return ctx.site, sandbox.view(host, ctx, "1-aaaaaaaaaaaa.bbbbbbbb", slot)


def commands(text: str) -> dict[str, str]:
    """Tell what would run, in its order."""
    found = KIND.processes(*ground(), lambda path: {"Procfile": text}[path])
    assert all(one.argv[:2] == ("/bin/sh", "-c") for one in found)
    assert all(one.argv[2].startswith("trap : TERM; ") for one in found)
    return {one.name: one.argv[2].removeprefix("trap : TERM; ") for one in found}


def refusal(text: str) -> str:
    with pytest.raises(ArtifactError) as caught:
        commands(text)
    return str(caught.value)


def test_every_line_but_release_runs_and_web_is_started_last() -> None:
    text = "web: gunicorn app\nrelease: ./migrate\nworker: ./work --fast\nclock: ./clock\n"
    assert list(commands(text).items()) == [
        ("worker", "./work --fast"),
        ("clock", "./clock"),
        ("web", "gunicorn app"),
    ]


@pytest.mark.parametrize(
    "text",
    ["web: x", "web:x", "  web:   x  \n", "\n# a comment\nweb: x\n\n", "web: x\r\n", "web: x\nrelease: y"],
)
def test_spaces_comments_and_line_ends_are_no_matter(text: str) -> None:
    assert commands(text) == {"web": "x"}


@pytest.mark.parametrize("command", ["a: b: c", 'sh -c "x | y" > /dev/null', "x $PORT ${A:-b} `c` 'd' \\", "ü"])
def test_a_command_is_shell_as_it_stands(command: str) -> None:
    assert commands(f"web: {command}") == {"web": command}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("web", "notes-1.tar.gz: Procfile line 1: write `name: command`"),
        ("web: x\n\nnonsense here", "notes-1.tar.gz: Procfile line 3: write `name: command`"),
        ("we b: x", "notes-1.tar.gz: Procfile line 1: write `name: command`"),
        ("web:", "notes-1.tar.gz: Procfile line 1: write `name: command`"),
        ("worker: x", "notes-1.tar.gz: its Procfile has no line `web: <command>`"),
        ("", "notes-1.tar.gz: its Procfile has no line `web: <command>`"),
    ],
)
def test_what_is_no_procfile_is_told(text: str, line: str) -> None:
    assert refusal(text) == line


def test_only_web_serves() -> None:
    found = KIND.processes(*ground(), lambda path: "web: x\nworker: y")
    assert [(one.name, one.serves) for one in found] == [("worker", False), ("web", True)]


@pytest.mark.parametrize(
    ("text", "argv"), [("web: x\nrelease: ./migrate now", ("/bin/sh", "-c", "./migrate now")), ("web: x", ())]
)
def test_the_line_release_migrates(text: str, argv: tuple[str, ...]) -> None:
    assert KIND.migration(*ground(), lambda path: text).argv == argv


def test_each_slot_has_its_own_port_and_the_secret_is_in_the_environment() -> None:
    for slot, port in (("a", "18000"), ("b", "18001")):
        found = KIND.environment(*ground({"app": {"env": {"TOKEN": "x"}}}, slot))
        assert found == {"PORT": port, "SECRET_KEY": SECRET, "TOKEN": "x"}
    assert KIND.address("/run/x", 5) == Address(port=5)


def test_an_archive_without_a_procfile_is_none() -> None:
    site = ground()[0]
    KIND.check_trees(site, {"Procfile"}, {})
    with pytest.raises(
        ArtifactError, match=r"^notes-1\.tar\.gz: holds no Procfile in its top folder: is it the right "
    ):
        KIND.check_trees(site, {"sub/Procfile", "procfile"}, {})


def test_it_has_no_plugins_and_adds_nothing_to_the_release() -> None:
    with pytest.raises(ManifestError):
        KIND.place(Extension("x", "1", Source(SHA)))
    assert KIND.generated(ground()[0], {}) == {}
    assert KIND.programs(ground()[0]) == {}
