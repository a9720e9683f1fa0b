# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is what is told to be loaded what the real WordPress loads, and what is told to be on disk what is there?"""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest
from tests.parts.support import wordpress

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import release_id
from fungible_dev import artifacts

if t.TYPE_CHECKING:
    from tests.parts.support.machine import Machine, Manifest

pytestmark = pytest.mark.parts

TELLER: t.Final = """<?php
/*
 * Plugin Name: Teller
 * Version: 0.3
 */
add_action('wp_loaded', function () {
    if (isset($_GET['tell'])) {
        echo json_encode(get_included_files());
        exit;
    }
});
"""
ROOTS: t.Final = ("wp-content/plugins/", "wp-content/mu-plugins/")
OURS: t.Final = "wp-content/mu-plugins/0-fungible.php"


def manifest(machine: Machine, folder: Path) -> Manifest:
    (folder / "teller.php").write_text(TELLER)
    source = {"path": str(folder / "teller.php"), "sha256": hashlib.sha256(TELLER.encode()).hexdigest()}
    made = wordpress.manifest(machine, "6.4.5")
    made["plugins"]["use"].append({"name": "teller", "version": "0.2", "kind": "mu-plugin", "source": source})
    return made


def loaded_by_wordpress(machine: Machine) -> set[str]:
    """Ask the application itself which extensions' files it loaded."""
    files = json.loads(wordpress.Browser(machine).ask("/?tell").body)
    inside = [file[file.index("wp-content/") :] for file in files if "wp-content/" in file]
    extensions = [file for file in inside if file.startswith(ROOTS) and file != OURS]
    return {"/".join(file.split("/")[:3]) for file in extensions}


def test_what_is_told_is_what_the_real_wordpress_loads(machine: Machine, tmp_path: Path) -> None:
    machine.site = wordpress.SITE
    declared = manifest(machine, tmp_path)
    machine.deploy(declared)
    told = chain.facts(machine.host, machine.request(declared))
    known = {one["name"]: one for one in told["plugins"]}
    assert {one["path"] for one in told["live"]["loaded"]} == loaded_by_wordpress(machine) - {
        "wp-content/plugins/sqlite-database-integration"  # the drop-in of ours includes it, as the database's driver
    }
    assert (known["akismet"]["on_disk"], known["akismet"]["loaded"]) == (artifacts.akismet().version,) * 2
    assert known["sqlite-database-integration"]["loaded"] == ""
    assert (known["teller"]["version"], known["teller"]["on_disk"], known["teller"]["loaded"]) == ("0.2", "0.3", "0.3")
    shipped = {one["name"] for one in told["undeclared"] if one["shipped"]}
    assert {"hello", "twentytwentyfour"} <= shipped
    assert len(shipped) == len(told["undeclared"])


def test_what_somebody_put_there_is_named(machine: Machine, tmp_path: Path) -> None:
    machine.site = wordpress.SITE
    declared = manifest(machine, tmp_path)
    machine.do("staged", declared)
    ctx = machine.context(declared)
    content = Path(ctx.places.release(release_id(ctx.site)), "wp-content")
    (content / "mu-plugins/door.php").write_text("<?php // open")
    (content / "object-cache.php").write_text("<?php // Plugin Name: Cache\n")
    (content / "plugins/akismet/akismet.php").unlink()
    told = chain.facts(machine.host, machine.request(declared), thorough=True)
    known = {one["name"]: one for one in told["plugins"]}
    assert known["akismet"]["missing"] == ["wp-content/plugins/akismet/akismet.php"]
    assert [one["path"] for one in told["undeclared"] if not one["shipped"]] == [
        "wp-content/mu-plugins/door.php",
        "wp-content/object-cache.php",
    ]
