#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_chain_info
short_description: Tell the plugin chain of a site and what of it is ready on the host
version_added: 0.1.0
description:
  - Reads the manifest's chain in its order and looks for each extension in the host's cache.
options: {}
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.informs
seealso:
  - module: fungible.deploy.plugin_chain
"""

EXAMPLES = r"""
- name: Tell the plugin chain of a site and what of it is ready on the host
  fungible.deploy.plugin_chain_info:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"
  register: found
"""

RETURN = r"""
plugins:
  description: The chain in its order, each with its name, version, kind, state, sha256 and whether it is ready.
  returned: success
  type: list
  elements: dict
steps:
  description: What M(fungible.deploy.plugin_chain) would do.
  returned: success
  type: list
  elements: str
"""

from ..module_utils._core.chain import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform({}, facts)


if __name__ == "__main__":
    main()
