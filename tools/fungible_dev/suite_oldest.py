# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the built collection work with the oldest ansible-core that it says it does?"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from .demo_app import Ports
from .demo_fleet import Fleet
from .demo_places import free_ports
from .demo_processes import end_all
from .demo_procfile import Notes
from .errors import ToolError
from .suite_stage import Outcome
from .suite_venvs import newest_between, venv_of

PYTHONS = ((3, 10), (3, 12))  # what ansible-core 2.17 runs on


def deploy_with_oldest(collections: Path) -> Outcome:
    """Deploy a site with the role, twice; the second time nothing may change."""
    python = newest_between(PYTHONS)
    if python is None:
        return Outcome(skipped=1, left_out=("no Python 3.10 to 3.12 was found, which ansible-core 2.17 needs",))
    folder = Path(tempfile.mkdtemp(prefix="fg-", dir="/tmp"))  # sockets lie below it, so its path must be short
    fleet = Fleet(folder, Notes(), Ports(free_ports(1), free_ports(2)), venv_of(python, "oldest"), collections)
    try:
        _deploy(fleet)
    except ToolError as exc:
        return Outcome.of(False, "\n".join([str(exc), *_logs(folder)]))
    finally:
        end_all(folder)
        shutil.rmtree(folder)
    return Outcome.of(True, "")


def _deploy(fleet: Fleet) -> None:
    app = fleet.app
    app.fetch()
    fleet.write()
    fleet.want(app.versions[0])
    first, again = (fleet.run("fungible.deploy.site", f"{name}.log", aloud=False) for name in ("first", "again"))
    if not first.changed or again.changed:
        raise ToolError(f"the first run says changed={first.changed}, the second changed={again.changed}")
    if app.served(fleet.url) != app.versions[0]:
        raise ToolError("the site does not answer as the version that was deployed")


def _logs(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8", errors="replace") for path in sorted((folder / "log").glob("*.log"))]
