# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How do the developer tools print: sections, notes, aligned tables, durations."""

from __future__ import annotations

import os
import sys
import typing as t

BOLD, DIM, RED = "1", "2", "31"


def colour(text: str, code: str, stream: t.TextIO | None = None) -> str:
    """Colour the text where a person reads it, and nowhere else."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\033[{code}m{text}\033[0m"


def section(title: str) -> None:
    """Print the title of what follows."""
    print(f"\n{colour(title, BOLD)}", flush=True)


def note(text: str) -> None:
    """Print one indented line."""
    print(f"  {text}", flush=True)


def under_way(text: str) -> None:
    """Tell a person what is waited for; the next note takes its place."""
    if sys.stdout.isatty():
        print(f"  {text} ...", end="\r", flush=True)


def error(text: str) -> None:
    """Print one line to standard error."""
    print(colour(f"dev: {text}", RED, sys.stderr), file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Write a duration with the precision that a person can use."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def table(header: t.Sequence[str], rows: t.Iterable[t.Sequence[object]], *, indent: int = 2) -> None:
    """Print rows under a header, columns aligned, numbers to the right."""
    for line in table_lines(header, rows):
        print(" " * indent + line)
    sys.stdout.flush()


def table_lines(header: t.Sequence[str], rows: t.Iterable[t.Sequence[object]]) -> list[str]:
    """Lay the table out as lines of text."""
    given = [list(row) for row in rows]
    texts = [list(header), *([_cell(value) for value in row] for row in given)]
    columns = range(len(header))
    widths = [max(len(row[column]) for row in texts) for column in columns]
    right = [_is_numeric([row[column] for row in given]) for column in columns]

    def line(row: list[str]) -> str:
        sides = (str.rjust if to_right else str.ljust for to_right in right)
        return "  ".join(side(row[column], widths[column]) for column, side in enumerate(sides)).rstrip()

    return [line(texts[0]), "  ".join("-" * width for width in widths), *map(line, texts[1:])]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _is_numeric(column: t.Sequence[object]) -> bool:
    numbers = [value for value in column if value is not None]
    return bool(numbers) and all(_looks_numeric(value) for value in numbers)


def _looks_numeric(value: object) -> bool:
    return isinstance(value, (int, float)) or str(value)[:1].isdigit()
