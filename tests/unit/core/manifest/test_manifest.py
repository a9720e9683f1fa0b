# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every key of a manifest means what it says, and what contradicts itself is refused before any host is touched."""

from __future__ import annotations

import copy
import typing as t

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.examples import SECRET, SHA, blog, extension, notes, site_of

from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import schema as s
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest.model import (
    ExtensionKind,
    Health,
    Removed,
    Route,
    RuntimeName,
    Source,
)

SCHEMA: t.Final = jsonschema.Draft202012Validator(manifest.site_schema().json_schema())


def refusal(data: t.Any, name: str = "notes") -> str:
    with pytest.raises(ManifestError) as caught:
        manifest.parse(name, data)
    return str(caught.value)


def refused(data: t.Any) -> str | None:
    """Tell what is wrong, if anything is."""
    try:
        manifest.parse("site", data)
    except ManifestError as exc:
        return str(exc)
    return None


# what is taken


def test_the_least_that_a_manifest_must_say() -> None:
    app = {"kind": "procfile", "version": "1", "source": {"path": "/a.zip", "sha256": SHA}, "secret": SECRET}
    site = manifest.parse("notes", {"app": {**app, "port": 2000}})
    assert (site.stores, site.plugins, site.routes, site.locked, site.backup) == ((), (), (), True, True)
    assert (site.app.health, site.app.runtime, site.app.user, site.app.keep, site.app.reload) == (
        Health(),
        None,
        "",
        3,
        (),
    )
    assert site.app.options == {"env": {}, "port": 2000}


def test_each_key_of_the_app_arrives() -> None:
    app = {
        "health": {"path": "/up", "status": 204, "within": "1m", "warm": ["/", "/feed/"]},
        "runtime": "systemd",
        "user": "blogger",
        "keep": "5",
        "constants": {"WP_DEBUG": False, "WP_POST_REVISIONS": 5, "WP_LANG": "de"},
        "table_prefix": "blog_",
        "ini": {"memory_limit": "1G"},
        "install": {"title": "Blog", "user": "a", "email": "a@b.example", "password": "pw"},
        "env": {"SMTP_URL": "smtp://x"},
    }
    site = site_of(blog({"app": app}))
    assert site.app.kind.name == "wordpress"
    assert (site.app.version, site.app.secret, site.app.user, site.app.keep) == ("6.4", SECRET, "blogger", 5)
    assert site.app.source == Source(SHA, url="https://downloads.example/wordpress-6.4.zip")
    assert site.app.health == Health("/up", 204, 60, ("/", "/feed/"))
    assert site.app.runtime is RuntimeName.SYSTEMD
    assert site.app.options == {
        "constants": app["constants"],
        "table_prefix": "blog_",
        "ini": {"memory_limit": "1G"},
        "install": {"title": "Blog", "user": "a", "email": "a@b.example", "password": "pw"},
        "env": {"SMTP_URL": "smtp://x"},
    }


def test_each_key_of_a_plugin_a_store_and_a_route_arrives() -> None:
    routes = [
        {"host": "blog.example", "router": "haproxy", "listen": "127.0.0.1:8080", "drain": "2m"},
        {"host": "www.blog.example", "listen": "[::1]:8080", "url": "https://www.blog.example"},
    ]
    site = site_of(blog({"routes": routes, "migration": {"backup": "no"}, "plugins": {"locked": False}}))
    assert [(one.name, one.kind, one.enabled) for one in site.plugins] == [
        ("akismet", ExtensionKind.PLUGIN, True),
        ("hello", ExtensionKind.MU_PLUGIN, True),
        ("gallery", ExtensionKind.PLUGIN, False),
        ("plain", ExtensionKind.THEME, True),
    ]
    assert [(store.kind, store.name, store.mount) for store in site.stores] == [
        ("mariadb", "db", ""),
        ("directory", "uploads", "wp-content/uploads"),
    ]
    assert site.routes == (
        Route("blog.example", "127.0.0.1:8080", 120),
        Route("www.blog.example", "[::1]:8080", 30, "https://www.blog.example"),
    )
    assert (site.locked, site.backup) == (False, False)
    assert site.public == "http://blog.example:8080"


def test_a_site_without_a_route_is_known_as_localhost() -> None:
    assert site_of(notes({"routes": []})).public == "http://localhost"


def test_nothing_secret_is_in_a_sites_own_words() -> None:
    words = repr(site_of(blog({"app": {"env": {"TOKEN": "a token of the app"}}})))
    assert SECRET not in words
    assert "pass word" not in words
    assert "a token of the app" not in words


