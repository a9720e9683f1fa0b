# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does a fleet's inventory look: as a table for people, as JSON, or as CSV for a spreadsheet?"""

from __future__ import annotations

import csv
import io
import json
import typing as t
from dataclasses import asdict, fields

from ..errors import ManifestError
from ..manifest.schema import Choice
from ..wording import printable
from . import feed
from .table import Facts, Row, Updates, packages, rows, some

FORMATS: t.Final = ("table", "json", "csv")
COLUMNS: t.Final = ("extension", "kind", "declared", "live", "state", "drift", "vulnerable", "update", "where")
FORMULA: t.Final = ("=", "+", "-", "@")
FEW: t.Final = 3

Documents = t.Iterable[tuple[str, str]]


def report(
    hosts: t.Mapping[str, Facts],
    style: str = "table",
    *,
    documents: Documents = (),
    updates: Updates | None = None,
) -> str:
    """Write the inventory of a fleet, from what each host told; one that could not be asked told its `error`."""
    _require_facts(hosts)
    known = feed.read(documents, packages(hosts))
    return WRITERS[Choice(FORMATS).parse(style, "format")](rows(hosts, known, updates or {}))


def _require_facts(hosts: t.Mapping[str, t.Any]) -> None:
    for host, facts in hosts.items():
        if not isinstance(facts, t.Mapping) or not (facts.get("error") or isinstance(facts.get("sites"), t.Mapping)):
            raise ManifestError(f"{host}: what it told is no inventory: ask it with the same version of fungible")


def _json(found: t.Sequence[Row]) -> str:
    """Write every row with all that is known of it."""
    data = [asdict(row) for row in found]
    return json.dumps({"format": 1, "extensions": data}, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _csv(found: t.Sequence[Row]) -> str:
    """Write a line a row, by RFC 4180; no cell begins like a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([field.name for field in fields(Row)])
    for row in found:
        cells = [*asdict(row).values()]
        writer.writerow([_harmless(_flat(cell)) for cell in cells])
    return text.getvalue()


def _flat(cell: t.Any) -> str:
    if isinstance(cell, str):
        return printable(cell)
    return printable("; ".join(one if isinstance(one, str) else f"{one['id']} in {one['version']}" for one in cell))


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _table(found: t.Sequence[Row]) -> str:
    """Write what is the same in many places as one line, and below it what the vulnerabilities are."""
    where: dict[tuple[str, ...], list[str]] = {}
    for row in found:
        where.setdefault(_cells(row), []).append(printable("/".join(part for part in (row.host, row.site) if part)))
    lines = [(*cells, some(where[cells], FEW)) for cells in sorted(where)]
    return "".join([_aligned([COLUMNS, *lines]), *_explained(found)])


def _cells(row: Row) -> tuple[str, ...]:
    names = ", ".join(dict.fromkeys(one["id"] for one in row.vulnerabilities))
    live = row.live or (row.on_disk if not row.declared else "")
    cells = (row.name, row.kind, row.declared, live, row.state, "; ".join(row.drift), names, row.update)
    return tuple(map(printable, cells))


def _aligned(lines: t.Sequence[t.Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n" for line in lines)


def _explained(found: t.Sequence[Row]) -> t.Iterator[str]:
    known = {(row.name, one["id"]): (row, one) for row in found for one in row.vulnerabilities}
    for row, one in (known[key] for key in sorted(known)):
        fixed = f"fixed in {one['fixed']}" if one["fixed"] else "no fix is known"
        severity = f" ({one['severity']})" if one["severity"] else ""
        yield f"\n{one['id']}{severity}: {row.name} {one['affected']}, {fixed}: {one['title']}"
        yield f"\n  {one['link']}" if one["link"] else ""
    yield "\n" if known else ""


WRITERS: t.Final[dict[str, t.Callable[[t.Sequence[Row]], str]]] = {"table": _table, "json": _json, "csv": _csv}
