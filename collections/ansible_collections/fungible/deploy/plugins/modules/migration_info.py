#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_info
short_description: Tell which migrations of a site were run, and which backups there are
version_added: 0.1.0
description:
  - Reads the journal of the site and its backups.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.informs
seealso:
  - module: fungible.deploy.migration
"""

EXAMPLES = r"""
- name: Tell which migrations of a site were run, and which backups there are
  fungible.deploy.migration_info:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
  register: found
"""

RETURN = r"""
release:
  description: The id of the release that the manifest describes.
  returned: success
  type: str
pending:
  description: Whether its migration is still to be run.
  returned: success
  type: bool
migrated:
  description: When each release's migration was verified, in seconds since 1970.
  returned: success
  type: dict
backups:
  description: The paths of the backups on the host.
  returned: success
  type: list
  elements: str
steps:
  description: What M(fungible.deploy.migration) would do.
  returned: success
  type: list
  elements: str
"""

from ..module_utils._core.migration import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform({}, facts)


if __name__ == "__main__":
    main()
