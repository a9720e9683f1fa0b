# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Deploy one site to all its minions: all of them are prepared before any of them gives visitors the new release.
#
#   salt-run state.orchestrate fungible.deploy pillar='{"site": "actioncenter"}'
#
# The minions are those whose pillar has the site, or what "tgt" and "tgt_type" say. What fails stops everything after
# it, while the old release serves; run it again to go on. Progress: salt-run state.event 'fungible/*' pretty=True
{%- set site = pillar["site"] %}
{%- set tgt = pillar.get("tgt", "fungible:sites:" ~ site ~ ":app:kind:*") %}
{%- set tgt_type = pillar.get("tgt_type", "glob" if "tgt" in pillar else "pillar") %}
{#- The migration runs on one first: stores that several minions share are then done. #}
{%- set steps = [
  ("stores", "stores", none),
  ("staged", "staged", none),
  ("migrated once", "migrated", 1),
  ("migrated", "migrated", none),
  ("running", "running", none),
  ("live", "live", none),
] %}
{%- for step, sls, subset in steps %}

{{ step }}:
  salt.state:
    - tgt: {{ tgt | tojson }}
    - tgt_type: {{ tgt_type | tojson }}
    - sls: fungible.{{ sls }}
    - pillar: {{ {"fungible": {"only": site}} | tojson }}
    - expect_minions: True
    - queue: True
    {%- if subset %}
    - subset: {{ subset }}
    {%- endif %}
    {%- if not loop.first %}
    - require:
      - salt: {{ steps[loop.index0 - 1][0] }}
    {%- endif %}

tell of {{ step }}:
  salt.runner:
    - name: event.send
    - tag: {{ ("fungible/" ~ site ~ "/" ~ step | replace(" ", "-")) | tojson }}
    - data: {{ {"site": site, "step": step} | tojson }}
    - require:
      - salt: {{ step }}
{%- endfor %}

tell of failure:
  salt.runner:
    - name: event.send
    - tag: {{ ("fungible/" ~ site ~ "/failed") | tojson }}
    - data: {{ {"site": site} | tojson }}
    - onfail:
      {%- for step, sls, subset in steps %}
      - salt: {{ step }}
      {%- endfor %}
