# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do secrets come to the application by a pillar that is encrypted and by a database of Salt's, and go nowhere else?"""

from __future__ import annotations

import json
import subprocess
import time
import typing as t

import pytest
import yaml

if t.TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.support.fleet import Fleet, Minion

PILLAR: t.Final = "what-only-the-pillar-knows-1234567890"
LOOKED_UP: t.Final = "what-only-the-database-knows-0987654321"
SECRETS: t.Final = (PILLAR, LOOKED_UP)


@pytest.fixture(scope="module")
def encrypted(fleet: Fleet) -> t.Iterator[str]:
    """Encrypt a secret with a key of the master's, as a person does before it goes into a pillar."""
    home = fleet.folder / "gpg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--trust-model", "always"]
    subprocess.run(
        [*gpg, "--passphrase", "", "--quick-generate-key", "fungible", "default"], check=True, capture_output=True
    )
    made = subprocess.run(
        [*gpg, "--armor", "--encrypt", "--recipient", "fungible"],
        input=PILLAR,
        text=True,
        check=True,
        capture_output=True,
    )
    yield made.stdout
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)


@pytest.fixture
def deployed(fleet: Fleet, web1: Minion, encrypted: str) -> float:
    """Deploy, ask, fail and ask again, and tell since when."""
    since = time.time()
    web1.clear()
    (fleet.folder / "sdb.yml").write_text(yaml.safe_dump({"token": LOOKED_UP}), encoding="utf-8")
    manifest = web1.site.manifest("1", secret=encrypted, env={"TOKEN": "sdb://vault/token"})
    web1.pillar({web1.site.name: manifest}, head="#!yaml|gpg\n")
    assert web1.apply(test=True).results == {None}
    assert web1.apply().results == {True}
    for module in ("persistent_store", "stateless_app", "plugin_chain", "migration", "cutover"):
        web1.run(f"{module}.info", web1.site.name, root=str(web1.site.root))
    manifest["app"]["verison"] = "1"
    web1.pillar({web1.site.name: manifest}, head="#!yaml|gpg\n")
    assert web1.apply().results == {False}
    return since


def environments(root: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in root.glob("var/lib/fungible/notes/instances/*/environment")]


def finds(folder: Path, secret: str) -> list[str]:
    """Tell the files below a folder that have a secret in them."""
    text = secret.encode()
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_secrets_reach_the_application_and_nobody_else(fleet: Fleet, web1: Minion, deployed: float) -> None:
    [text] = environments(web1.site.root)
    assert all(secret in text for secret in SECRETS)

    master, minion = (fleet.folder / name for name in ("master", "web1"))
    for secret in SECRETS:
        assert finds(master / "cache/jobs", secret) == []
        assert finds(master / "logs", secret) == []
        # Salt keeps every minion's pillar there, to target by it; minion_data_cache: False ends that.
        assert [
            name for name in finds(master, secret) if not name.startswith(("cache/pillar/", "cache/minions/"))
        ] == []
        assert [
            name for name in finds(minion, secret) if not name.startswith("var/lib/fungible/notes/instances/")
        ] == []

    heard = fleet.events("*", deployed)
    assert any(tag.startswith("salt/job/") and "/ret/web1" in tag for tag, _data in heard)
    assert not [tag for tag, data in heard for secret in SECRETS if secret in json.dumps(data, default=repr)]
