# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the tutorial's own application come up, get upgraded and go away by the tutorial's own commands?"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from fungible_dev import environment, places
from fungible_dev.archives import sha256_of

from . import core_words, pages

TUTORIAL: t.Final = [pages.DOCS / "tutorial.md"]


class Shell:
    """Be the reader's terminal, in a folder of its own, with free ports instead of the page's."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        self._env = {
            **os.environ,
            "PATH": path,
            "ANSIBLE_COLLECTIONS_PATH": str(places.CHECKOUT / "collections"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        }
        self._ports = {"18000": str(_free_port(pair=True)), "8080": str(_free_port())}

    def fill(self, text: str) -> str:
        for port, free in self._ports.items():
            text = re.sub(rf"\b{port}\b", free, text)
        return text

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.fill(text), encoding="utf-8")

    def change(self, name: str, *changes: tuple[str, str]) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, command: str) -> str:
        done = subprocess.run(
            self.fill(command), shell=True, cwd=self.folder, env=self._env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


def _free_port(*, pair: bool = False) -> int:
    """Find a port that is free, and the one after it if need be, below those that connections get by themselves."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for one in (port, port + 1)[: 1 + pair]:
                stack.enter_context(socket.create_server(("127.0.0.1", one)))
            return port


def _path() -> str:
    """Tell where programs are: this Python's environment, else the demo's for supervisord, then the system's."""
    own = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    if not shutil.which("supervisord", path=own):
        own += f":{environment.ensure_venv('demo', places.TOOLS / 'requirements-demo.txt').parent}"
    assert shutil.which("haproxy", path=own), "haproxy: is not on this machine: apt install haproxy"
    return own


@pytest.fixture
def shell() -> t.Iterator[Shell]:
    with tempfile.TemporaryDirectory(prefix="fg-") as folder:  # a short path: sockets lie below it
        pid = Path(folder) / "trial/run/fungible-supervisor/supervisord.pid"
        try:
            yield Shell(Path(folder), _path())
        finally:
            if pid.exists():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid.read_text()), signal.SIGTERM)


@pytest.mark.parts
def test_the_tutorials_application_is_deployed_upgraded_and_removed_by_its_own_commands(shell: Shell) -> None:
    for block in pages.blocks("text file", "python file", "yaml vars file", "yaml inventory file", pages=TUTORIAL):
        shell.write(block.file, block.text)
    packing, deploying, removing = map(pages.commands, pages.blocks("console run", pages=TUTORIAL))

    digest = _pack(shell, packing)
    shell.change("notes.yml", ("<what sha256sum said>", digest))
    [deploy, ask] = deploying
    first = shell.run(deploy)
    assert "failed=0" in first
    assert shell.run(ask) == "version 1, visit 3\n"
    assert "changed=0" in shell.run(deploy)

    shell.change("notes/app.py", ('VERSION = "1"', 'VERSION = "2"'))
    newer = _pack(shell, [command.replace("notes-1", "notes-2") for command in packing])
    shell.change("notes.yml", ('"1"', '"2"'), ("notes-1", "notes-2"), (digest, newer))
    foretold, done = _steps(shell.run(f"{deploy} --check")), _steps(shell.run(deploy))
    assert _shape(done) == _shape(foretold) == _shape(_told("notes to"))
    assert shell.run(ask).startswith("version 2, visit ")

    back = shell.run(deploy.replace("fungible.deploy.site", "fungible.deploy.rollback"))
    assert _shape(_steps(back)) == _shape(_told("slot a", last="drain and stop"))
    assert shell.run(ask).startswith("version 1, visit ")

    for command in removing:
        shell.run(command)
    assert not (shell.folder / "trial").exists()


def _pack(shell: Shell, packing: t.Sequence[str]) -> str:
    """Pack the application by the page's commands, and return the digest that they print."""
    pack, tell = packing
    shell.run(pack)
    digest = shell.run(tell).split()[0]
    [archive] = re.findall(r"notes-\d\.tar\.gz", tell)
    assert digest == sha256_of(shell.folder / archive)
    return digest


def _steps(output: str) -> list[str]:
    """Read the steps that `-v` shows."""
    lines = re.findall(r"^ +- (.+)$", output, re.MULTILINE)
    assert all(core_words.is_step(line.strip("'")) for line in lines)
    return lines


def _told(words: str, last: str = "") -> list[str]:
    """Find the steps that the tutorial shows for a run."""
    shown = [block.text.splitlines() for block in pages.blocks("text steps", pages=TUTORIAL)]
    [steps] = [lines for lines in shown if any(words in line for line in lines) and lines[-1].startswith(last)]
    return steps


def _shape(steps: t.Sequence[str]) -> list[str]:
    """Tell steps without the ids and names, which are another's on the page."""
    plain = (re.sub(r"\d\S*-[0-9a-f]{12}(\.[0-9a-f]{8})?", "<id>", step) for step in steps)
    return [step.replace("actioncenter", "notes") for step in plain]
