#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: persistent_store
short_description: Make the persistent stores of a site present, detach one, or purge it
version_added: 0.1.0
description:
  - Makes databases, their users with no more rights than an application needs, and directories, with their owners
    and modes.
  - Data that exist are never touched. Detaching takes the site's access away and leaves the data.
options:
  state:
    description:
      - V(present) makes the stores, or repairs their rights.
      - V(absent) detaches the one named in O(store); its data stay, unless O(purge) names it too.
    type: str
    choices: [present, absent]
    default: present
  store:
    description:
      - The name of one store. Without it O(state=present) is about all stores of the manifest.
      - Required with O(state=absent).
    type: str
  purge:
    description:
      - The store's name once more, to delete its data. A verified backup is made first.
    type: str
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.changes
seealso:
  - module: fungible.deploy.persistent_store_info
"""

EXAMPLES = r"""
- name: Make every store of the site
  fungible.deploy.persistent_store:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"

- name: Detach a store and keep its data
  fungible.deploy.persistent_store:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    state: absent
    store: uploads

- name: Delete a store after a backup
  fungible.deploy.persistent_store:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
    state: absent
    store: uploads
    purge: uploads
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, in its order.
  returned: success
  type: list
  elements: str
  sample: ["create store db (MariaDB database actioncenter)"]
needs:
  description:
    - Files that must first travel from the controller. The action plugin sends them and runs the module again, so
      this is not seen where it is used.
  returned: when files must travel
  type: list
  elements: dict
"""

from ..module_utils._core.store import persistent_store
from ..module_utils._face import change


def main() -> None:
    """Run the module."""
    change(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "store": {"type": "str"},
            "purge": {"type": "str"},
        },
        persistent_store,
    )


if __name__ == "__main__":
    main()
