#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# What it does is in the action plugin of the same name: it runs on the controller, and no host is asked.

from __future__ import annotations

DOCUMENTATION = r"""
module: lock_info
short_description: Tell which newer versions an update of the lock would reach
version_added: 0.1.0
description:
  - Asks the sources of what the sites have locked for the newest version that each entry allows, as
    M(fungible.deploy.lock) does where all is to be updated, and writes no lock.
  - A source that does not answer, and a site that cannot be read, is a warning; the rest is told.
  - It runs on the controller, which needs the Python library C(requests) for sources that are asked over the network.
    Newer artifacts are fetched into the folder that keeps them, since their headers say what they demand.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.lock
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: This action does not modify state.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: N/A
    details: This action does not modify state.
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
author:
  - The fungible authors (@fungible-deploy)
seealso:
  - module: fungible.deploy.lock
"""

EXAMPLES = r"""
- name: Ask which newer versions the sites of all hosts could have
  fungible.deploy.lock_info:
    sites: "{{ dict(ansible_play_hosts_all | zip(told)) }}"
    catalogue: "{{ fungible_catalogue }}"
  vars:
    told: "{{ ansible_play_hosts_all | map('extract', hostvars) | map(attribute='fungible_sites', default={}) }}"
  run_once: true
"""

RETURN = r"""
updates:
  description:
    - The newer versions by the names of the extensions, for each site. A site that another host declares in another way
      is there once more, as C(shop on web2).
  returned: success
  type: dict
  sample: {shop: {akismet: 5.3.1}}
lock:
  description: The lock file.
  returned: success
  type: str
"""
