# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a third kind of application is added: one class, and a line in the registry; nothing else knows of it.

`Static` is such a kind: a folder of pages, served by a web server of its own. From its manifest to its units it goes
through the same core as the others.
"""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
from tests.cases import table
from tests.fake_host.host import FakeHost
from tests.unit.core.examples import SECRET, Data, merged

from ansible_collections.fungible.deploy.plugins.module_utils._core import app, context, identity, migration
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ArtifactError, ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.instance import instance
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import (
    Address,
    Contents,
    Kind,
    Migration,
    Process,
)
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.registry import KINDS
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest, secrets
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.schema import Choice, Field, Text
from ansible_collections.fungible.deploy.plugins.module_utils._core.release import release

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.protocol import Folder, Trees, View
    from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import Extension, Site


class Static:
    """Be the kind `static`: pages that a web server sends as they are."""

    name = "static"
    generation = 1
    used_once: tuple[str, ...] = ()
    uses_port = False
    extends = False
    fields: t.Mapping[str, Field] = {
        "index": Field(Text(r"[A-Za-z.]+", "must be a file's name"), "the page of a folder", "index.html"),
        "compress": Field(Choice(("gzip", "none")), "how pages are sent", "gzip"),
        "token": Field(Text(secret=True), "what the pages' counter wants, from a vault", ""),
    }

    def check(self, site: Site) -> None:
        if site.plugins or site.stores:
            raise ManifestError(f"{site.name}: pages need no plugins and no stores: remove them")

    def identity(self, site: Site) -> t.Mapping[str, t.Any]:
        return {"index": site.app.options["index"]}

    def programs(self, site: Site) -> t.Mapping[str, tuple[str, ...]]:
        return {"nginx": ("nginx",)}

    def place(self, extension: Extension) -> str:
        raise NotImplementedError

    def check_trees(self, site: Site, application: t.Container[str], trees: Trees) -> None:
        if site.app.options["index"] not in application:
            raise ArtifactError(f"{site.app.source.name}: has no {site.app.options['index']}")

    def php(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        return {}

    def contents(self, tree: Folder) -> Contents:
        return Contents()

    def generated(self, site: Site, trees: Trees) -> t.Mapping[str, str]:
        return {"version.txt": f"{site.app.version}\n"}

    def environment(self, site: Site, view: View) -> t.Mapping[str, str]:
        return {"TOKEN": site.app.options["token"]}

    def secrets(self, site: Site) -> t.Sequence[str]:
        return (site.app.options["token"],)

    def processes(self, site: Site, view: View, read: t.Callable[[str], str]) -> t.Sequence[Process]:
        text = f"root {view.root}; index {site.app.options['index']}; # {read('version.txt')}"
        argv = (view.programs["nginx"], "-c", f"{view.conf}/nginx.conf")
        return [Process("web", argv, {"nginx.conf": text}, writes_stores=False, serves=True, network=False)]

    def address(self, run: str, port: int) -> Address:
        return Address(socket=f"{run}/web/web.sock")

    def migration(self, site: Site, view: View, read: t.Callable[[str], str]) -> Migration:
        return Migration(())


STATIC: t.Final[Kind] = Static()
ALL: t.Final = {**KINDS, "static": STATIC}


def pages(over: Data | None = None) -> Data:
    base: Data = {
        "app": {
            "kind": "static",
            "version": "1",
            "source": {"url": f"{table.DOWNLOADS}readme.tar.gz", "sha256": table.sha256("readme.tar.gz")},
            "secret": SECRET,
            "index": "README",
            "token": "a token",
        },
        "routes": [{"host": "pages.example"}],
    }
    return t.cast("Data", merged(base, over or {}))


def ground(over: Data | None = None) -> tuple[FakeHost, context.Context]:
    host = FakeHost()
    host.internet = {f"{table.DOWNLOADS}readme.tar.gz": table.artifacts()["readme.tar.gz"]}
    return host, context.of(host, manifest.parse("pages", pages(over), ALL))


def test_its_manifest_is_parsed_published_and_parted_from_its_secrets() -> None:
    site = manifest.parse("pages", pages(), ALL)
    assert site.app.options == {"index": "README", "compress": "gzip", "token": "a token"}
    jsonschema.validate(pages(), manifest.site_schema(ALL).json_schema())
    public, found = secrets.split(pages(), ALL)
    assert found == {"app.secret": SECRET, "app.token": "a token"}
    assert secrets.join(public, found) == pages()


@pytest.mark.parametrize(
    ("over", "line"),
    [
        ({"app": {"indx": "x"}}, "pages.app.indx: unknown key: did you mean index?"),
        ({"app": {"compress": "zip"}}, "pages.app.compress: 'zip' is not one of gzip, none: did you mean gzip?"),
        ({"stores": {"db": {"kind": "sqlite"}}}, "pages: pages need no plugins and no stores: remove them"),
    ],
)
def test_what_is_wrong_is_told_like_everywhere(over: Data, line: str) -> None:
    with pytest.raises(ManifestError) as caught:
        manifest.parse("pages", pages(over), ALL)
    assert str(caught.value) == line


def test_without_its_line_in_the_registry_it_is_unknown() -> None:
    with pytest.raises(ManifestError, match=r"^pages\.app\.kind: 'static' is not one of wordpress, procfile$"):
        manifest.parse("pages", pages())


def test_its_release_is_named_by_what_it_says_decides_it() -> None:
    one, same, other = (
        manifest.parse("pages", pages({"app": app}), ALL) for app in ({}, {"compress": "none"}, {"index": "x"})
    )
    assert identity.release_id(one) == identity.release_id(same) != identity.release_id(other)
    assert identity.instance_id(one) != identity.instance_id(same)


def test_its_release_is_planned_and_composed() -> None:
    host, ctx = ground()
    todo = release.plan(ctx, release.observe(host, ctx))
    name = identity.release_id(ctx.site)
    assert [str(step) for step in todo.steps] == [
        "fetch pages 1 (readme.tar.gz)",
        "unpack pages 1",
        f"compose release {name}",
    ]
    todo.apply(host)
    assert not release.plan(ctx, release.observe(host, ctx))
    assert host.read(f"/srv/fungible/pages/releases/{name}/version.txt") == "1\n"


def test_its_instance_runs_in_a_sandbox() -> None:
    host, ctx = ground()
    release.plan(ctx, release.observe(host, ctx)).apply(host)
    migration.plan(ctx, migration.observe(host, ctx)).apply(host)
    todo = app.plan_running(ctx, app.observe(host, ctx))
    name = identity.instance_id(ctx.site)
    assert [str(step) for step in todo.steps] == [f"start instance {name} in slot a"]
    todo.apply(host)
    assert not app.plan_running(ctx, app.observe(host, ctx))
    card, files = instance.describe(host, ctx, name, "a")
    assert card.units == (f"fungible-pages-{name}-web",)
    unit = files[f"/etc/systemd/system/{card.units[0]}.service"].text
    assert "ProtectSystem=strict\n" in unit
    assert f"BindReadOnlyPaths=/srv/fungible/pages/releases/{identity.release_id(ctx.site)}:/srv/pages\n" in unit
    assert [path for path, file in files.items() if "a token" in file.text] == [
        f"/var/lib/fungible/pages/instances/{name}/environment"
    ]


def test_an_archive_of_another_kind_is_refused_by_its_own_rule() -> None:
    host, ctx = ground({"app": {"index": "start.html"}})
    with pytest.raises(ArtifactError, match=r"^readme\.tar\.gz: has no start\.html$"):
        release.plan(ctx, release.observe(host, ctx)).apply(host)