def test_files_that_travelled_are_found_by_their_digest_and_keep_their_names() -> None:
    data = notes({"app": {"source": {"url": None, "file": "builds/notes-1.tar.gz"}}})
    source = manifest.with_source_at(site_of(data), {SHA: "/tmp/sent"}).app.source
    assert (source.path, source.name) == ("/tmp/sent", "notes-1.tar.gz")
    assert manifest.with_source_at(site_of(data), {"0" * 64: "/tmp/sent"}).app.source.path == ""


# what is refused


@pytest.mark.parametrize(
    ("over", "line"),
    [
        ({"rotues": []}, "notes.rotues: unknown key: did you mean routes?"),
        ({"app": {"verison": "1"}}, "notes.app.verison: unknown key: did you mean version?"),
        ({"app": {"version": 6.5}}, "notes.app.version: must be text, not a number: put it in quotes"),
        ({"app": {"version": "a b"}}, "notes.app.version: 'a b' must be letters, digits, . + _ and -"),
        ({"app": {"version": "../1"}}, "notes.app.version: '../1' must be letters, digits, . + _ and -"),
        (
            {"app": {"kind": "wordpres"}},
            "notes.app.kind: 'wordpres' is not one of wordpress, procfile: did you mean wordpress?",
        ),
        ({"app": {"secret": "short"}}, "notes.app.secret: its value must be at least 16 characters"),
        ({"app": {"port": 80}}, "notes.app.port: 80 is outside 1024..65534"),
        ({"app": {"keep": 1}}, "notes.app.keep: 1 is outside 2..100"),
        ({"app": {"health": {"path": "up"}}}, "notes.app.health.path: 'up' must be a path that begins with /"),
        ({"app": {"health": {"warm": ["x"]}}}, "notes.app.health.warm[0]: 'x' must be a path that begins with /"),
        ({"app": {"user": "Root"}}, "notes.app.user: 'Root' must be a user's name"),
        ({"app": {"constants": {}}}, "notes.app.constants: unknown key; known here are "),
        ({"app": {"env": {"A-B": "x"}}}, "notes.app.env.A-B: 'A-B' must be an environment variable's name"),
        ({"app": {"env": {"A": 1}}}, "notes.app.env.A: must be text, not a number: put it in quotes"),
        (
            {"app": {"source": {"sha256": "5E" * 32}}},
            f"notes.app.source.sha256: '{'5E' * 32}' must be 64 lower-case hexadecimal digits",
        ),
        (
            {"app": {"source": {"url": "ftp://x/y.zip"}}},
            "notes.app.source.url: 'ftp://x/y.zip' must be an https:// or http:// URL",
        ),
        (
            {"app": {"source": {"url": "https://me:a-password@example.org/y.zip"}}},
            "notes.app.source.url: has a login in its URL, which many would read: take it out",
        ),
        *(
            ({"app": {"source": {"url": url}}}, f"notes.app.source.url: {line}")
            for url, line in [
                ("me:a-password@example.org/y.zip", "has a login in its URL, which many would read: take it out"),
                ("https://me:a/password@example.org/y.zip", "its host or port cannot be read: mend the URL"),
                ("https://[::1/y.zip", "its host or port cannot be read: mend the URL"),
                (
                    "https://example.org/\u00e4.zip",
                    "'https://example.org/\u00e4.zip' must be an https:// or http:// URL",
                ),
                ("https://example.org/\x1b[2J", "'https://example.org/\\x1b[2J' must be an https:// or http:// URL"),
            ]
        ),
        (
            {"app": {"source": {"path": "/x.zip"}}},
            "notes.app.source: must have one of url, path and file, not url and path",
        ),
        ({"app": {"source": {"url": None}}}, "notes.app.source: must have one of url, path and file, not none"),
        ({"stores": {"Db": {"kind": "sqlite"}}}, "notes.stores.Db: 'Db' must be lower-case letters, digits and _"),
        ({"stores": {"db": {"kind": "sqlit"}}}, "notes.stores.db.kind: 'sqlit' is not one of mariadb, sqlite, "),
        ({"stores": {"db": {"path": "relative"}}}, "notes.stores.db.path: 'relative' must be an absolute path"),
        ({"stores": [{"kind": "sqlite"}]}, "notes.stores: must be a mapping, not a list"),
        ({"routes": [{"host": "Notes.example"}]}, "notes.routes[0].host: 'Notes.example' must be a host name"),
        ({"routes": [{"host": "a", "listen": "80"}]}, "notes.routes[0].listen: '80' must be address:port"),
        ({"routes": [{"host": "a", "router": "nginx"}]}, "notes.routes[0].router: 'nginx' is not one of haproxy"),
        ({"routes": [{"host": "a"}, {"host": "a"}]}, "notes.routes: route a on *:80 is there 2 times: keep one"),
        (
            {"plugins": {"use": [extension("x")]}},
            "notes.plugins: an application of kind procfile has none: remove them",
        ),
        ({"migration": {"backup": "maybe"}}, "notes.migration.backup: must be true or false, not 'maybe'"),
        (
            {"app": {"runtime": "none"}},
            "notes.routes: with runtime none your own web server holds the routes: remove them",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(over: dict[str, t.Any], line: str) -> None:
    assert refusal(notes(over)).startswith(line)


@pytest.mark.parametrize(
    ("over", "line"),
    [
        ({"stores": {"db": None}}, "blog.stores.db: is missing: WordPress needs a store named db (mariadb or sqlite)"),
        ({"stores": None}, "blog.stores.db: is missing: WordPress needs a store named db (mariadb or sqlite)"),
        (
            {"stores": {"db": {"kind": "sqlite", "database": None, "user": None, "password": None}}},
            "blog.plugins.use: an sqlite store needs the plugin sqlite-database-integration: add it",
        ),
        ({"stores": {"uploads": {"mount": "../up"}}}, "blog.stores.uploads.mount: '../up' must be a path inside the"),
        ({"stores": {"uploads": {"mount": "/up"}}}, "blog.stores.uploads.mount: '/up' must be a path inside the rel"),
        ({"stores": {"uploads": {"mount": "a/../b"}}}, "blog.stores.uploads.mount: 'a/../b' must be a path inside "),
        (
            {"stores": {"db": {"database": "a`b"}}},
            "blog.stores.db.database: 'a`b' must be 1 to 64 letters, digits and _",
        ),
        ({"stores": {"db": {"user": "a'b"}}}, 'blog.stores.db.user: "a\'b" must be 1 to 64 letters, digits and _'),
        ({"app": {"table_prefix": "a-"}}, "blog.app.table_prefix: 'a-' must be letters, digits and _"),
        ({"app": {"constants": {"x": 1}}}, "blog.app.constants.x: 'x' must be a constant's name"),
        ({"app": {"ini": {"x y": 1}}}, "blog.app.ini.x y: 'x y' must be a PHP setting's name"),
        ({"app": {"install": {"title": "x"}}}, "blog.app.install.user: is missing: the first administrator's name"),
        ({"app": {"port": 8080}}, "blog.app.port: unknown key"),
        (
            {"plugins": {"use": [extension("a"), extension("a")]}},
            "blog.plugins.use: plugin a is there 2 times: keep one",
        ),
        (
            {"plugins": {"use": [{**extension("a"), "source": {"sha256": SHA}}]}},
            "blog.plugins.use[0].source: must have one of url, path and file, not none",
        ),
        (
            {"plugins": {"use": [extension("a/b")]}},
            "blog.plugins.use[0].name: 'a/b' must be letters, digits, . _ and -",
        ),
        (
            {"plugins": {"use": [extension("hello.php")]}},
            "blog.plugins.use[0].name: 'hello.php' must be letters, digits, . _ and -, without .php at its end",
        ),
        ({"plugins": {"use": [extension("a", state="off")]}}, "blog.plugins.use[0].state: 'off' is not one of enabled"),
    ],
)
def test_what_wordpress_needs_is_told_with_its_path(over: dict[str, t.Any], line: str) -> None:
    assert refusal(blog(over), "blog").startswith(line)


@pytest.mark.parametrize("name", ["", "Notes", "1notes", "notes-", "a" * 25, "no/tes", "nötes", None, 5])
def test_a_site_needs_a_name_that_fits_everywhere(name: t.Any) -> None:
    assert refusal(notes(), name).startswith("site name: ")


@pytest.mark.parametrize(
    "mounts",
    [("files", "files/private"), ("files/private", "files"), ("a", "a"), ("a", "a-b", "a/c"), ("a/c", "a.d", "a")],
)
def test_a_mount_may_not_lie_in_another(mounts: tuple[str, ...]) -> None:
    stores = {f"s{number}": {"kind": "directory", "mount": mount} for number, mount in enumerate(mounts)}
    assert "lies in the mount" in refusal(notes({"stores": stores}))


def test_mounts_that_only_begin_alike_are_two_places() -> None:
    stores = {name: {"kind": "directory", "mount": name} for name in ("files", "files_private", "filesystem")}
    assert len(site_of(notes({"stores": stores})).stores) == 4


@pytest.mark.parametrize("path", ["/..", "/.", "/../etc", "/a/..", "/a/../b", "/a/.", "/a b", "/a:b", "/", "a"])
def test_a_store_lies_where_its_path_plainly_says(path: str) -> None:
    assert refusal(notes({"stores": {"db": {"path": path}}})).endswith("must be an absolute path")


@pytest.mark.parametrize("name", ["a b", "a;b", "a{b", "a}b", "a$b", "a%b", 'a"b', "a'b", "a:b", "a\\b", "a\tb"])
def test_a_path_holds_nothing_that_a_server_or_systemd_reads_otherwise(name: str) -> None:
    assert "must be an absolute path" in refusal(notes({"stores": {"db": {"path": f"/data/{name}"}}}))
    mounted = {"kind": "directory", "mount": f"up/{name}"}
    assert "must be a path inside the release" in refusal(notes({"stores": {"up": mounted}}))


@pytest.mark.parametrize("path", ["/data", "/data/.hidden", "/data/..x/y", "/a.b/c..d"])
def test_dots_in_names_are_no_matter(path: str) -> None:
    [store] = site_of(notes({"stores": {"db": {"path": path}}})).stores
    assert vars(store)["path"] == path


# what is published

KINDS_OF_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just([]), st.just({}), st.just([{}])
)


def places(data: t.Any, path: tuple[t.Any, ...] = ()) -> list[tuple[t.Any, ...]]:
    """Tell the path of everything in a structure."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(deeper for key, value in inside for deeper in places(value, (*path, key)))]


def put(data: t.Any, path: tuple[t.Any, ...], value: t.Any) -> t.Any:
    """Put something else at one place."""
    if not path:
        return value
    whole = copy.copy(data)
    whole[path[0]] = put(data[path[0]], path[1:], value)
    return whole


@pytest.mark.parametrize("make", [notes, blog])
def test_an_example_fits_what_is_published(make: t.Callable[[], t.Any]) -> None:
    SCHEMA.validate(make())


@given(
    data=st.sampled_from([notes(), blog()]),
    change=st.data(),
    value=KINDS_OF_VALUES | st.sampled_from(["5", "on", "30s", "haproxy", "mariadb", "procfile"]),
    key=st.sampled_from(["", "kind", "mount", "port", "sha256", "drain"]),
)
def test_whatever_is_put_anywhere_is_taken_or_refused_in_one_line(
    data: t.Any, change: st.DataObject, value: t.Any, key: str
) -> None:
    place = change.draw(st.sampled_from(places(data)))
    changed = put(data, place, {key: value} if key else value)
    line = refused(changed)
    if line is None:
        SCHEMA.validate(changed)
    else:
        assert line.startswith(("site", "plugin "))
        assert "\n" not in line


def test_what_is_published_is_itself_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)


def test_every_key_says_what_it_means() -> None:
    def silent(shape: t.Any, where: str) -> list[str]:
        if isinstance(shape, s.OneOf):
            return [one for inner in shape.shapes.values() for one in silent(inner, where)]
        if isinstance(shape, s.ListOf):
            return silent(shape.item, where)
        if isinstance(shape, s.MapOf):
            return silent(shape.value, where)
        if not isinstance(shape, s.Record):
            return []
        here = [f"{where}.{key}" for key, field in shape.fields.items() if not field.help]
        return here + [one for key, field in shape.fields.items() for one in silent(field.type, f"{where}.{key}")]

    assert silent(manifest.site_schema(), "site") == []


# the chain alone


def test_a_chain_can_be_read_without_the_rest_of_its_manifest() -> None:
    gone = {"name": "look", "kind": "theme", "state": "absent"}
    plugins, removed = manifest.parse_chain(
        "blog", {"app": {"version": 6}, "plugins": {"use": [extension("akismet"), gone]}}
    )
    assert [one.name for one in plugins] == ["akismet"]
    assert removed == (Removed("look", kind=ExtensionKind.THEME),)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ([], "blog: must be a mapping, not a list"),
        ({}, "blog.plugins: is missing: its plugin chain"),
        ({"plugin": {}}, "blog.plugin: unknown key: did you mean plugins?"),
        (
            {"plugins": {"use": [extension("akismet"), extension("akismet")]}},
            "blog.plugins.use: plugin akismet is there 2 times: keep one",
        ),
        (
            {"plugins": {"use": [{**extension("akismet"), "source": {"sha256": SHA}}]}},
            "blog.plugins.use[0].source: must have one of url, path and file, not none",
        ),
    ],
)
def test_what_is_wrong_in_a_chain_is_told(data: t.Any, line: str) -> None:
    with pytest.raises(ManifestError) as refused:
        manifest.parse_chain("blog", data)
    assert str(refused.value) == line


def test_only_a_site_that_is_kept_where_it_is_needs_no_application() -> None:
    data = {"plugins": {"use": [extension("akismet")]}}
    manifest.require_valid("blog", data, "/var/www/html")
    with pytest.raises(ManifestError, match=r"blog\.app: is missing"):
        manifest.require_valid("blog", data)
    with pytest.raises(ManifestError, match=r"blog\.plugins: is missing"):
        manifest.require_valid("blog", {}, "/var/www/html")
