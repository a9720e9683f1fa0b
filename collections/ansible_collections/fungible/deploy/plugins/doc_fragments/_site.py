# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options that every module of fungible has."""

from __future__ import annotations


class ModuleDocFragment:
    """Be the documentation of the shared options."""

    DOCUMENTATION = r"""
options:
  site:
    description:
      - The site's name, at most 24 lower-case letters, digits and dashes.
    type: str
    required: true
  manifest:
    description:
      - The site's manifest, its secrets included, as C(docs/manifest.md) describes it. One structure for every module;
        each takes from it what it needs.
      - Unknown keys are errors that name the key, its path and the nearest valid one.
    type: dict
    required: true
  artifacts:
    description:
      - A folder on the controller from which locked artifacts travel, for hosts that reach no source. It is what
        M(fungible.deploy.lock) keeps them in. Empty means that hosts fetch them.
    type: str
    default: ''
  secrets:
    description:
      - Secrets of the manifest by their paths, such as C(stores.db.password).
      - The modules' action plugins move the manifest's secrets here, where Ansible hides them, so this is rarely
        written by hand.
    type: dict
    default: {}
  files:
    description:
      - Where on the host artifacts are that came from the controller, by their sha256.
      - The modules' action plugins fill this in for each C(source) of the manifest that has a C(file).
    type: dict
    default: {}
  notes:
    description:
      - What the catalogue and the lock say of the site beside its manifest, such as who requires which PHP.
      - The modules' action plugins fill this in, so this is rarely written by hand.
    type: dict
    default: {}
  root:
    description:
      - What stands in for V(/) on the host, for demonstrations and tests.
    type: path
    default: /
author:
  - The fungible authors (@fungible-deploy)
"""

    CATALOGUE = r"""
options:
  catalogue:
    description:
      - The extensions and chains that all sites share, usually C(fungible_catalogue), as C(docs/plugin-chain.md)
        describes it. Without it the manifest says the version and source of each extension itself.
      - It is read on the controller, where the manifest's chains are replaced by their extensions. It is not sent to
        hosts.
    type: dict
    default: {}
  lock:
    description:
      - The file on the controller that says the exact versions of what the catalogue and the manifest leave open, as
        M(fungible.deploy.lock) writes it. Empty means C(fungible.lock) beside the inventory.
    type: str
    default: ''
"""

    LOCK = r"""
options:
  sites:
    description:
      - The sites of each host by its name, usually the C(fungible_sites) of all hosts.
    type: dict
    required: true
  artifacts:
    description:
      - The folder on the controller that keeps fetched artifacts, by their sha256. Empty means
        C(~/.cache/fungible/artifacts).
    type: str
    default: ''
"""

    CHANGES = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: full
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: debian
"""

    INFORMS = r"""
options: {}
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
    platforms: debian
"""
