#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_chain
short_description: Bring every extension of a site's plugin chain onto the host, verified and unpacked once
version_added: 0.1.0
description:
  - Fetches what the host does not have yet, compares it with the sha256 that was locked and unpacks it into the
    cache from which releases are composed.
  - Which plugins are on, and in which order, is part of the release. M(fungible.deploy.stateless_app) composes
    it, and nothing in the browser can change it.
  - With O(path) it also puts each of them into the WordPress that is kept in that folder by hand, each at once.
    C(docs/adoption.md) tells what becomes of what was there.
options:
  path:
    description:
      - The folder of a WordPress that people kept by hand, and that is no release. Its declared plugins, must-use
        plugins, themes and drop-ins are brought to the declared versions where they are. Others are left alone.
      - Of the manifest only C(plugins) is read then, and it need not have more. Plugins load in its order,
        and not where they are V(disabled); which of the others are on stays in WordPress's database.
    type: path
  content:
    description:
      - The folder that this WordPress has as C(wp-content), where its C(wp-config.php) puts that elsewhere, as Debian's
        package does. Default is C(wp-content) in O(path).
    type: path
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
  - fungible.deploy._site.changes
seealso:
  - module: fungible.deploy.plugin_chain_info
"""

EXAMPLES = r"""
- name: Prepare the plugins ahead of a deploy
  fungible.deploy.plugin_chain:
    site: actioncenter
    manifest: "{{ fungible_sites.actioncenter }}"

- name: Keep the plugins of a WordPress that is no release yet
  fungible.deploy.plugin_chain:
    site: actioncenter
    path: /var/www/html
    manifest: "{{ fungible_sites.actioncenter }}"
"""

RETURN = r"""
steps:
  description: What was done, or in check mode would be done, in its order.
  returned: success
  type: list
  elements: str
  sample: ["unpack akismet 5.3"]
needs:
  description:
    - Files that must first travel from the controller. The action plugin sends them and runs the module again, so
      this is not seen where it is used.
  returned: when files must travel
  type: list
  elements: dict
"""

from ..module_utils._core.chain import plugin_chain
from ..module_utils._face import change


def main() -> None:
    """Run the module."""
    change({"path": {"type": "path"}, "content": {"type": "path"}}, plugin_chain)


if __name__ == "__main__":
    main()
