# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In a WordPress as Debian's packages lay it out, a chain is kept beside what they brought, never through a link."""

from __future__ import annotations

import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.parts.support import by_hand
from tests.parts.support.machine import ask
from tests.parts.support.wordpress import link

from ansible_collections.fungible.deploy.plugins.module_utils._core import chain
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.request import Request
from fungible_dev import artifacts

pytestmark = pytest.mark.parts

PACKAGES: t.Final = ("wordpress", "wordpress-shibboleth", "wordpress-theme-twentytwentythree")
THEME: t.Final = "define('WP_DEFAULT_THEME', 'twentytwentythree');\n"
ON: t.Final = ("akismet/akismet.php", "shibboleth/shibboleth.php", "xrds-simple/xrds-simple.php")
XRDS: t.Final = "<xrds:XRDS "


@dataclass(frozen=True)
class Debian:
    """Be a folder that stands in for / of a Debian on which packages were unpacked."""

    root: Path

    @property
    def path(self) -> Path:
        return self.root / "usr/share/wordpress"

    @property
    def content(self) -> Path:
        return self.root / "var/lib/wordpress/wp-content"

    @property
    def plugins(self) -> Path:
        return self.content / "plugins"

    def set_up(self, what: str) -> None:
        """Run what the packages run themselves when they come and go."""
        subprocess.run(["sh", self.root / "usr/bin/wp-setup", what], check=True, capture_output=True)

    def told(self, content: Path | None = None) -> dict[str, t.Any]:
        return chain.facts(LocalHost(), Request("blog", {}), path=str(self.path), content=str(content or ""))

    def keep(self, *names: str) -> list[str]:
        use = [{"name": name, **link(artifacts.debian_extension(name))} for name in names]
        asked = Request("blog", {"plugins": {"use": use}}, root=str(self.root))
        done = chain.plugin_chain(LocalHost(), asked, check=False, path=str(self.path), content=str(self.content))
        return [str(step) for step in done.plan.steps if step.verb in ("place", "write")]

    def packaged(self) -> dict[str, tuple[int, int]]:
        """Tell the files that packages brought, and when they changed."""
        every = {str(path): path.lstat() for path in (self.root / "usr").rglob("*")}
        return {path: (seen.st_ino, seen.st_ctime_ns) for path, seen in every.items()}


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    """Unpack the packages, and say the folder where their files say /."""
    made = Debian(tmp_path)
    for name in PACKAGES:
        artifacts.unpack_debian(name, tmp_path)
    for file in ("usr/bin/wp-setup", "usr/share/wordpress/wp-config.php"):
        text = (tmp_path / file).read_text()
        for folder in ("/etc/wordpress", "/usr/share/wordpress", "/var/lib/wordpress"):
            text = text.replace(folder, f"{tmp_path}{folder}")
        (tmp_path / file).write_text(text)
    (tmp_path / "etc/wordpress/config-default.php").write_text(by_hand.DATABASE + THEME)
    made.set_up("--sync-wp-content")
    return made


def test_it_is_described_where_it_is_said_to_be_and_what_packages_brought_is_a_link(debian: Debian) -> None:
    with pytest.raises(HostError, match=f"sets WP_CONTENT_DIR: .* as `content`, such as {debian.content}$"):
        debian.told()
    (debian.plugins / "by-hand.php").write_text("<?php\n/* Plugin Name: By hand */")
    found = debian.told(debian.content)
    assert artifacts.debian_package("wordpress").version.startswith(found["version"])
    assert [one["path"] for one in found["extensions"]] == ["wp-content/plugins/by-hand.php"]
    there = ("plugins/akismet", "plugins/shibboleth", "plugins/index.php", "themes/twentytwentythree")
    links = {f"wp-content/{one}": str(debian.path / "wp-content" / one) for one in there}
    assert links.items() <= found["links"].items()
    assert "loads other files" in "\n".join(found["notes"])


def test_a_chain_is_kept_beside_what_packages_brought(debian: Debian) -> None:
    before = debian.packaged()
    with by_hand.served(debian.path, debian.content, ON) as port:
        assert "action=shibboleth" in ask(port, "/wp-login.php").body
        assert XRDS not in ask(port, "/?xrds").body
        version = artifacts.debian_extension("xrds-simple").version
        steps = debian.keep("xrds-simple")
        assert steps[0] == f"place plugin xrds-simple {version}"
        assert debian.keep("xrds-simple") == []
        assert XRDS in ask(port, "/?xrds").body
        assert "action=shibboleth" in ask(port, "/wp-login.php").body
    assert debian.packaged() == before


def test_what_packages_brought_is_left_to_them_until_somebody_takes_their_link_away(debian: Debian) -> None:
    before, akismet = debian.packaged(), debian.plugins / "akismet"
    with pytest.raises(HostError, match=f"^{akismet}: is a link to .*: remove it, or take it out of the chain$"):
        debian.keep("akismet")
    assert akismet.is_symlink()
    akismet.unlink()
    version = artifacts.akismet().version
    assert debian.keep("akismet")[0] == f"place plugin akismet {version}"
    for what in ("--sync-wp-content", "--purge-wp-content"):
        debian.set_up(what)
        assert debian.keep("akismet") == []
    assert not (debian.plugins / "shibboleth").is_symlink()
    assert debian.packaged() == before
