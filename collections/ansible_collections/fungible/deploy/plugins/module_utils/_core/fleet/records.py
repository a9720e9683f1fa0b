# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does one record of a feed say? OSV's and Wordfence Intelligence's; what has another shape says nothing.

https://ossf.github.io/osv-schema/, as recorded in https://github.com/cydave/wphash-vuln-data
https://www.wordfence.com/help/wordfence-intelligence/v2-accessing-and-consuming-the-vulnerability-data-feed/
"""

from __future__ import annotations

import re
import typing as t
from functools import cmp_to_key

from .php_versions import compare
from .vulnerabilities import CORE, Package, Range, Vulnerability

VERSION_MOST: t.Final = 100
TEXT_MOST: t.Final = 300
LIST_MOST: t.Final = 10_000
# Composer's repositories of WordPress packages: https://wpackagist.org, https://wp-packages.org
_VENDORS: t.Final = {
    "wpackagist-plugin": "plugin",
    "wpackagist-theme": "theme",
    "wp-plugin": "plugin",
    "wp-theme": "theme",
}
_CORES: t.Final = ("wordpress", "johnpbloch/wordpress", "johnpbloch/wordpress-core", "roots/wordpress")
_UNPRINTABLE: t.Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028-\u202e\ud800-\udfff]+")
_KINDS: t.Final = ("plugin", "theme", "core")


def is_wordfence(record: t.Any) -> bool:
    """Tell whether a record is one of Wordfence's."""
    return isinstance(record, dict) and isinstance(record.get("software"), list) and isinstance(record.get("id"), str)


def is_osv(record: t.Any) -> bool:
    """Tell whether a record is one of OSV's; a withdrawn one may say nothing of packages."""
    return (
        isinstance(record, dict)
        and isinstance(record.get("id"), str)
        and (isinstance(record.get("affected"), list) or "withdrawn" in record)
    )


def of_wordfence(record: t.Any) -> t.Iterator[Vulnerability]:
    """Tell what a record of Wordfence's says of each package."""
    cvss = _mapping(record.get("cvss"))
    for one in _mappings(record["software"]):
        kind, slug = _text(one.get("type")), _text(one.get("slug"))
        if kind in _KINDS and slug:
            yield Vulnerability(
                package=CORE if kind == "core" else (kind, slug.lower()),
                id=_text(record.get("cve")) or _text(record["id"]),
                title=_text(record.get("title")),
                severity=_text(cvss.get("rating")).lower(),
                link=next((_text(link) for link in _list(record.get("references"))), ""),
                ranges=tuple(
                    _wordfence_range(raw) for raw in _mappings(_mapping(one.get("affected_versions")).values())
                ),
                fixed=tuple(_version(version) for version in _list(one.get("patched_versions"))),
            )


def _wordfence_range(raw: t.Mapping[str, t.Any]) -> Range:
    low, high = (_version(raw.get(key)) for key in ("from_version", "to_version"))
    included = (raw.get(key) is not False for key in ("from_inclusive", "to_inclusive"))
    return Range("" if low == "*" else low, "" if high == "*" else high, *included)


def of_osv(record: t.Any) -> t.Iterator[Vulnerability]:
    """Tell what a record of OSV's says of each package of WordPress's."""
    if record.get("withdrawn"):
        return
    for one in _mappings(record.get("affected")):
        package = _osv_package(_mapping(one.get("package")))
        if package:
            ranges = [raw for raw in _mappings(one.get("ranges")) if raw.get("type") != "GIT"]
            events = [event for raw in ranges for event in _mappings(raw.get("events"))]
            yield Vulnerability(
                package=package,
                id=_osv_id(record),
                title=_text(record.get("summary")) or _text(record.get("details")),
                severity=_osv_severity(record),
                link=_osv_link(record),
                ranges=tuple(found for raw in ranges for found in _osv_ranges(_mappings(raw.get("events")))),
                versions=frozenset(_version(version) for version in _list(one.get("versions"))),
                fixed=tuple(_version(event["fixed"]) for event in events if "fixed" in event),
            )


def _osv_id(record: t.Mapping[str, t.Any]) -> str:
    """Prefer the number that other feeds know it by too."""
    names = [_text(record["id"]), *(_text(name) for name in _list(record.get("aliases")))]
    return next((name for name in names if name.startswith("CVE-")), names[0])


def _osv_package(raw: t.Mapping[str, t.Any]) -> Package | None:
    """Tell which package of WordPress's is meant; feeds write its ecosystem in more than one way."""
    ecosystem, name = _text(raw.get("ecosystem")).lower(), _text(raw.get("name")).lower()
    if not ecosystem.startswith(("wordpress", "packagist")):
        return None
    if name in _CORES:
        return CORE
    vendor, _slash, slug = name.rpartition("/")
    kind = _VENDORS.get(vendor)
    if kind is None and ecosystem.startswith("wordpress"):  # WordPress, WordPress:Theme, wordpress-plugin
        kind = "theme" if "theme" in ecosystem else "plugin"
    return (kind, slug) if kind and slug else None


def _osv_severity(record: t.Mapping[str, t.Any]) -> str:
    word = _text(_mapping(record.get("database_specific")).get("severity")).lower()
    return word or next((_text(one.get("score")) for one in _mappings(record.get("severity"))), "")


def _osv_link(record: t.Mapping[str, t.Any]) -> str:
    links = _mappings(record.get("references"))
    best = sorted(links, key=lambda link: link.get("type") != "ADVISORY")
    return next((_text(link.get("url")) for link in best if _text(link.get("url"))), "")


def _osv_ranges(events: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[Range]:
    """Pair events, in the order of their versions: from each `introduced` to what ends it."""
    found = [(_version(event[key]), key) for event in events for key in _ENDS if key in event]
    begun: str | None = None
    for version, key in sorted(found, key=cmp_to_key(_earlier)):
        if key == "introduced":
            begun = version if begun is None else begun
        elif begun is not None:
            yield Range("" if begun == "0" else begun, version, with_high=key == "last_affected")
            begun = None
    if begun is not None:
        yield Range("" if begun == "0" else begun)


# At one version, what was affected ends before what is introduced anew.
_ENDS: t.Final = {"fixed": 0, "introduced": 1, "last_affected": 2}


def _earlier(one: tuple[str, str], other: tuple[str, str]) -> int:
    return compare(one[0], other[0]) if one[0] != other[0] else _ENDS[one[1]] - _ENDS[other[1]]


def _text(value: t.Any) -> str:
    """Take text as one line without control characters, and no more of it than fits a table."""
    return _UNPRINTABLE.sub(" ", value[:TEXT_MOST]).strip() if isinstance(value, str) else ""


def _version(value: t.Any) -> str:
    return _text(value)[:VERSION_MOST]


def _mapping(value: t.Any) -> t.Mapping[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _list(value: t.Any) -> list[t.Any]:
    return value[:LIST_MOST] if isinstance(value, list) else []


def _mappings(value: t.Any) -> list[t.Mapping[str, t.Any]]:
    known = list(value) if isinstance(value, t.ValuesView) else value
    return [one for one in _list(known) if isinstance(one, dict)]
