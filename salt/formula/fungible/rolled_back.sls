# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Visitors get what was live before what the pillar says.
{%- from "fungible/map.jinja" import fungible with context %}
{%- for site in fungible.sites %}

{{ (site ~ " rolled back") | tojson }}:
  cutover.rolled_back:
    - name: {{ site | tojson }}
    - root: {{ fungible.root | tojson }}
{%- endfor %}
