# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real WordPress that people kept by hand is described, and its chain is kept where it is, while it serves."""

from __future__ import annotations

import typing as t
import zipfile

import pytest
from tests.parts.support.by_hand import SQLITE, install, is_whole, served
from tests.parts.support.machine import ask
from tests.parts.support.prober import Prober
from tests.parts.support.wordpress import link

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import adoption
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept.whereabouts import Whereabouts
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request
from fungible_dev import artifacts
from fungible_dev.directory_server import Directory, serving

if t.TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.parts


@pytest.fixture
def site(tmp_path: Path) -> Path:
    plugins = tmp_path / "wordpress/wp-content/plugins"
    for artifact, folder in ((artifacts.wordpress("6.4.5"), tmp_path), (artifacts.akismet(), plugins)):
        with zipfile.ZipFile(artifact.path) as archive:
            archive.extractall(folder)
    return tmp_path / "wordpress"


def described(site: Path) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    akismet, directory = artifacts.akismet(), Directory()
    directory.release("akismet", akismet.version, akismet.path.read_bytes())
    with serving(directory):
        found = adoption.facts(LocalHost(), Whereabouts(str(site)), published=True, published_url=directory.url)
    return found, next(one for one in found["extensions"] if one["name"] == "akismet")


def test_a_real_site_is_described_and_what_somebody_edited_is_named(site: Path) -> None:
    found, akismet = described(site)
    assert (found["version"], akismet["published"]["state"]) == ("6.4.5", "same")
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"directory": "wordpress.org"}
    main = site / "wp-content/plugins/akismet/akismet.php"
    main.write_text(main.read_text() + "\n// by hand\n")
    (site / "wp-content/plugins/akismet/notes.txt").touch()
    found, akismet = described(site)
    assert (akismet["published"]["changed"], akismet["published"]["added"]) == (("akismet.php",), ("notes.txt",))
    version = artifacts.akismet().version
    assert found["catalogue"]["extensions"]["akismet"]["source"] == {"file": f"akismet-{version}.zip"}


def test_a_real_database_tells_which_plugins_are_on_and_is_left_alone(site: Path) -> None:
    with zipfile.ZipFile(artifacts.sqlite_integration().path) as archive:
        install(site, archive.read(f"{SQLITE}/db.copy").decode())
    before = {path: path.lstat().st_mtime_ns for path in site.rglob("*")}
    found = described(site)[0]
    plugins = {one["name"]: one["active"] for one in found["extensions"] if one["kind"] == "plugin"}
    assert plugins == {"akismet": True, "hello": True, SQLITE: False}, found["notes"]
    assert {"name": SQLITE, "state": "disabled"} in found["manifest"]["plugins"]["use"]
    assert {path: path.lstat().st_mtime_ns for path in site.rglob("*")} == before


def keep(site: Path, root: Path, *before: dict[str, t.Any]) -> list[str]:
    """Keep Akismet, and what comes before it."""
    plugins = {"use": [*before, {"name": "akismet", **link(artifacts.akismet())}]}
    asked = Request("kept", {"plugins": plugins}, root=str(root))
    done = chain.plugin_chain(LocalHost(), asked, check=False, path=str(site))
    return [step.verb for step in done.plan.steps]


def test_what_somebody_edited_in_a_real_plugin_is_replaced_while_it_serves_and_set_aside(
    site: Path, tmp_path: Path
) -> None:
    akismet = site / "wp-content/plugins/akismet"
    published = (akismet / "akismet.php").read_bytes()
    (akismet / "akismet.php").write_bytes(published + b"\n// by hand\n")
    with served(site) as port, Prober(port, is_whole) as prober:
        steps, bad = prober.during(lambda: [keep(site, tmp_path), keep(site, tmp_path)])
    assert bad == []
    assert steps == [["fetch", "unpack", "place", "write"], []]
    assert (akismet / "akismet.php").read_bytes() == published
    [aside] = (tmp_path / "var/lib/fungible/kept/replaced/plugins").iterdir()
    assert (aside / "akismet.php").read_bytes().endswith(b"// by hand\n")
    assert described(site)[1]["published"]["state"] == "same"


def test_plugins_load_in_the_order_of_the_chain_and_not_where_they_are_disabled(site: Path, tmp_path: Path) -> None:
    kept = tmp_path / "hello.php"
    kept.write_bytes((site / "wp-content/plugins/hello.php").read_bytes())
    source = {"path": str(kept), "sha256": LocalHost().digest(str(kept))}
    hello = {"name": "hello", "version": "1", "source": source}
    with served(site) as port:
        assert "on: akismet/akismet.php hello.php, hello is loaded" in ask(port).body
        keep(site, tmp_path, {**hello, "state": "disabled"})
        assert "on: akismet/akismet.php, hello is not loaded" in ask(port).body
        assert keep(site, tmp_path, hello) == ["write"]
        assert "on: hello.php akismet/akismet.php, hello is loaded" in ask(port).body
