# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does `./dev` understand, and which file answers it."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import signal
import sys
import typing as t
from pathlib import Path

from . import places, show
from .errors import ToolError

if t.TYPE_CHECKING:
    from types import FrameType

COMMANDS = {
    "demo": ("demo", "deploy a real WordPress here, upgrade it under load, roll back, and count what visitors lost"),
    "test": ("suite", "run every check: lint, types, units, real parts, the demo, test hosts"),
    "bench": ("bench", "measure what a deploy and a cutover cost, beside how it is done today"),
}


class Parser(argparse.ArgumentParser):
    """Complain in one line, and exit with 2."""

    def error(self, message: str) -> t.NoReturn:
        """Print the complaint and where help is."""
        show.error(f"{message} (try: {self.prog} --help)")
        sys.exit(2)


def main(argv: list[str]) -> int:
    """Do what was asked for and return the exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit_on_signal)
    try:
        return _answer(argv)
    except KeyboardInterrupt:
        show.error("stopped")
        return 130
    except BrokenPipeError:  # who read the output, as in `./dev | head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ToolError as exc:
        show.error(str(exc))
        return 1


def explanation() -> str:
    """Say what the commands do and where things are kept."""
    commands = "\n".join(f"  ./dev {name:6} {text}" for name, (_, text) in COMMANDS.items())
    kept = _short(places.cache())
    return (
        f"Usage: ./dev COMMAND [options]\n\n{commands}\n\n"
        "Nothing but Python 3 has to be there: what is missing is announced, then installed.\n"
        "  programs               with apt, when you are root (else you are told the command)\n"
        f"  virtual environments   {kept}/venvs\n"
        f"  downloaded artifacts   {kept}/artifacts\n"
        f"  logs                   {kept}/logs\n"
        "  the demo               .demo/ in this checkout, with downloads of its own\n"
        "All of it can be deleted. Options of a command: ./dev COMMAND --help"
    )


def parser() -> argparse.ArgumentParser:
    """Build the parser of the whole command line."""
    top = Parser(prog="./dev", description="Run fungible's demo, tests and benchmarks.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name, (_, text) in COMMANDS.items():
        _OPTIONS[name](commands.add_parser(name, help=text, description=text, allow_abbrev=False))
    return top


def _demo_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--keep", action="store_true", help="leave the site up at the end, until Ctrl-C")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    command.add_argument(
        "--cache", type=_folder, metavar="DIR", help="where downloads and programs are kept (default: .demo/cache)"
    )


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _test_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--fast", action="store_true", help="only what needs no containers")
    command.add_argument("-k", dest="expression", metavar="EXPR", help="only tests whose name matches (as in pytest)")


def _bench_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks")
    command.add_argument("--json", type=Path, metavar="FILE", help="also write the results to a file")


_OPTIONS: dict[str, t.Callable[[argparse.ArgumentParser], None]] = {
    "demo": _demo_options,
    "test": _test_options,
    "bench": _bench_options,
}


def _answer(argv: list[str]) -> int:
    if not argv or argv[0] in {"-h", "--help"}:
        print(explanation(), flush=True)
        return 0
    _complain_of_unknown_command(argv[0])
    args, unknown = parser().parse_known_args(argv)
    if unknown:
        show.error(f"unknown option {unknown[0]!r} (try: ./dev {args.command} --help)")
        return 2
    module = importlib.import_module(f"fungible_dev.{COMMANDS[args.command][0]}")
    return int(module.main(args))


def _complain_of_unknown_command(word: str) -> None:
    if word.startswith("-") or word in COMMANDS:
        return
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
    show.error(f"unknown command {word!r}: {hint}")
    sys.exit(2)


def _exit_on_signal(signum: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signum)  # an exception, so that what has begun is cleaned up


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if home in path.parents else str(path)
