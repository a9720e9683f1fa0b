# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does `./dev demo` do: deploy a site here, upgrade it under load, go back and forth, and count what was lost."""

from __future__ import annotations

import argparse
import json
import signal
import time
import typing as t
from dataclasses import dataclass, field

from . import demo_programs, places, show
from .demo_app import Ports
from .demo_figures import QUIET, SWITCHING, Cutover, Step, Switch, faults, print_cutovers, print_steps, requests
from .demo_fleet import Fleet
from .demo_places import CACHE, HERE, free_ports, fresh, shown
from .demo_processes import prefer
from .environment import ensure_venv
from .errors import ToolError
from .load import Aim, Load, measure_capacity

if t.TYPE_CHECKING:
    from .demo_app import App
    from .demo_play import Play

REQUIREMENTS = places.TOOLS / "requirements-demo.txt"
COLLECTIONS = places.CHECKOUT / "collections"
SHARE = 0.6  # of what the site can serve
MOST = 200.0  # requests a second: enough for every moment to have its visitor
PREFERENCE = 10  # by so much the site and its visitors go first (see nice(1)), where we may ask for that
LONGEST = 900.0  # seconds of load, if the demo were not to end it before
MEASURING = 1.5  # seconds
PATIENCE = 30.0  # of a visitor, in seconds: one who waits is counted by the percentiles, one who gets nothing is lost


@dataclass
class Story:
    """Be what has happened so far."""

    app: App
    fleet: Fleet
    begun: float
    steps: list[Step] = field(default_factory=list)
    cutovers: list[Cutover] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    databases: list[str] = field(default_factory=list)


def main(args: argparse.Namespace) -> int:
    """Run the demo and return its exit code."""
    begun = time.monotonic()
    if args.json and not args.json.absolute().parent.is_dir():
        raise ToolError(f"{args.json}: there is no such folder to write to")
    with fresh(args.cache or CACHE):
        story = _prepare(begun)
        _deploy(story)
        _change_under_load(story)
        _rerun(story)
        verdict = _tell(story)
        if args.json:
            args.json.write_text(json.dumps(_figures(story), indent=1) + "\n", encoding="utf-8")
        if args.keep:
            _keep(story)
    return verdict


def _prepare(begun: float) -> Story:
    show.section("What is needed")
    app = demo_programs.choose()
    python = ensure_venv("demo", REQUIREMENTS)
    app.fetch()
    ports = Ports(free_ports(1), free_ports(2))
    show.note(f"Ready: {app.title} {' and '.join(app.versions)}, {', '.join(app.programs)}, HAProxy, Ansible.")
    fleet = Fleet(HERE, app, ports, python, COLLECTIONS)
    fleet.write()
    return Story(app, fleet, begun)


def _deploy(story: Story) -> None:
    app, fleet, version = story.app, story.fleet, story.app.versions[0]
    show.section(f"Deploy {app.title} {version}: ansible-playbook fungible.deploy.site")
    show.note(f"The manifest is in {shown(HERE / 'site.yml')}, the inventory in {shown(HERE / 'hosts.yml')}.")
    fleet.want(version)
    _play(story, f"deploy {version}", "fungible.deploy.site")
    for number in (1, 2, 3):
        app.write(fleet.url, f"Post {number}")
    story.written = app.content(fleet.url)
    story.databases.append(app.database(HERE))
    _require_served(story, version)
    show.note(f"The site is open: {fleet.url}/ ({app.wrote})")


def _change_under_load(story: Story) -> None:
    """Upgrade, roll back and go forward again while visitors read."""
    old, new = story.app.versions
    show.section(f"Upgrade to {new} under load: ansible-playbook fungible.deploy.site")
    prefer(HERE, PREFERENCE)
    show.note(f"In {shown(HERE / 'site.yml')} only the application's version and source are changed.")
    story.fleet.want(new)
    _cut_over(story, f"upgrade to {new}", "fungible.deploy.site", new)
    story.databases.append(story.app.database(HERE))
    show.note(f"The database was migrated meanwhile: {story.databases[0]} became {story.databases[1]}.")
    story.app.write(story.fleet.url, f"Post on {new}")
    story.written = {**story.app.content(story.fleet.url), **story.written}
    show.section(f"Roll back to {old} under load: ansible-playbook fungible.deploy.rollback")
    _cut_over(story, f"back to {old}", "fungible.deploy.rollback", old)
    show.section(f"Forward again to {new} under load: ansible-playbook fungible.deploy.site")
    _cut_over(story, f"again to {new}", "fungible.deploy.site", new)
    prefer(HERE, 0)


