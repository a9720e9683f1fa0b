# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Give the visitors of one site, on all its minions, what was live before what the pillar says.
#
#   salt-run state.orchestrate fungible.rollback pillar='{"site": "actioncenter"}'
{%- set site = pillar["site"] %}

rolled back:
  salt.state:
    - tgt: {{ pillar.get("tgt", "fungible:sites:" ~ site ~ ":app:kind:*") | tojson }}
    - tgt_type: {{ pillar.get("tgt_type", "glob" if "tgt" in pillar else "pillar") | tojson }}
    - sls: fungible.rolled_back
    - pillar: {{ {"fungible": {"only": site}} | tojson }}
    - expect_minions: True
    - queue: True

tell of rolled back:
  salt.runner:
    - name: event.send
    - tag: {{ ("fungible/" ~ site ~ "/rolled-back") | tojson }}
    - data: {{ {"site": site, "step": "rolled back"} | tojson }}
    - require:
      - salt: rolled back
