#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_info
short_description: Tell the extensions of all sites of a host, as declared, on disk and live
version_added: 0.1.0
description:
  - Looks at every site of a host in one call, for the inventory of a fleet. The applications are not loaded for it.
  - A site that cannot be read has an C(error) in place of its facts, and does not hide the others.
  - P(fungible.deploy.fleet_table#filter) makes a table of what all hosts told, and the playbook
    C(fungible.deploy.inventory) does both.
options:
  sites:
    description:
      - The sites' manifests by their names, usually C(fungible_sites), secrets included.
    type: dict
    required: true
  secrets:
    description:
      - Secrets of the manifests by the sites' names and their paths. The module's action plugin moves them here, where
        Ansible hides them, so this is rarely written by hand.
    type: dict
    default: {}
  notes:
    description:
      - What the catalogue and the lock say of the sites beside their manifests, by the sites' names. The module's
        action plugin fills this in, so this is rarely written by hand.
    type: dict
    default: {}
  root:
    description:
      - What stands in for V(/) on the host, for demonstrations and tests.
    type: path
    default: /
  thorough:
    description:
      - Hash every byte of the releases. Without it sizes, times and modes are compared.
    type: bool
    default: false
extends_documentation_fragment:
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.informs
author:
  - The fungible authors (@fungible-deploy)
seealso:
  - module: fungible.deploy.plugin_chain_info
"""

EXAMPLES = r"""
- name: Tell the extensions of all sites
  fungible.deploy.inventory_info:
    sites: "{{ fungible_sites }}"
    catalogue: "{{ fungible_catalogue }}"
  register: found
"""

RETURN = r"""
sites:
  description:
    - Each site by its name, with its application, its C(release) and whether it is C(staged), the C(live) release, and
      its C(extensions), each with its name, kind, state, declared C(version), the version C(on_disk), the one that is
      C(loaded) by the live release, and how many of its files are C(differing).
    - Extensions that the chain does not have are V(shipped) with the application, or V(undeclared).
  returned: success
  type: dict
"""

from ..module_utils._core.fleet.inventory import facts
from ..module_utils._face import inform_of_all


def main() -> None:
    """Run the module."""
    inform_of_all({"thorough": {"type": "bool", "default": False}}, facts)


if __name__ == "__main__":
    main()
