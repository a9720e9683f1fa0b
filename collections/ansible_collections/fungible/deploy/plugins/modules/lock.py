#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# What it does is in the action plugin of the same name: it runs on the controller, and no host is asked.

from __future__ import annotations

DOCUMENTATION = r"""
module: lock
short_description: Resolve the extensions of all sites to exact versions, and keep them in one file
version_added: 0.1.0
description:
  - Asks the sources that the catalogue and the sites name which versions there are, takes the newest that each entry
    allows, fetches and verifies it, and writes C(fungible.lock), which belongs under version control.
  - What is locked stays as it is until O(update) asks for it, or until the catalogue no longer allows it.
  - It runs on the controller, which needs the Python library C(requests) for sources that are asked over the network.
options:
  update:
    description:
      - The extensions to update to the newest version that their entries allow. V(all) means all of them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.lock
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Sources are asked, and artifacts are fetched into the folder that keeps them.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
author:
  - The fungible authors (@fungible-deploy)
seealso:
  - module: fungible.deploy.plugin_chain
"""

EXAMPLES = r"""
- name: Lock the extensions of the sites of all hosts
  fungible.deploy.lock:
    sites: "{{ dict(ansible_play_hosts_all | zip(told)) }}"
    catalogue: "{{ fungible_catalogue }}"
    update: [akismet]
  vars:
    told: "{{ ansible_play_hosts_all | map('extract', hostvars) | map(attribute='fungible_sites', default={}) }}"
  run_once: true
"""

RETURN = r"""
steps:
  description: What was changed in the lock, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["update akismet 5.3 -> 5.3.1 (>=5.3,<6)"]
outside:
  description: Newer versions that no entry allows, of those that were to be updated.
  returned: success
  type: list
  elements: str
  sample: ["akismet stays 5.3.1: 6.0 is newer, and not >=5.3,<6"]
lock:
  description: The lock file.
  returned: success
  type: str
"""
