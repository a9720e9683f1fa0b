# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extensions are looked for where WordPress looks for them; where that is not plain, somebody has to say it."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import hand_kept

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import HostError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept import adoption, whereabouts
from ansible_collections.fungible.deploy.plugins.module_utils._core.kept.whereabouts import Whereabouts
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress import config as wordpress_config

if t.TYPE_CHECKING:
    from pathlib import Path

USUAL: t.Final = (
    "define('WP_CONTENT_DIR', __DIR__ . '/wp-content');",
    "define('WP_CONTENT_DIR', dirname(__FILE__) . '/wp-content');",
    "define( 'WP_CONTENT_DIR', ABSPATH . 'wp-content/' );",
    "define('WP_CONTENT_DIR', 'HERE/./wp-content');",
    "define('WP_PLUGIN_DIR', WP_CONTENT_DIR . '/plugins');",
    "define('WPMU_PLUGIN_DIR', __DIR__ . '/wp-content/mu-plugins');",
    "if (!defined('WP_CONTENT_DIR')) define('WP_CONTENT_DIR', __DIR__ . '/wp-content');",
    "// define('WP_CONTENT_DIR', '/srv');",
    "echo 'WP_CONTENT_DIR';",
)
ELSEWHERE: t.Final = (
    ("define('WP_CONTENT_DIR', '/srv/app');", "such as /srv/app"),
    ("if (!defined('WP_CONTENT_DIR')) { define('WP_CONTENT_DIR', '/srv/app'); }", "such as /srv/app"),
    ("if ($a) define('WP_CONTENT_DIR', __DIR__ . '/wp-content'); else define('WP_CONTENT_DIR', '/b');", "such as /b"),
    ("define('WP_CONTENT_DIR', getenv('CONTENT'));", "even if it is the usual one"),
    ("define('WP_CONTENT_DIR', '/srv/a\nb');", "even if it is the usual one"),
    ("Config::define('WP_CONTENT_DIR', $root . '/app');", "even if it is the usual one"),
    ("$a = <<<A\n A; define('WP_CONTENT_DIR', '/srv');", "even if it is the usual one"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return hand_kept.site(tmp_path / "html")


def configure(folder: Path, said: str) -> None:
    (folder / "wp-config.php").write_text(f"<?php\n{said}\n".replace("HERE", str(folder)))


@pytest.mark.parametrize("said", USUAL)
def test_what_is_where_it_usually_is_needs_no_word(site: Path, said: str) -> None:
    configure(site, said)
    adoption.facts(LocalHost(), Whereabouts(str(site)))


@pytest.mark.parametrize(("said", "hint"), ELSEWHERE)
def test_what_may_be_elsewhere_has_to_be_said(site: Path, said: str, hint: str) -> None:
    configure(site, said)
    with pytest.raises(HostError) as error:
        adoption.facts(LocalHost(), Whereabouts(str(site)))
    hint = hint.replace("HERE", str(site))
    assert (
        str(error.value) == f"{site}/wp-config.php: sets WP_CONTENT_DIR: say which folder that is as `content`, {hint}"
    )
    adoption.facts(LocalHost(), Whereabouts(str(site), f"{site}/wp-content"))


def test_a_config_above_the_folder_has_its_say_too(site: Path) -> None:
    (site / "wp-config.php").unlink()
    configure(site.parent, "define('WP_CONTENT_DIR', __DIR__ . '/content');")
    with pytest.raises(HostError, match=f"such as {site.parent}/content$"):
        adoption.facts(LocalHost(), Whereabouts(str(site)))


@pytest.mark.parametrize("name", ["WP_PLUGIN_DIR", "WPMU_PLUGIN_DIR"])
def test_plugins_that_are_elsewhere_are_refused(site: Path, name: str) -> None:
    configure(site, f"define('{name}', '/srv/app/plugins');")
    with pytest.raises(
        HostError, match=f"sets {name}, and extensions are kept in {site}/wp-content/(mu-)?plugins only"
    ):
        adoption.facts(LocalHost(), Whereabouts(str(site)))


def test_what_is_elsewhere_is_described_as_if_it_were_there(site: Path) -> None:
    plain = adoption.facts(LocalHost(), Whereabouts(str(site)), published=True, published_url="http://127.0.0.1:1")
    content = site.parent / "app"
    (site / "wp-content").rename(content)
    moved = adoption.facts(
        LocalHost(), Whereabouts(str(site), str(content)), published=True, published_url="http://127.0.0.1:1"
    )
    assert moved == plain


def test_the_packages_folder_is_none_to_keep_a_chain_in(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr/share")
    for content in ("/usr/share", str(tmp_path / "link/wordpress")):
        with pytest.raises(HostError, match="is in /usr, where packages have their files"):
            whereabouts.require_own(LocalHost(), Whereabouts("/srv/html", content))
    for content in ("/usr/local/share/app", "/usrs/app", str(tmp_path)):
        whereabouts.require_own(LocalHost(), Whereabouts("/srv/html", content))


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("", "/srv/app", "content: is of no use without path: give both, or take it out"),
        ("/srv/html", "app", "content: 'app' is no absolute path"),
        ("html", "", "path: 'html' is no absolute path"),
    ],
)
def test_what_is_no_whole_path_is_refused(path: str, content: str, line: str) -> None:
    with pytest.raises(ManifestError, match=f"^{line}"):
        adoption.facts(LocalHost(), t.cast("Whereabouts", whereabouts.of(path, content)))


@given(st.lists(st.sampled_from([*"'\"\\();.,{}#$/* \n\x00", "define", "'WP_CONTENT_DIR'", "__DIR__", "/*", "?>"])))
def test_whatever_a_config_says_is_read_in_peace(said: list[str]) -> None:
    found = wordpress_config.folders("<?php " + "".join(said))
    assert {one.name for one in found} <= wordpress_config.FOLDERS.keys()
