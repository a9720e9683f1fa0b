#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: migration
short_description: Back up the databases of a site and run the migration of its release, once
version_added: 0.1.0
description:
  - Runs the new release's own migration in its sandbox before the release gets visitors, after a verified backup.
    For WordPress that is its own upgrade routine, for a Procfile its C(release) line.
  - A migration that fails or is cut off is run again by the next run. A finished one is not.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.changes
seealso:
  - module: fungible.deploy.migration_info
"""

EXAMPLES = r"""
- name: Bring the database up to the release
  fungible.deploy.migration:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, in its order.
  returned: success
  type: list
  elements: str
  sample: ["migrate actioncenter to release 6.5-6a204bd89f3c"]
needs:
  description:
    - Files that must first travel from the controller. The action plugin sends them and runs the module again, so
      this is not seen where it is used.
  returned: when files must travel
  type: list
  elements: dict
"""

from ..module_utils._core.migration import migrate
from ..module_utils._face import change


def main() -> None:
    """Run the module."""
    change({}, migrate)


if __name__ == "__main__":
    main()
