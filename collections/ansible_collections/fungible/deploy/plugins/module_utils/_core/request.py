# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does a face hand over, and what does it get back? A plan is made, and carried out unless only checking."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from . import context
from .errors import CoreError
from .manifest import manifest, secrets
from .manifest.model import Notes
from .plan import Plan

if t.TYPE_CHECKING:
    from .context import Context
    from .host.protocol import Host
    from .manifest.model import Source
    from .places import Ground

LOCK_WAIT: t.Final = 60.0


@dataclass(frozen=True)
class Request:
    """Be what a face hands over: the manifest, its secrets if they came apart, and where files that travelled are."""

    site: str
    manifest: t.Any = field(repr=False)
    secrets: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    files: t.Mapping[str, str] = field(default_factory=dict)  # sha256 -> path on the host
    root: str = "/"
    warnings: tuple[str, ...] = ()  # what people should hear of how the manifest came to be
    notes: Notes = field(default_factory=Notes)

    @property
    def public(self) -> t.Any:
        return secrets.split(secrets.join(self.manifest, self.secrets))[0]

    def on(self, host: Host) -> Context:
        whole = secrets.join(self.manifest, self.secrets)
        site = manifest.with_source_at(manifest.parse(self.site, whole), self.files)
        return context.of(host, replace(site, notes=self.notes), self.root)


@dataclass(frozen=True)
class Outcome:
    """Be what came of a call: the plan, carried out unless only checking; or which files must travel first."""

    plan: Plan
    needs: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()  # what people should hear beside it


Make = t.Callable[[], "tuple[Plan, list[Source]]"]


def carry_out(host: Host, ctx: Ground, make: Make, check: bool) -> Outcome:
    """Make the plan and, unless only checking, carry it out; nobody else is at work on the site meanwhile."""
    if check:
        return Outcome(make()[0])
    with host.lock(ctx.places.lock, LOCK_WAIT):
        todo, needs = make()
        if needs:
            return Outcome(Plan(), tuple(needs))
        todo.apply(host)
        return Outcome(todo)


def foretold(*makes: t.Callable[[], Plan]) -> dict[str, t.Any]:
    """Tell the steps that plans would have, or what stands in their way; the other facts are told all the same."""
    try:
        return {"steps": words(*(make() for make in makes))}
    except CoreError as exc:
        return {"steps": [], "refused": str(exc)}


def words(*plans: Plan) -> list[str]:
    """Tell the steps of plans as a person reads them."""
    return [str(step) for plan in plans for step in plan.steps]
