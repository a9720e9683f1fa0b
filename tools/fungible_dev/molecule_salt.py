# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does a Salt master do to its minions: run orchestrations from a test, ask minions, and read what they said."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from .errors import ToolError

if t.TYPE_CHECKING:
    from .hosts import Host

Return = t.Dict[str, t.Any]  # noqa: UP006 - evaluated, and ./dev starts on 3.9


@dataclass(frozen=True)
class Orchestrated:
    """What an orchestration did to all its minions."""

    told: tuple[Return, ...]  # its own states, in their order
    output: str = field(repr=False)  # all that was said

    @property
    def stages(self) -> dict[str, dict[str, list[str]]]:
        """Return what each stage did on which minions, in its order."""
        on_minions = [one for one in self.told if not one["__id__"].startswith("tell of ")]
        return {
            one["__id__"]: {minion: steps_of(states) for minion, states in one["changes"].get("ret", {}).items()}
            for one in on_minions
        }

    @property
    def failures(self) -> list[str]:
        """Return the comments of what did not succeed."""
        return [one["comment"] for one in self.told if one["result"] is not True]

    def on(self, minion: str) -> list[str]:
        """Return all that was done on a minion, in its order."""
        return [step for stage in self.stages.values() for step in stage.get(minion, [])]


@dataclass(frozen=True)
class Master:
    """A salt-master on a host."""

    machine: Host

    def orchestrate(self, sls: str, **pillar: t.Any) -> Orchestrated:
        """Run an orchestration to its end; one that fails is an error."""
        words = ("salt-run", "--out=json", "state.orchestrate", sls, f"pillar={json.dumps(pillar)}")
        ran = self.machine.run(*words, check=False)
        if not ran.stdout.startswith("{"):
            raise ToolError(f"{' '.join(words)}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        [states] = json.loads(ran.stdout)["data"].values()
        told = tuple(sorted(states.values(), key=lambda one: one["__run_num__"]))
        done = Orchestrated(told, ran.stdout + ran.stderr)
        if ran.returncode or done.failures:
            raise ToolError(f"{' '.join(words)} failed: {'; '.join(done.failures)}")
        return done

    def ask(self, function: str, *args: str, to: str = "*") -> dict[str, t.Any]:
        """Run a function on minions, and return by minion what each said."""
        ran = self.machine.run("salt", "--out=json", "--static", to, function, *args)
        found: dict[str, t.Any] = json.loads(ran.stdout)
        return found


def steps_of(states: t.Mapping[str, Return]) -> list[str]:
    """Return what states of a minion did, in their order."""
    ordered = sorted(states.values(), key=lambda one: one["__run_num__"])
    return [step for one in ordered if one["changes"] for step in one["comment"].split("; ")]
