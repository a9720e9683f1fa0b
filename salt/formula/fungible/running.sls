# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# As far as instances that are healthy and warm, and get no visitors yet.
{%- from "fungible/map.jinja" import fungible with context %}

include:
  - fungible.migrated
{%- for site in fungible.sites %}

{{ (site ~ " running") | tojson }}:
  stateless_app.running:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
    - require:
      - migration: {{ (site ~ " migrated") | tojson }}
{%- endfor %}
