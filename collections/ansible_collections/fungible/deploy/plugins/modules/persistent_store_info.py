#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: persistent_store_info
short_description: Tell what is there of the persistent stores of a site
version_added: 0.1.0
description:
  - Reads the stores and compares them with the manifest.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.informs
seealso:
  - module: fungible.deploy.persistent_store
"""

EXAMPLES = r"""
- name: Tell what is there of the persistent stores of a site
  fungible.deploy.persistent_store_info:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
  register: found
"""

RETURN = r"""
stores:
  description: Each store by its name.
  returned: success
  type: dict
  contains:
    kind:
      description: The kind of store.
      type: str
      returned: success
    found:
      description: What is there. Empty where nothing is.
      type: dict
      returned: success
    declared:
      description: The same facts as the manifest wants them.
      type: dict
      returned: success
    steps:
      description: What M(fungible.deploy.persistent_store) would do.
      type: list
      elements: str
      returned: success
"""

from ..module_utils._core.store import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform({}, facts)


if __name__ == "__main__":
    main()
