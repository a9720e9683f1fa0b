#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cutover_info
short_description: Tell what of a site is live, and since when
version_added: 0.1.0
description:
  - Reads the journal and the router, on disk and at work.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.informs
seealso:
  - module: fungible.deploy.cutover
"""

EXAMPLES = r"""
- name: Tell what of a site is live, and since when
  fungible.deploy.cutover_info:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
  register: found
"""

RETURN = r"""
live:
  description: The id of the live instance, or null.
  returned: success
  type: str
  sample: 6.5-6a204bd89f3c.1f00c2aa
since:
  description: When it became live, in seconds since 1970.
  returned: success
  type: float
previous:
  description: The id of the instance that was live before, which a rollback goes back to.
  returned: success
  type: str
bad:
  description: Instances that were marked bad, and why.
  returned: success
  type: dict
routes:
  description: The declared routes.
  returned: success
  type: list
  elements: dict
router:
  description: Whether the router is configured and runs, and the weights of the slots on disk and at work.
  returned: success
  type: dict
steps:
  description: What M(fungible.deploy.cutover) would do.
  returned: success
  type: list
  elements: str
refused:
  description: What stands in the way of those steps, in one line.
  returned: when something does
  type: str
"""

from ..module_utils._core.cutover import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform({}, facts)


if __name__ == "__main__":
    main()
