#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stateless_app_info
short_description: Tell what is there of the releases and instances of a site
version_added: 0.1.0
description:
  - Reads releases and instances, and compares the manifest's release with the listing of its files.
options:
  thorough:
    description:
      - Hash every byte of the release. Without it sizes, times and modes are compared.
    type: bool
    default: false
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.informs
seealso:
  - module: fungible.deploy.stateless_app
"""

EXAMPLES = r"""
- name: Tell what is there of the releases and instances of a site
  fungible.deploy.stateless_app_info:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
  register: found
"""

RETURN = r"""
release:
  description: The id of the release that the manifest describes.
  returned: success
  type: str
  sample: 6.5-6a204bd89f3c
instance:
  description: The id of the instance that the manifest describes.
  returned: success
  type: str
  sample: 6.5-6a204bd89f3c.1f00c2aa
runtime:
  description: What keeps its processes running, V(systemd), V(supervisor) or V(none).
  returned: success
  type: str
sandboxed:
  description: Whether instances run in a sandbox.
  returned: success
  type: bool
staged:
  description: Whether the release is on the host.
  returned: success
  type: bool
damage:
  description: The paths of the release that are missing, changed or added.
  returned: success
  type: dict
left_out:
  description: What the artifacts ship below the mount of a store, where the store hides it.
  returned: success
  type: list
  elements: str
releases:
  description: Every release on the host, with when it was staged and migrated, and whether it is live or was before.
  returned: success
  type: list
  elements: dict
instances:
  description: Every instance on the host, with its slot, its address, whether it runs, is live, or why it is bad.
  returned: success
  type: list
  elements: dict
steps:
  description: What M(fungible.deploy.stateless_app) would do to have the manifest's instance running.
  returned: success
  type: list
  elements: str
refused:
  description: What stands in the way of those steps, in one line.
  returned: when something does
  type: str
"""

from ..module_utils._core.app import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform(
        {
            "thorough": {"type": "bool", "default": False},
        },
        facts,
    )


if __name__ == "__main__":
    main()
