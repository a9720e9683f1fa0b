# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What does an unchanged rerun of a whole site cost, beside a playbook with as many pings."""

from __future__ import annotations

import json
import os
import re
import typing as t
from pathlib import Path

from . import artifacts, bench_site, commands, places
from .bench_cutover import _free_port
from .bench_figure import Figure, best
from .environment import ensure_venv


def figures() -> t.Iterator[Figure]:
    """Measure `ansible-playbook fungible.deploy.site` where nothing has to change."""
    python = ensure_venv("demo", bench_site.REQUIREMENTS)
    plugins = {"sqlite-database-integration": artifacts.sqlite_integration()}
    manifest = bench_site.wordpress_manifest(artifacts.wordpress("6.4.5"), plugins, listen=f"127.0.0.1:{_free_port()}")
    with bench_site.site() as site:
        values = {
            "fungible_sites": {"bench": manifest},
            "fungible_root": str(site.root),
            "fungible_become": False,
            "ansible_python_interpreter": str(python),
        }
        (site.root / "vars.json").write_text(json.dumps(values))

        def play(name: str) -> str:
            argv = [
                f"{python.parent}/ansible-playbook",
                "-i",
                "localhost,",
                "-c",
                "local",
                name,
                "-e",
                f"@{site.root}/vars.json",
            ]
            env = {"ANSIBLE_COLLECTIONS_PATH": str(places.CHECKOUT / "collections")}
            env |= {"ANSIBLE_LOCALHOST_WARNING": "false", "PATH": os.environ["PATH"]}
            return commands.run(argv, log="bench-play", env=env)

        play("fungible.deploy.site")
        rerun = play("fungible.deploy.site")
        tasks = int(re.findall(r"ok=(\d+)", rerun)[0])
        changed = int(re.findall(r"changed=(\d+)", rerun)[0])
        value = best(lambda: play("fungible.deploy.site"), 4)
        baseline = best(lambda: play(str(_pings(site.root, tasks))), 4)
    what, against = "unchanged rerun of a whole site", f"a playbook of {tasks} ping tasks"
    yield Figure("rerun", what, against, value, 1.5, baseline=baseline, more={"rerun_changed": changed})


def _pings(folder: Path, tasks: int) -> Path:
    play = {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"name": f"Ping {number}", "ansible.builtin.ping": {}} for number in range(tasks)],
    }
    path = folder / "pings.yml"
    path.write_text(json.dumps([play]))
    return path
