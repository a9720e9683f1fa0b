# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Where should an extension be looked for, and which versions of it will do, where it is not said to the byte?"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

from .. import versions
from ..errors import ManifestError
from ..manifest import schema as s
from ..manifest.manifest import SHA256, SLUG, SOURCE, URL, VERSION

PLACES: t.Final = ("url", "path", "file", "directory", "composer", "folder")
VERSIONS: t.Final = s.Text(
    f"(?:{VERSION.pattern})|(?:{versions.RANGE})", "must be a version, or comparisons such as >=5.3,<6"
)


def is_range(version: str) -> bool:
    """Tell whether many versions will do; where none is said, any will."""
    return not version or version[0] in "<>=! "


@dataclass(frozen=True)
class Wanted:
    """Be a source as people write it: to the byte, or to be resolved."""

    sha256: str = ""
    url: str = ""
    path: str = ""
    file: str = ""
    tree: str = ""
    redirects: tuple[str, ...] = ()
    directory: str = ""
    slug: str = ""
    composer: str = ""
    package: str = ""
    folder: str = ""

    @property
    def is_exact(self) -> bool:
        return bool(self.sha256)

    def written(self) -> dict[str, t.Any]:
        """Tell what was written, without what was left out."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in known.items() if value}

    def __str__(self) -> str:
        place = next((getattr(self, key) for key in PLACES if getattr(self, key)), "")
        return " ".join(part for part in (self.package or self.slug, place) if part)


SOURCES: t.Final = s.Record(
    {
        **SOURCE.fields,
        "sha256": s.Field(SHA256, "the digest of the artifact's bytes; without it the lock has it", ""),
        "directory": s.Field(
            s.Url(rf"wordpress\.org|{URL.pattern}", "must be wordpress.org, or the URL of a mirror"),
            "a plugin or theme directory: wordpress.org, or the URL of a mirror",
            "",
        ),
        "slug": s.Field(SLUG, "its name in the directory; default: its name", ""),
        "composer": s.Field(URL, "a Composer repository that has a packages.json", ""),
        "package": s.Field(
            s.Text(r"[a-z0-9][a-z0-9_.-]{0,98}/[a-z0-9][a-z0-9_.-]{0,98}", "must be vendor/name"),
            "its name in the Composer repository",
            "",
        ),
        "folder": s.Field(s.Text(), "a folder of zips on the controller or master", ""),
    },
    lambda redirects, **values: Wanted(redirects=tuple(redirects), **values),
)


@dataclass(frozen=True)
class Want:
    """Be an extension that has to be resolved: what it is, which versions will do (empty: any), where to look."""

    name: str
    kind: str
    version: str
    source: Wanted

    @property
    def key(self) -> tuple[t.Any, ...]:
        return self.name, self.kind, self.version, sorted((key, str(one)) for key, one in self.source.written().items())

    def allows(self, version: str) -> bool:
        """Tell whether a version will do."""
        if not is_range(self.version):
            return version == self.version
        return not self.version or bool(versions.fits(version, self.version))

    def __str__(self) -> str:
        return f"{self.name} ({self.version or 'any version'} from {self.source})"


def check(where: str, version: str | None, source: Wanted) -> None:
    """Insist that a source says where it comes from, once, and says no more than belongs there."""
    at = f"{where}.source"
    found = [place for place in PLACES if getattr(source, place)]
    if len(found) != 1:
        known = f"{', '.join(PLACES[:-1])} and {PLACES[-1]}"
        raise ManifestError(f"{at}: must have one of {known}, not {' and '.join(found) or 'none'}")
    if bool(source.composer) != bool(source.package):
        raise ManifestError(f"{at}: composer and package belong together: give both")
    if source.slug and not source.directory:
        raise ManifestError(f"{at}.slug: belongs to directory: take it out")
    if source.path and not source.sha256:
        raise ManifestError(f"{at}.sha256: is missing: what is on hosts cannot be locked from here")
    if (source.sha256 or source.tree) and not (source.url or source.path or source.file):
        raise ManifestError(f"{at}: a digest belongs to url, path or file: take it out, and the lock has it")
    if source.tree and not source.sha256:
        raise ManifestError(f"{at}.sha256: is missing: tree is of no use without it")
    if source.sha256 and version is not None and is_range(version):
        said = (
            "is missing: its version, in quotes" if not version else "must be one version, since sha256 is that of one"
        )
        raise ManifestError(f"{where}.version: {said}")
