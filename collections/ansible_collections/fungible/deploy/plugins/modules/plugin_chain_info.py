#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: plugin_chain_info
short_description: Tell the plugin chain of a site, what of it is ready on the host, and whether its files are whole
version_added: 0.1.0
description:
  - Reads the manifest's chain in its order and looks for each extension in the host's cache.
  - Compares the files of each extension in the manifest's release with what was staged, premium and must-use plugins
    included. The application is not loaded for it.
options:
  thorough:
    description:
      - Hash every byte of the release. Without it sizes, times and modes are compared.
    type: bool
    default: false
  published:
    description:
      - Compare WordPress and its plugins with the checksums that wordpress.org has published, where it has. The host
        asks for them itself. That nothing is published of a premium plugin is told, and is no error.
    type: bool
    default: false
  published_url:
    description:
      - What is asked instead of wordpress.org, such as a mirror of it.
    type: str
  path:
    description:
      - Describe the WordPress that people keep by hand in this folder, instead of a declared chain. The manifest is not
        read then, and nothing of the folder is run or written. C(docs/adoption.md) tells what to do with it.
      - Which plugins are on is asked of the database that its C(wp-config.php) names, if that is a MariaDB on this host
        or a file of WordPress's SQLite drop-in. For MariaDB this takes root, and no password is read.
      - Either this or O(manifest) is needed.
    type: path
  content:
    description:
      - The folder that this WordPress has as C(wp-content), where its C(wp-config.php) puts that elsewhere, as Debian's
        package does. Default is C(wp-content) in O(path).
    type: path
  manifest:
    description:
      - The site's manifest, its secrets included, as C(docs/manifest.md) describes it.
    type: dict
    required: false
extends_documentation_fragment:
  - fungible.deploy._site
  - fungible.deploy._site.catalogue
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

- name: Describe a WordPress that people kept by hand
  fungible.deploy.plugin_chain_info:
    site: actioncenter
    path: /var/www/html
    published: true
  register: found
"""

RETURN = r"""
plugins:
  description:
    - The chain in its order, each with its name, version, kind, state, sha256, whether it is C(locked) (it came
      from a lock) and whether it is ready, the version that
      its files C(on_disk) say they have, the version that is C(loaded) by the live release, and the paths in the
      manifest's release that are missing, changed or added.
  returned: when O(path) is not given
  type: list
  elements: dict
staged:
  description: Whether the manifest's release is on the host.
  returned: when O(path) is not given
  type: bool
elsewhere:
  description: The paths in the release that are missing, changed or added, and belong to no extension of the chain.
  returned: when O(path) is not given
  type: dict
undeclared:
  description:
    - Extensions on disk that the chain does not have, each with its name, kind, path, version and whether it was
      C(shipped) with the application.
  returned: when O(path) is not given
  type: list
  elements: dict
live:
  description:
    - The C(release) of the live instance, what it would load in its order (C(loaded)), must-use files and drop-ins that
      the application finds by itself included, and its paths that are missing, changed or added.
  returned: when O(path) is not given
  type: dict
published:
  description:
    - How the C(application)'s own files, and those of each plugin on disk (C(plugins), by its folder), differ from what
      wordpress.org published. Its C(state) is V(same), V(differs), V(none) where nothing is published, or V(unknown)
      where nobody answered, with the reason in C(why).
  returned: when O(published) and the release is staged
  type: dict
version:
  description: The version of the WordPress in O(path).
  returned: when O(path) is given
  type: str
extensions:
  description:
    - Plugins, must-use plugins, themes and drop-ins in O(path), each with its name, kind, path, version, how it
      differs from what wordpress.org published, and whether M(fungible.deploy.plugin_chain) put it there (C(kept)). The
      C(state) of that is V(whole), V(differs), with the paths that do, or V(no).
    - C(active) is whether a plugin is on in the database, or V(unknown), with the reason in RV(notes). Must-use files
      and drop-ins are always on; of themes, and of must-use folders, which need a loader, it is V(unknown).
  returned: when O(path) is given
  type: list
  elements: dict
links:
  description: Symbolic links where extensions are, and their targets. They are not followed.
  returned: when O(path) is given
  type: dict
checkouts:
  description: Extensions that are checkouts of git.
  returned: when O(path) is given
  type: list
  elements: str
application:
  description: How WordPress's own files in O(path) differ from what wordpress.org published.
  returned: when O(path) is given
  type: dict
catalogue:
  description: What is there, as C(fungible_catalogue) has it.
  returned: when O(path) is given
  type: dict
manifest:
  description: The beginning of the site's manifest, as C(fungible_sites) has it.
  returned: when O(path) is given
  type: dict
notes:
  description: What people must still supply or decide, a line each.
  returned: when O(path) is given
  type: list
  elements: str
steps:
  description: What M(fungible.deploy.plugin_chain) would do.
  returned: when O(path) is not given
  type: list
  elements: str
"""

from ..module_utils._core.chain import facts
from ..module_utils._face import inform


def main() -> None:
    """Run the module."""
    inform(
        {
            "thorough": {"type": "bool", "default": False},
            "published": {"type": "bool", "default": False},
            "published_url": {"type": "str"},
            "path": {"type": "path"},
            "content": {"type": "path"},
        },
        facts,
        instead="path",
    )


if __name__ == "__main__":
    main()
