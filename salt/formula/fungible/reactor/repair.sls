# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Repair what the beacon reports: the site becomes again what was applied; what waits in the pillar is not deployed.
#
#   reactor:
#     - salt/beacon/*/fungible/*:
#       - salt://fungible/reactor/repair.sls
{%- if data["part"] != "error" %}

repair {{ data["site"] }}:
  local.fungible.repair:
    - tgt: [{{ data["id"] | tojson }}]
    - tgt_type: list
    - args:
      - name: {{ data["site"] | tojson }}
      - root: {{ data["root"] | tojson }}
{%- endif %}
