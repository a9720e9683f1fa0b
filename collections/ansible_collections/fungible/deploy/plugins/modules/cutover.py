#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cutover
short_description: Make the running instance of a site live, or go back to the one before it
version_added: 0.1.0
description:
  - Switches new visitors to the instance through HAProxy's runtime API, lets requests in flight finish, stops the
    old instance and keeps its release.
  - The configuration on disk always agrees with what runs, so that a restart of HAProxy changes nothing.
  - An instance that was marked bad is refused.
options:
  rollback:
    description:
      - Make the instance live that was live before the manifest's. It is started again where it was stopped.
      - Where something other than the manifest's instance is live already, nothing is changed.
    type: bool
    default: false
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.changes
seealso:
  - module: fungible.deploy.cutover_info
"""

EXAMPLES = r"""
- name: Switch to the new release
  fungible.deploy.cutover:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"

- name: Go back to the one before
  fungible.deploy.cutover:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    rollback: true
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, in its order.
  returned: success
  type: list
  elements: str
  sample: ["switch actioncenter to 6.5-6a204bd89f3c.1f00c2aa"]
needs:
  description:
    - Files that must first travel from the controller. The action plugin sends them and runs the module again, so
      this is not seen where it is used.
  returned: when files must travel
  type: list
  elements: dict
"""

from ..module_utils._core.cutover import cut_over
from ..module_utils._face import change


def main() -> None:
    """Run the module."""
    change(
        {
            "rollback": {"type": "bool", "default": False},
        },
        cut_over,
    )


if __name__ == "__main__":
    main()
