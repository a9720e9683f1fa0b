# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The sites as a whole: visitors get what the pillar says.
{%- from "fungible/map.jinja" import fungible with context %}

include:
  - fungible.running
{%- for site in fungible.sites %}

{{ (site ~ " live") | tojson }}:
  cutover.live:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
    - require:
      - stateless_app: {{ (site ~ " running") | tojson }}
{%- endfor %}
