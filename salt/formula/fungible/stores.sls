# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The persistent stores of the sites.
{%- from "fungible/map.jinja" import fungible with context %}
{%- if fungible.packages %}

include:
  - fungible.packages
{%- endif %}
{%- for site in fungible.sites %}

{{ (site ~ " stores") | tojson }}:
  persistent_store.present:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
    {%- if fungible.packages %}
    - require:
      - sls: fungible.packages
    {%- endif %}
{%- endfor %}
