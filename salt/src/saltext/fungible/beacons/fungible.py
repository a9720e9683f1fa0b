# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Report when a release on disk, an instance, a route or a plugin chain is no longer what was applied.

.. versionadded:: 0.1.0

Each part that deviates is an event ``salt/beacon/<minion>/fungible/<site>/<part>`` with the steps that would repair it;
parts are ``release``, ``instance``, ``route`` and ``chain``, and ``error`` where it cannot be told. Nothing is reported
while somebody is at work on the site. A manifest that waits in the pillar for its deploy is no deviation.

.. code-block:: yaml

    beacons:
      fungible:
        - interval: 60
        - disable_during_state_run: True
        # Default: every site that was applied to the minion.
        - sites: [actioncenter]

A reactor that repairs it, in the master's configuration (``repair.sls`` comes with the formula):

.. code-block:: yaml

    reactor:
      - salt/beacon/*/fungible/*:
        - salt://fungible/reactor/repair.sls
"""

from __future__ import annotations

import typing as t

import salt.utils.beacons

from saltext.fungible.utils import applied, face

if t.TYPE_CHECKING:
    __pillar__: dict[str, t.Any] = {}
    __salt__: dict[str, t.Callable[..., t.Any]] = {}

__virtualname__ = "fungible"


def __virtual__() -> str:
    return __virtualname__


def validate(config: t.Any) -> tuple[bool, str]:
    """Validate the beacon's configuration."""
    if not isinstance(config, list):
        return False, "Configuration for fungible beacon must be a list."
    options = salt.utils.beacons.list_to_dict(config)
    if not isinstance(options.get("sites", []), list):
        return False, "Configuration for fungible beacon: sites must be a list of names."
    if not isinstance(options.get("root", "/"), str):
        return False, "Configuration for fungible beacon: root must be a path."
    return True, "Valid beacon configuration"


def beacon(config: t.Any) -> list[dict[str, t.Any]]:
    """Tell what is not as it was applied."""
    options = salt.utils.beacons.list_to_dict(config)
    root = options.get("root", "/")
    minion = face.Minion(__salt__, __pillar__)
    return [
        {"tag": f"{site}/{part}", "site": site, "root": root, "part": part, "found": found}
        for site in options.get("sites") or applied.sites(root)
        for part, found in applied.quietly(face.Asked(site, root=root), minion).items()
    ]
