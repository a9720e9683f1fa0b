# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# As far as the stores brought up to the releases.
{%- from "fungible/map.jinja" import fungible with context %}

include:
  - fungible.staged
{%- for site in fungible.sites %}

{{ (site ~ " migrated") | tojson }}:
  migration.done:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
    - require:
      - stateless_app: {{ (site ~ " staged") | tojson }}
{%- endfor %}
