# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo does what it promises, in a copy of the checkout, and leaves nothing running and nothing lying about."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from fungible_dev import places
from fungible_dev.demo_processes import found
from fungible_dev.finding import listed_files

pytestmark = pytest.mark.parts

Environment = dict[str, str]


class Checkout:
    """Be a copy of this checkout at a short path, as it would be cloned."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.demo = folder, folder / ".demo"

    def start(self, *options: str | Path, env: Environment | None = None) -> subprocess.Popen[str]:
        """Start a demo as a terminal does: in a process group of its own, where Ctrl-C is not ignored."""
        return subprocess.Popen(
            [
                "/usr/bin/env",
                "--default-signal=INT",
                sys.executable,
                "dev",
                "demo",
                "--cache",
                places.cache().parent,
                *options,
            ],
            cwd=self.folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, env: Environment | None = None) -> tuple[str, dict[str, t.Any]]:
        """Run a demo to its good end, and return what it said and its figures."""
        figures = self.demo.with_name("figures.json")
        with self.start("--json", figures, env=env) as demo:
            said = demo.communicate()[0]
        assert demo.returncode == 0, said
        known: dict[str, t.Any] = json.loads(figures.read_text(encoding="utf-8"))
        figures.unlink()
        return said, known

    def files(self) -> set[Path]:
        """List everything but the demo's own folder."""
        return {path for path in self.folder.rglob("*") if self.demo not in (path, *path.parents)}


@pytest.fixture
def checkout() -> t.Iterator[Checkout]:
    folder = Path(tempfile.mkdtemp(prefix="fg-", dir="/tmp"))
    for path in listed_files():
        (folder / path.relative_to(places.CHECKOUT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.relative_to(places.CHECKOUT))
    made = Checkout(folder)
    yield made
    left = found(made.demo)
    for process in left:
        os.kill(process.pid, signal.SIGKILL)
    shutil.rmtree(folder)
    assert not left


@pytest.fixture
def without_php(tmp_path: Path) -> Environment:
    """Give a PATH on which everything is but PHP."""
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*"):
            link = tmp_path / program.name
            if not program.name.startswith("php") and not link.is_symlink():
                link.symlink_to(program)
    return {"PATH": str(tmp_path)}


def test_wordpress_is_upgraded_under_load_without_a_lost_request(checkout: Checkout) -> None:
    before = checkout.files()
    said, figures = checkout.run()
    assert figures["application"] == "WordPress"
    assert figures["requests"]["total"] > 100
    assert figures["requests"]["failed"] == figures["rerun_changed"] == 0
    assert figures["databases"] == ["db_version 56657", "db_version 57155"]
    prove_cutovers(figures)
    assert "changed=0" in said
    releases = checkout.demo / "srv/fungible/blog/releases"
    assert [path.name.split("-")[0] for path in sorted(releases.iterdir())] == ["6.4.5", "6.5.5"]
    assert list((checkout.demo / "srv/fungible/blog/stores/uploads").rglob("a-picture.png"))
    assert not list(releases.rglob("a-picture.png"))
    assert checkout.files() == before


def test_where_php_cannot_be_had_a_python_application_takes_its_place(
    checkout: Checkout, without_php: Environment
) -> None:
    said, figures = checkout.run(without_php)
    assert "WordPress cannot be shown" in said
    assert figures["application"] == "Notes"
    assert figures["requests"]["failed"] == figures["rerun_changed"] == 0
    assert figures["databases"] == ["notes (id, text)", "notes (id, text, author)"]
    prove_cutovers(figures)


def test_ctrl_c_during_the_load_leaves_nothing_running(checkout: Checkout, without_php: Environment) -> None:
    with checkout.start(env=without_php) as demo:
        wait_for("Upgrade", demo)
        assert len(found(checkout.demo)) > 3
        with checkout.start(env=without_php) as second:
            assert "another demo runs" in second.communicate()[0]
        assert second.returncode == 1
        os.killpg(demo.pid, signal.SIGINT)
        said = demo.communicate()[0]
    assert demo.returncode == 130, said
    assert not found(checkout.demo)


def test_what_a_killed_demo_left_running_is_ended_by_the_next(checkout: Checkout, without_php: Environment) -> None:
    with checkout.start(env=without_php) as killed:
        wait_for("Switch visitors", killed)
        demo = {process.pid for process in found(checkout.demo)}
        killed.kill()
    assert demo & {process.pid for process in found(checkout.demo)}
    with checkout.start(env=without_php) as following:
        wait_for("An earlier demo was killed", following)
        assert not demo & {process.pid for process in found(checkout.demo)}
        following.terminate()
        following.communicate()
    assert following.returncode == 128 + signal.SIGTERM


def prove_cutovers(figures: dict[str, t.Any]) -> None:
    assert len(figures["cutovers"]) == 3
    for cutover in figures["cutovers"]:
        assert cutover["ms"] > 0
        assert cutover["p99_before"] > 0
        assert cutover["p99_during"] > 0
        assert cutover["requests"] > 0


def wait_for(word: str, demo: subprocess.Popen[str]) -> None:
    said = []
    for line in demo.stdout or ():
        said.append(line)
        if word in line:
            return
    pytest.fail("".join(said))
