# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inventory of a fleet, from what its hosts told."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._core.errors import CoreError
from ..module_utils._core.fleet.report import report
from ..module_utils._core.host.documents import documents

DOCUMENTATION = r"""
name: fleet_table
short_description: Write the inventory of a fleet as a table, as JSON or as CSV
version_added: 0.1.0
author:
  - The fungible authors (@fungible-deploy)
description:
  - Tells which extension has which version where, what is not as declared, and which versions are known to be
    vulnerable. A host that could not be asked is named.
options:
  _input:
    description: What M(fungible.deploy.inventory_info) told, as it was registered, by the hosts' names.
    type: dict
    required: true
  format:
    description: How it is written.
    type: str
    choices: [table, json, csv]
    default: table
  feed:
    description:
      - A file on the controller with vulnerabilities, in the format of OSV (one record, a list, or a folder or zip of
        records) or of Wordfence Intelligence. Nothing is fetched.
    type: path
  updates:
    description: The newer versions that an update of the lock would reach, as M(fungible.deploy.lock_info) tells them.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Tell what is known to be vulnerable
  ansible.builtin.debug:
    msg: "{{ {inventory_hostname: found} | fungible.deploy.fleet_table(feed='wordfence.json') }}"
"""

RETURN = r"""
_value:
  description: The inventory as text.
  type: str
"""


def fleet_table(
    hosts: t.Mapping[str, t.Any],
    format: str = "table",  # noqa: A002
    feed: str | None = None,
    updates: t.Any = None,
) -> str:
    """Write the inventory of a fleet."""
    try:
        found = {str(host): _told(told) for host, told in hosts.items()}
        return report(found, format, documents=documents(feed) if feed else (), updates=updates or {})
    except CoreError as exc:
        raise AnsibleFilterError(str(exc)) from exc


def _told(told: t.Any) -> dict[str, t.Any]:
    """Take what was registered; a host that failed, or could not be reached, said why."""
    facts = told if isinstance(told, t.Mapping) else {}
    return {"sites": facts["sites"]} if "sites" in facts else {"error": str(facts.get("msg") or "it was not asked")}


class FilterModule:
    """Be the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Tell them by their names."""
        return {"fleet_table": fleet_table}
