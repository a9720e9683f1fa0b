# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# As far as the releases, built and verified beside what is live.
{%- from "fungible/map.jinja" import fungible with context %}

include:
  - fungible.stores
{%- for site in fungible.sites %}

{{ (site ~ " staged") | tojson }}:
  stateless_app.staged:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
    - require:
      - persistent_store: {{ (site ~ " stores") | tojson }}
{%- endfor %}
