# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Are files those that wordpress.org published? It has checksums of its directory's plugins, and of WordPress itself.

The answers have the shapes that https://github.com/wp-cli/checksum-command is tested with: for each path an `md5` and
often a `sha256`, either of them one digest or a list where releases differ in their ends of lines. WordPress's own are
of https://codex.wordpress.org/WordPress.org_API#Checksum, one `md5` a path.
"""

from __future__ import annotations

import enum
import json
import re
import typing as t
from dataclasses import asdict, dataclass, field
from posixpath import basename, join, split
from urllib.parse import quote, urlencode

from ...release.listing import Damage

if t.TYPE_CHECKING:
    from ...host.protocol import Host

DOWNLOADS: t.Final = "https://downloads.wordpress.org"
API: t.Final = "https://api.wordpress.org"
MOST: t.Final = 16 << 20
MOST_FILES: t.Final = 100_000
OK: t.Final = 200
NOT_FOUND: t.Final = 404
# The one that WordPress ships, as https://github.com/wp-cli/checksum-command knows it, has another name than its file.
SLUGS: t.Final = {"hello": "hello-dolly"}
OWN: t.Final = "wp-content/"  # what WordPress ships there is replaced by the site's own
VERSION: t.Final = re.compile(r"^\s*\$(wp_version|wp_local_package)\s*=\s*'([^']{1,40})'", re.MULTILINE)


class State(enum.Enum):
    """Be what came of the question."""

    SAME = "same"
    DIFFERS = "differs"
    NONE = "none"  # nothing is published of it
    UNKNOWN = "unknown"  # nobody answered


@dataclass(frozen=True)
class Published:
    """Be what wordpress.org published of something: the digests that each file may have; or why there are none."""

    state: State
    files: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    why: str = ""


def of_plugin(host: Host, slug: str, version: str, base: str = "") -> Published:
    """Ask for the checksums of a plugin's version."""
    path = f"/plugin-checksums/{quote(slug, safe='')}/{quote(version, safe='')}.json"
    return _asked(host, f"{base or DOWNLOADS}{path}", "files")


def of_application(host: Host, version: str, locale: str = "en_US", base: str = "") -> Published:
    """Ask for the checksums of a WordPress."""
    asked = urlencode({"version": version, "locale": locale})
    return _asked(host, f"{base or API}/core/checksums/1.0/?{asked}", "checksums")


def _without_content(known: Published) -> Published:
    """Leave out what WordPress ships in the folder that is the site's."""
    own = {path: one for path, one in known.files.items() if not path.startswith(OWN)}
    return Published(known.state, own, known.why)


def release_of(version_file: str) -> tuple[str, str]:
    """Tell a WordPress's version and locale from its wp-includes/version.php, read as text."""
    found = dict(VERSION.findall(version_file[: 1 << 16]))
    return found.get("wp_version", ""), found.get("wp_local_package", "en_US")


def compared(host: Host, tree: str, paths: t.Collection[str], known: Published) -> dict[str, t.Any]:
    """Tell how a tree's files differ from what was published."""
    if known.state in (State.NONE, State.UNKNOWN):
        return {"state": known.state.value, "why": known.why, **asdict(Damage())}
    there, wanted = set(paths), known.files.keys()
    changed = (path for path in there & wanted if not _is(host, join(tree, path), known.files[path]))
    damage = Damage(tuple(sorted(wanted - there)), tuple(sorted(changed)), tuple(sorted(there - wanted)))
    return {"state": (State.DIFFERS if damage else State.SAME).value, "why": "", **asdict(damage)}


def none(why: str) -> Published:
    """Say that nothing is published, without asking."""
    return Published(State.NONE, why=why)


def _is(host: Host, path: str, digests: frozenset[str]) -> bool:
    """Hold a file against its digests, the longer ones where there are some."""
    strong = {one for one in digests if len(one) > len(_MD5)}
    return host.digest(path) in strong if strong else host.digest(path, "md5") in digests


_MD5: t.Final = "0" * 32


def _asked(host: Host, url: str, key: str) -> Published:
    reply = host.fetch(url, MOST)
    if reply.status == NOT_FOUND:
        return none("wordpress.org publishes no checksums of it")
    if reply.status != OK:
        return Published(State.UNKNOWN, why=f"{url}: {reply.body if not reply.status else f'answered {reply.status}'}")
    try:
        files = json.loads(reply.body)[key]
        if files is False:  # the answer about a version of WordPress that is not known
            return none("wordpress.org publishes no checksums of it")
        return Published(State.SAME, {path: _digests(one) for path, one in _bounded(files)})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Published(State.UNKNOWN, why=f"{url}: answered no checksums")


def _bounded(files: t.Any) -> list[tuple[str, t.Any]]:
    found = list(files.items())
    if len(found) > MOST_FILES:
        raise ValueError
    return found


def _digests(one: t.Any) -> frozenset[str]:
    """Take the digests of one file, however they are written."""
    values = [one] if isinstance(one, str) else [one[key] for key in ("sha256", "md5") if key in one]
    every = [each for value in values for each in ([value] if isinstance(value, str) else value)]
    return frozenset(each.lower() for each in every)


def facts(
    host: Host, where: t.Callable[[str], str], paths: t.Sequence[str], plugins: t.Mapping[str, str], base: str
) -> dict[str, t.Any]:
    """Tell how a WordPress's own files, and those of plugins in their places, differ from what was published.

    A plugin's version is the one that its release says; `plugins` has it by its place, a folder or a single file, and
    `where` tells where a place is on the host.
    """
    version, locale = release_of(host.read(where("wp-includes/version.php")) or "")
    own = [path for path in paths if not path.startswith(OWN) and path != "wp-config.php"]
    shipped = of_application(host, version, locale, base)
    folders = {place: version for place, version in plugins.items() if not place.endswith(".php")}
    files = {place: version for place, version in plugins.items() if place not in folders}
    told = {
        **{at: _plugin(host, where(at), _below(paths, at), version, base) for at, version in folders.items()},
        **{at: _file(host, where(at), at, version, shipped, base) for at, version in files.items()},
    }
    return {
        "application": compared(host, where(""), own, _without_content(shipped)),
        "plugins": {basename(at): one for at, one in told.items()},
    }


def slug_of(file: str) -> str:
    """Tell under which name wordpress.org has a plugin that is a single file."""
    name = file[: -len(".php")]
    return SLUGS.get(name, name)


def _file(host: Host, path: str, place: str, version: str, shipped: Published, base: str) -> dict[str, t.Any]:
    """Compare a plugin of a single file with the one that this WordPress ships, else with that of the directory."""
    folder, name = split(path)
    known = Published(State.SAME, {name: shipped.files.get(place, frozenset())})
    if not _is(host, path, known.files[name]):
        asked = of_plugin(host, slug_of(name), version, base) if version else none("its file says no version")
        lacks = asked.state is State.SAME and name not in asked.files
        known = none(f"wordpress.org publishes no {name} of {slug_of(name)} {version}") if lacks else asked
        known = Published(known.state, {name: known.files.get(name, frozenset())}, known.why)
    return compared(host, folder, [name], known)


def _plugin(host: Host, tree: str, paths: list[str], version: str, base: str) -> dict[str, t.Any]:
    known = of_plugin(host, basename(tree), version, base) if version else none("its files say no version")
    return compared(host, tree, paths, known)


def _below(paths: t.Sequence[str], place: str) -> list[str]:
    return [path[len(place) + 1 :] for path in paths if path.startswith(f"{place}/")]
