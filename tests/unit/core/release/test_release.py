# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is its artifacts laid over one another, on a real disk: which file wins, and what is left out."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import typing as t
from dataclasses import dataclass, field

import pytest
from tests.unit.core.examples import Data, blog, extension, merged

from ansible_collections.fungible.deploy.plugins.module_utils._core import app, identity, primitives
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, CoreError
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.lock.artifact import inspect
from ansible_collections.fungible.deploy.plugins.module_utils._core.release import release

if t.TYPE_CHECKING:
    from pathlib import Path

HOST: t.Final = LocalHost()
PLUGIN: t.Final = "<?php\n/* Plugin Name: One */"
WORDPRESS: t.Final = {
    "index.php": "core",
    "wp-settings.php": "core",
    "wp-includes/version.php": "core",
    "wp-admin/includes/upgrade.php": "core",
    "wp-content/plugins/akismet/akismet.php": "bundled",
    "wp-content/plugins/akismet/old.php": "bundled",
    "wp-content/plugins/akismet2/akismet2.php": "bundled",
}


@dataclass
class Bench:
    """Stage releases of one site below a folder, from archives that are made as they are needed."""

    root: Path
    archives: dict[str, Data] = field(default_factory=dict)

    def archive(self, name: str, files: t.Mapping[str, str | None], top: str = "top/") -> Data:
        """Make an archive and give its source; a text that begins with -> is a link, nothing is a folder."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path, text in files.items():
                info = tarfile.TarInfo(f"{top}{path}")
                if text is None:
                    info.type = tarfile.DIRTYPE
                elif text.startswith("->"):
                    info.type, info.linkname = tarfile.SYMTYPE, text[2:]
                else:
                    info.size = len(text.encode())
                archive.addfile(info, io.BytesIO((text or "").encode()))
        return self.file(name, packed.getvalue())

    def file(self, name: str, data: bytes) -> Data:
        folder = self.root / "artifacts"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        return {"path": str(folder / name), "sha256": hashlib.sha256(data).hexdigest()}

    def blog(self, core: t.Mapping[str, str | None], *plugins: Data, top: str = "top/", **over: t.Any) -> Data:
        source = self.archive("wordpress.tar", core, top)
        data = blog({"app": {"source": {"url": None, **source}, "runtime": "supervisor"}})
        return t.cast("Data", merged({**data, "plugins": {"use": list(plugins)}}, over))

    def plugin(self, name: str, files: t.Mapping[str, str | None] | None = None, **over: t.Any) -> Data:
        source = self.archive(f"{name}.tar", files or {f"{name}.php": PLUGIN}, f"{name}/")
        return {**extension(name, **over), "source": source}

    def request(self, data: Data) -> primitives.Request:
        return primitives.Request("blog", data, root=str(self.root))

    def stage(self, data: Data) -> Path:
        """Stage a release and tell where it is."""
        ctx = self.request(data).on(HOST)
        primitives.stateless_app(HOST, self.request(data), check=False, state="staged")
        assert not primitives.stateless_app(HOST, self.request(data), check=True, state="staged").plan
        assert not release.observe(HOST, ctx, thorough=True).damage
        return self.root / "srv/fungible/blog/releases" / identity.release_id(ctx.site)

    def refusal(self, data: Data) -> str:
        with pytest.raises(ArtifactError) as caught:
            primitives.stateless_app(HOST, self.request(data), check=False, state="staged")
        releases = self.root / "srv/fungible/blog/releases"
        assert not [name for name in HOST.children(str(releases)) if not name.startswith(".")]
        return str(caught.value)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def texts(tree: Path) -> dict[str, str]:
    return {str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()}


def test_a_plugin_takes_the_place_of_the_bundled_one_whole(bench: Bench) -> None:
    found = texts(bench.stage(bench.blog(WORDPRESS, bench.plugin("akismet"))))
    plugins = {path: text for path, text in found.items() if path.startswith("wp-content/plugins/")}
    assert plugins == {
        "wp-content/plugins/akismet/akismet.php": PLUGIN,
        "wp-content/plugins/akismet2/akismet2.php": "bundled",
    }


def test_what_is_generated_takes_the_place_of_what_is_shipped(bench: Bench) -> None:
    shipped = {"wp-config.php": "shipped", "wp-content/mu-plugins/0-fungible.php": "shipped"}
    mine = bench.plugin("mine", kind="mu-plugin")
    found = texts(bench.stage(bench.blog({**WORDPRESS, **shipped}, mine)))
    assert "Written by fungible" in found["wp-config.php"]
    assert "'mine/mine.php'" in found["wp-content/mu-plugins/0-fungible.php"]
    assert found["wp-content/mu-plugins/mine/mine.php"] == PLUGIN


def test_what_lies_below_a_mount_is_left_out_and_named(bench: Bench) -> None:
    shipped = {"wp-content/uploads/index.php": "shipped", "wp-content/uploads/2020/a.jpg": "shipped"}
    beside = {"wp-content/uploads2/kept": "shipped"}
    data = bench.blog({**WORDPRESS, **shipped, **beside})
    tree = bench.stage(data)
    assert os.listdir(tree / "wp-content/uploads") == []
    assert (tree / "wp-content/uploads2/kept").read_text() == "shipped"
    told = app.facts(
        LocalHost(), bench.request(bench.blog({**WORDPRESS, **shipped, **beside}, app={"runtime": "none"}, routes=[]))
    )
    assert told["left_out"] == sorted(shipped)


@pytest.mark.parametrize("shipped", [{"wp-content/uploads": "a file"}, {"wp-content/uploads": "->plugins"}])
def test_whatever_is_shipped_at_a_mount_itself_is_left_out(bench: Bench, shipped: dict[str, str | None]) -> None:
    tree = bench.stage(bench.blog({**WORDPRESS, **shipped}))
    assert (tree / "wp-content/uploads").is_dir()
    assert not (tree / "wp-content/uploads").is_symlink()


def test_a_mount_is_made_where_nothing_is_shipped(bench: Bench) -> None:
    assert os.listdir(bench.stage(bench.blog(WORDPRESS)) / "wp-content/uploads") == []


@pytest.mark.parametrize("top", ["top/", "Ein Ordner/", ""])
def test_the_one_top_folder_of_an_archive_is_no_part_of_it(bench: Bench, top: str) -> None:
    assert (bench.stage(bench.blog(WORDPRESS, top=top)) / "index.php").read_text() == "core"


def test_a_file_beside_the_folder_makes_it_no_top_folder(bench: Bench) -> None:
    data = bench.blog({"wordpress/index.php": "core", "readme.txt": "x"}, top="")
    assert bench.refusal(data) == ("wordpress.tar: is no WordPress: wp-includes/version.php is not in its top folder")


@pytest.mark.parametrize("target", [".", "index.php", "wp-admin/../index.php", "none"])
def test_a_link_inside_the_top_folder_is_kept(bench: Bench, target: str) -> None:
    tree = bench.stage(bench.blog({**WORDPRESS, "link": f"->{target}"}))
    assert os.readlink(tree / "link") == target


@pytest.mark.parametrize(("path", "target"), [("link", "../beside"), ("wp-admin/link", "../.."), ("l", "../topping")])
def test_a_link_out_of_the_top_folder_is_refused(bench: Bench, path: str, target: str) -> None:
    data = bench.blog({**WORDPRESS, path: f"->{target}"})
    assert bench.refusal(data) == f"top/{path}: is a link out of the folder top/: rebuild the archive without it"


def test_a_plugin_may_be_one_file(bench: Bench) -> None:
    one = {**extension("hello"), "source": bench.file("hello dolly.php", PLUGIN.encode())}
    tree = bench.stage(bench.blog(WORDPRESS, one))
    assert texts(tree / "wp-content/plugins/hello") == {"hello dolly.php": PLUGIN}
    assert "'hello/hello dolly.php'" in (tree / "wp-content/mu-plugins/0-fungible.php").read_text()


def test_a_plugin_without_a_header_is_refused(bench: Bench) -> None:
    assert bench.refusal(bench.blog(WORDPRESS, bench.plugin("odd", {"odd.php": "<?php"}))) == (
        "plugin odd: no PHP file in the top folder of odd.tar has a `Plugin Name:` header: is it a plugin?"
    )


def test_an_archive_that_is_refused_leaves_nothing(bench: Bench) -> None:
    assert "climbs out" in bench.refusal(bench.blog({**WORDPRESS, "../../evil": "x"}))
    assert HOST.children(str(bench.root / "srv/fungible/.cache/trees")) == []


def test_other_bytes_than_were_locked_are_refused_and_not_kept(bench: Bench) -> None:
    data = bench.blog(WORDPRESS, app={"source": {"sha256": "0" * 64}})
    assert f"but {'0' * 64} was locked" in bench.refusal(data)
    assert HOST.children(str(bench.root / "var/cache/fungible")) == []


@pytest.mark.parametrize("name", ["look.tar", "look.php"])
def test_an_artifact_has_to_unpack_to_the_tree_that_was_locked(bench: Bench, name: str) -> None:
    if name.endswith(".php"):
        source = bench.file(name, PLUGIN.encode())
    else:
        source = bench.archive(name, {"look.php": PLUGIN, "more/link": "->../look.php"})
    with open(source["path"], "rb") as stream:
        tree = inspect(stream, name, "plugin").tree
    other = {**extension("look"), "source": {**source, "tree": "0" * 64}}
    assert bench.refusal(bench.blog(WORDPRESS, other)) == (
        f"look 1.0: {name} unpacks to a tree of digest {tree}, but {'0' * 64} was locked: "
        "find out which is right, and lock it again"
    )
    bench.stage(bench.blog(WORDPRESS, {**other, "source": {**source, "tree": tree}}))


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_what_did_not_change_is_shared_with_the_release_before(bench: Bench) -> None:
    """Files are other names of the cache's, or share their blocks with it; so one plugin costs one plugin."""
    first = bench.stage(bench.blog(WORDPRESS, bench.plugin("one"), bench.plugin("two")))
    second = bench.stage(bench.blog(WORDPRESS, bench.plugin("one"), bench.plugin("two", {"two.php": PLUGIN + "2"})))
    same, other = "wp-content/plugins/one/one.php", "wp-content/plugins/two/two.php"
    linked = inode(first / "index.php") == inode(second / "index.php")
    assert (inode(first / same) == inode(second / same)) is linked
    assert inode(first / other) != inode(second / other)
    assert (first / same).stat().st_mtime == (second / same).stat().st_mtime
    assert (first / other).stat().st_mtime != (second / other).stat().st_mtime


