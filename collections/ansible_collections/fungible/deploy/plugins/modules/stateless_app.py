#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stateless_app
short_description: Stage a release, run its instance beside what is live, or take the app away
version_added: 0.1.0
description:
  - Builds an immutable release from verified artifacts and runs it as an instance in a sandbox that can write
    nothing but the declared stores.
  - The instance gets no visitors yet. That is what M(fungible.deploy.cutover) is for.
options:
  state:
    description:
      - V(staged) builds the release beside the others, or repairs it where files are missing, changed or added.
      - V(running) starts the instance in the free slot, waits until it is healthy and warms it. An instance that does
        not become healthy is stopped and marked bad, and the error has its last log lines. The release must be staged
        and migrated.
      - V(absent) takes routes, instances and releases away. Stores stay.
    type: str
    choices: [staged, running, absent]
    default: running
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.changes
seealso:
  - module: fungible.deploy.stateless_app_info
"""

EXAMPLES = r"""
- name: Build the release
  fungible.deploy.stateless_app:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    state: staged

- name: Run it beside what is live
  fungible.deploy.stateless_app:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    state: running

- name: Take the app away and keep its stores
  fungible.deploy.stateless_app:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    state: absent
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, in its order.
  returned: success
  type: list
  elements: str
  sample: ["compose release 6.5-6a204bd89f3c"]
needs:
  description:
    - Files that must first travel from the controller. The action plugin sends them and runs the module again, so
      this is not seen where it is used.
  returned: when files must travel
  type: list
  elements: dict
"""

from ..module_utils._core.app import stateless_app
from ..module_utils._face import change


def main() -> None:
    """Run the module."""
    change(
        {
            "state": {"type": "str", "choices": ["staged", "running", "absent"], "default": "running"},
        },
        stateless_app,
    )


if __name__ == "__main__":
    main()
