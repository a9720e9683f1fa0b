# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How is a run made to die before each of its changes in turn, each time from the same beginning?"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from .dying import CountingHost, DyingHost, Ended, in_child
from .picture import half_done, picture
from .prober import Prober

if t.TYPE_CHECKING:
    from types import TracebackType

    from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Host

    from .beginning import Beginning
    from .machine import Answer
    from .prober import Whole

    Run = t.Callable[[Host], t.Sequence[str]]


COUNTS: t.Final[list[str]] = []  # for the summary at the end of the session


class Watched(t.NamedTuple):
    """A run in a child: how it ended, and what visitors got meanwhile that was no whole page."""

    ended: Ended
    bad: list[Answer]


@dataclass
class Death:
    """One death: before which change, and what visitors got until then; what is wrong after it is kept for the end."""

    deaths: Deaths = field(repr=False)
    number: int
    before: str
    bad: list[Answer]

    def __enter__(self) -> Death:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if not isinstance(error, AssertionError):
            return False
        self.deaths.wrong.append(f"died before change {self.number} ({self.before}): {error}")
        return True

    def then(self, run: Run, is_whole: Whole) -> Watched:
        """Do another run, in a fresh process."""
        return self.deaths.watched(lambda: run(CountingHost()), is_whole)


class Deaths:
    """Every death of a run: first it is left to live once, so that its changes and its end are known."""

    def __init__(self, begin: Beginning, run: Run) -> None:
        self.begin, self._run = begin, run
        self.wrong: list[str] = []
        self.tried = 0
        counting = CountingHost()
        run(counting)
        self.changes = counting.passed
        self.end, self.programs = picture(begin.machine.root), begin.machine.programs()
        assert half_done(begin.machine.root) == []

    def of(self, is_whole: Whole, numbers: t.Sequence[int] = ()) -> t.Iterator[Death]:
        """Come back to the beginning and die, before each change or those of these numbers."""
        for number in numbers or range(1, len(self.changes) + 1):
            self.begin.come_back()
            self.tried += 1
            watched = self.watched(lambda: self._run(DyingHost(number)), is_whole)  # noqa: B023 - called here
            assert watched.ended.killed, watched.ended
            yield Death(self, number, self.changes[number - 1], watched.bad)

    def about(self, *names: str) -> list[int]:
        """Tell the numbers of the changes to such files or by such programs."""
        return [
            number
            for number, what in enumerate(self.changes, 1)
            if any(f"/{name}" in what or what.endswith(name) for name in names)
        ]

    def late(self, every: int) -> list[int]:
        """Tell the numbers of every so manyth change, once the release is there."""
        staged = max(self.about("journal.json")[:2])
        return list(range(staged, len(self.changes) + 1, every))

    def again(self, is_whole: Whole) -> Watched:
        """Do the run once more, in a fresh process."""
        return self.watched(lambda: self._run(CountingHost()), is_whole)

    def watched(self, work: t.Callable[[], t.Sequence[str]], is_whole: Whole) -> Watched:
        with Prober(self.begin.machine.listen, is_whole) as prober:
            ended, bad = prober.during(lambda: in_child(work))
        assert not ended.error, ended.error
        return Watched(ended, bad)

    def tell(self) -> None:
        """Fail if anything was wrong after any death; keep for the summary how many there were."""
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" ")[0]
        COUNTS.append(f"{test}: {self.tried} deaths, in a run of {len(self.changes)} changes")
        assert not self.wrong, "\n\n".join(self.wrong)