def test_the_same_inputs_give_the_same_bytes(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = Bench(tmp_path_factory.mktemp("elsewhere"))
    one, two = (place.stage(place.blog(WORDPRESS, place.plugin("akismet"))) for place in (bench, elsewhere))
    assert one.name == two.name
    listings = [(place.root / "var/lib/fungible/blog/releases" / one.name).read_bytes() for place in (bench, elsewhere)]
    assert listings[0] == listings[1]


def test_a_damaged_release_is_made_whole(bench: Bench) -> None:
    data = bench.blog(WORDPRESS, bench.plugin("akismet"))
    tree = bench.stage(data)
    (tree / "index.php").unlink()
    (tree / "wp-content/plugins/akismet/akismet.php").unlink()
    (tree / "wp-content/plugins/akismet/akismet.php").write_text("somebody's own")
    (tree / "wp-content/plugins/akismet/backdoor.php").write_text("x")
    done = primitives.stateless_app(HOST, bench.request(data), check=False, state="staged")
    [step] = done.plan.steps
    folder = "wp-content/plugins/akismet"
    found = f"1 missing (index.php); 1 changed ({folder}/akismet.php); 1 added ({folder}/backdoor.php)"
    assert str(step) == f"repair release {tree.name}: {found}"
    bench.stage(data)


def test_what_was_changed_through_one_of_its_names_is_put_right_from_the_artifact(bench: Bench) -> None:
    """A file that is written to is changed in the cache too, where names are links, and under all its names."""
    data = bench.blog(WORDPRESS, bench.plugin("akismet"))
    tree = bench.stage(data)
    changed = tree / "wp-content/plugins/akismet/akismet.php"
    shared = changed.stat().st_nlink > 1
    changed.chmod(0o644)
    changed.write_text("somebody's own")
    done = primitives.stateless_app(HOST, bench.request(data), check=False, state="staged")
    verbs = [step.verb for step in done.plan.steps]
    assert verbs == (["unpack", "repair"] if shared else ["repair"])
    assert texts(bench.stage(data))["wp-content/plugins/akismet/akismet.php"] == PLUGIN


def test_no_secret_is_in_a_release_or_beside_it(bench: Bench) -> None:
    data = bench.blog(WORDPRESS, app={"env": {"TOKEN": "a token of the app"}})
    bench.stage(data)
    for folder in ("srv", "var"):
        for path in (bench.root / folder).rglob("*"):
            text = path.read_text() if path.is_file() else ""
            assert not [secret for secret in ("a token", data["app"]["secret"], "pass word") if secret in text], path


def test_a_file_that_did_not_travel_is_told(bench: Bench) -> None:
    data = bench.blog(WORDPRESS, app={"source": {"path": None, "file": "wordpress.tar"}})
    ctx = bench.request(data).on(HOST)
    with pytest.raises(
        CoreError, match=r"^wordpress\.tar: did not travel to this host: put it there and give its path"
    ):
        release.plan(ctx, release.observe(HOST, ctx)).apply(HOST)
