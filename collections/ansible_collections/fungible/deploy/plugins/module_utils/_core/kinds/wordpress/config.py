# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which database does a wp-config.php name? Read as text, never run; what is not said plainly is not guessed.

Where WordPress looks for the file: https://github.com/WordPress/WordPress/blob/6.4.5/wp-load.php.
PHP's strings and comments: https://www.php.net/manual/en/language.types.string.php, .../language.basic-syntax.comments.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ...errors import HostError

FILE: t.Final = "wp-config.php"
MOVED: t.Final = ("WP_CONTENT_DIR", "WP_PLUGIN_DIR", "DB_DIR", "DB_FILE", "FQDB", "FQDBDIR")
FOLDERS: t.Final = {
    "WP_CONTENT_DIR": "wp-content",
    "WP_PLUGIN_DIR": "wp-content/plugins",
    "WPMU_PLUGIN_DIR": "wp-content/mu-plugins",
}
NETWORK: t.Final = ("MULTISITE", "SUBDOMAIN_INSTALL", "VHOST", "SUNRISE")
MOST: t.Final = 1 << 18  # bytes of such a file that is read
_MEANT: t.Final = ("DB_NAME", "DB_HOST", *MOVED, *NETWORK)
_TOKEN: t.Final = re.compile(
    r"""
    (?P<comment> /\*.*?\*/ | (?://|\#(?!\[))(?:(?!\?>)[^\r\n])* )
    | (?P<string> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
    | (?P<refused> <<< | ` | \?> | ["'\x00] | /\* )
    | (?P<other> [^/\#'"`<?\x00]+ | . )
    """,
    re.DOTALL | re.VERBOSE,
)
_LITERAL: t.Final = "\x00([0-9]+)\x00"
_WORD: t.Final = "\x00"
_DEFINE: t.Final = re.compile(rf"\bdefine\s*\(\s*{_LITERAL}\s*,\s*(?:{_LITERAL}|(\w+))?", re.IGNORECASE)
_FOLDER: t.Final = re.compile(
    rf"\bdefine\s*\(\s*{_LITERAL}\s*,\s*"
    rf"(?:(?:(__DIR__|ABSPATH|WP_CONTENT_DIR)|(dirname\s*\(\s*__FILE__\s*\)))\s*\.\s*)?(?:{_LITERAL}\s*\)\s*;)?",
    re.IGNORECASE,
)
_PREFIX: t.Final = re.compile(rf"\$table_prefix\s*=\s*{_LITERAL}\s*;")
_LOAD: t.Final = re.compile(rf"\brequire(?:_once)?\b[\s(]*(?:ABSPATH|__DIR__)\s*\.\s*{_LITERAL}[\s)]*;", re.IGNORECASE)
_ELSEWHERE: t.Final = re.compile(
    r"\b(?:include|require|eval|endif|endswitch|endwhile|endfor|endforeach|const|extract|goto|__halt_compiler)\b|\binclude_|\brequire_"
    r"|\$GLOBALS\b|\$\$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Config:
    """Be what a wp-config.php says of the database, as far as it is asked for; its password is not."""

    database: str
    host: str
    prefix: str
    network: bool  # of several sites


@dataclass(frozen=True)
class Folder:
    """Be what a wp-config.php says of one of FOLDERS: `rest` after `base`, or nothing that could be read."""

    name: str
    base: str = ""
    rest: str = ""


def folders(text: str) -> list[Folder]:
    """Tell what it says of WordPress's folders, each time that it does."""
    try:
        code, strings = _parts(text)
    except HostError:
        return [Folder(name) for name in FOLDERS if re.search(rf"""define\s*\(\s*['"]{name}['"]""", text)]
    found = []
    for one in _FOLDER.finditer(code):
        base = "__DIR__" if one[3] else (one[2] or "").upper()
        found.append(Folder(strings[int(one[1])], base, strings[int(one[4])] if one[4] else ""))
    return [one for one in found if one.name in FOLDERS]


def config(text: str) -> Config:
    """Read it, or say why that cannot be done soundly."""
    code, strings = _parts(text)
    said = _said(code, strings)
    moved = [name for name in MOVED if name in said]
    if moved:
        raise HostError(f"{FILE} sets {moved[0]}")
    return Config(
        _plain(said.get("DB_NAME"), "DB_NAME", r"[\w-]{1,64}"),
        _plain(said.get("DB_HOST"), "DB_HOST", r"[\w./:-]{1,200}"),
        _prefix(code, strings),
        _is_network(said),
    )


def _prefix(code: str, strings: list[str]) -> str:
    found = _PREFIX.search(code)
    once = code.count("$table_prefix") == 1 and not any("table_prefix" in one for one in strings)
    if not found or not once or not _is_statement(code, found.start()):
        raise HostError(f"{FILE} does not plainly say $table_prefix")
    return _plain(strings[int(found[1])], "$table_prefix", r"\w{1,50}")


def _parts(text: str) -> tuple[str, list[str]]:
    """Part code from its strings, which are numbered in it, and leave comments out."""
    before, opening, rest = text.lstrip("\ufeff").partition("<?php")
    if before.strip() or not opening:
        raise HostError(f"{FILE} is not plain PHP")
    code, strings = [], []
    for token in _TOKEN.finditer(rest):
        kind, said = token.lastgroup, token[0]
        if kind == "refused":
            if said == "?>" and not rest[token.end() :].strip():
                break
            raise HostError(f"{FILE} is not plain PHP")
        if kind == "string":
            strings.append(_unquoted(said))
            said = f"\x00{len(strings) - 1}\x00"
        code.append(" " if kind == "comment" else said)
    return "".join(code), strings


def _unquoted(said: str) -> str:
    """Tell what a string holds; one that PHP would look into stays with a character that no name has."""
    if said[0] == '"' and re.search(r"[\\$]", said):
        return said
    return re.sub(r"\\([\\'])", r"\1", said[1:-1])


def _said(code: str, strings: list[str]) -> dict[str, str | None]:
    """Tell the constants that are asked for; the value is none of what is no plain string or word."""
    loads = list(_LOAD.finditer(code))
    if len(loads) > 1 or any(strings[int(one[1])].lstrip("/") != "wp-settings.php" for one in loads):
        raise HostError(f"{FILE} loads other files")
    if _ELSEWHERE.search(_LOAD.sub(" ", code)):
        raise HostError(f"{FILE} loads other files, or is not plain")
    found: dict[str, str | None] = {}
    defines = list(_DEFINE.finditer(code))
    if len(defines) != len(re.findall(r"\bdefine\b", code, re.IGNORECASE)) or "define" in strings:
        raise HostError(f"{FILE} defines what has no plain name")
    for one in defines:
        name = strings[int(one[1])]
        if name.startswith('"'):
            raise HostError(f"{FILE} defines what has no plain name")
        if name in _MEANT:
            if name in found or not _is_statement(code, one.start()):
                raise HostError(f"{FILE} defines {name} twice, or only sometimes")
            found[name] = _value(code, one, strings)
    return found


def _value(code: str, one: re.Match[str], strings: list[str]) -> str | None:
    """Tell a string, or a word marked as such."""
    if not re.match(r"\s*\)\s*;", code[one.end() :]):
        return None
    return strings[int(one[2])] if one[2] else f"{_WORD}{one[3]}"


def _is_statement(code: str, at: int) -> bool:
    """Tell whether it is a statement of its own, that nothing decides about."""
    before = code[:at]
    return before.count("{") == before.count("}") and (before.rstrip() or ";")[-1] in ";}"


def _plain(value: str | None, name: str, pattern: str) -> str:
    if not value or not re.fullmatch(pattern, value, re.ASCII):
        raise HostError(f"{FILE} does not plainly say {name}")
    return value


def _is_network(said: dict[str, str | None]) -> bool:
    """Decide as WordPress's is_multisite() does; what is not plainly off may be on."""
    if "MULTISITE" in said:
        return (said["MULTISITE"] or "").lower() != f"{_WORD}false"
    return any(name in said for name in NETWORK)