def _rerun(story: Story) -> None:
    show.section("Run the same playbook once more: ansible-playbook fungible.deploy.site")
    _play(story, "rerun", "fungible.deploy.site")


def _play(story: Story, name: str, playbook: str, *, humbly: bool = False) -> Play:
    log = f"{len(story.steps) + 1}-{name.replace(' ', '-')}.log"
    done = story.fleet.run(playbook, log, humbly=humbly)
    story.steps.append(Step(name, done))
    show.note(f"changed={done.changed}, {show.duration(done.seconds)}")
    return done


def _cut_over(story: Story, name: str, playbook: str, version: str) -> None:
    """Run the playbook while visitors come, whether or not those before them were answered."""
    port = story.fleet.ports.site
    aim = Aim(
        f"http://127.0.0.1:{port}",
        paths=story.app.paths,
        host=f"localhost:{port}",
        release_header="X-Fungible-Slot",
        timeout=PATIENCE,
    )
    capacity = measure_capacity(aim, MEASURING)
    rate = min(SHARE * capacity, MOST)
    show.note(f"The site can answer {capacity:.0f} requests a second. {rate:.0f} come; Ansible lets them go first.")
    before = Switch.read(HERE, story.app.site)
    with Load.start(aim.at(rate, LONGEST)) as load:
        preferred = prefer(HERE, PREFERENCE)
        time.sleep(QUIET)
        done = _play(story, name, playbook, humbly=not preferred)
        switch = Switch.read(HERE, story.app.site)
        _require_served(story, version)
        _require_content(story)
        time.sleep(max(switch.done + SWITCHING + QUIET - time.time(), 0))
        report = load.stop()
    story.cutovers.append(Cutover(name, before.slot, done, switch, report, capacity, rate))


def _require_served(story: Story, version: str) -> None:
    served = story.app.served(story.fleet.url)
    if served != version:
        raise ToolError(f"the site says that it is {story.app.title} {served}, not {version}")


def _require_content(story: Story) -> None:
    there = story.app.content(story.fleet.url)
    lost = [name for name, value in story.written.items() if there.get(name) != value]
    if lost:
        raise ToolError(f"{lost[0]} was written before, and is not there any more as it was")


def _tell(story: Story) -> int:
    """Print what it took and what visitors noticed; the verdict is the exit code."""
    show.section("What it took")
    print_steps(story.steps)
    show.section("What visitors noticed")
    print_cutovers(story.cutovers)
    _suggest(story)
    reasons = faults(story.cutovers, story.steps[-1])
    for reason in reasons:
        show.error(f"the demo failed: {reason}")
    return 1 if reasons else 0


def _suggest(story: Story) -> None:
    site = shown(HERE / "srv/fungible" / story.app.site)
    show.section("Try next")
    for command, why in {
        "./dev demo --keep": "the same, and the site stays up for you",
        f"cat {shown(HERE / 'site.yml')}": "the manifest; hosts.yml beside it is the inventory",
        f"ls {site}/releases": "both releases, whole and side by side",
        f"ls {shown(HERE / 'log')}": "what Ansible said, run by run",
    }.items():
        show.note(f"{command:42} {why}")


def _keep(story: Story) -> None:
    """Leave the site up until Ctrl-C."""
    show.section(f"The site stays up until Ctrl-C: {story.fleet.url}/")
    for line in story.app.hints(story.fleet.url):
        show.note(line)
    show.note("In another terminal:")
    for command, why in {
        f"{shown(HERE / 'play')} fungible.deploy.site --check --diff": "tells that nothing would change",
        f"{shown(HERE / 'play')} fungible.deploy.rollback": f"goes back to {story.app.versions[0]}",
        f"curl -sI {story.fleet.url} | grep -i fungible": "tells which slot answers",
    }.items():
        show.note(f"  {command:52} {why}")
    try:
        signal.pause()
    except KeyboardInterrupt:
        print(flush=True)


def _figures(story: Story) -> dict[str, t.Any]:
    """Return what the result file keeps."""
    return {
        "application": story.app.title,
        "versions": story.app.versions,
        "databases": story.databases,
        "seconds": round(time.monotonic() - story.begun, 3),
        "rerun_changed": story.steps[-1].play.changed,
        **requests(story.cutovers),
        "cutovers": [cutover.to_dict() for cutover in story.cutovers],
        "steps": [step.to_dict() for step in story.steps],
    }
