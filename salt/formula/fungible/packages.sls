# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# What the sites are made of, from the distribution; only where the pillar says fungible:packages.
{%- import_yaml "fungible/distributions.yaml" as distributions %}
{%- set lookup = salt["pillar.get"]("fungible:lookup", {}) %}
{%- set known = salt["grains.filter_by"](distributions, grain="os_family", merge=lookup) or lookup %}
{%- set sites = salt["pillar.get"]("fungible:sites", {}) %}
{%- set wanted = [] %}
{%- for site in (sites.values() if sites is mapping else []) if site is mapping %}
{%- set app = site.get("app") or {} %}
{%- do wanted.append(app.get("kind")) %}
{%- do wanted.append("router" if site.get("routes") else none) %}
{%- do wanted.append("supervisor" if app.get("runtime") == "supervisor" else none) %}
{%- for store in (site.get("stores") or {}).values() %}
{%- do wanted.append(store.get("kind")) %}
{%- endfor %}
{%- endfor %}
{%- set packages = [] %}
{%- for what in wanted | select | unique %}
{%- do packages.extend(known.get(what, [])) %}
{%- endfor %}
{%- if not known %}

fungible packages:
  test.fail_without_changes:
    - name: no packages are known for {{ grains["os_family"] }}; name them in the pillar's fungible:lookup, or install them by your own means
{%- endif %}
{%- for package in packages | unique | sort %}

{{ package }}:
  pkg.installed: []
{%- if package in known.get("services", {}) %}

# Its own copy of it is not what serves the sites, and may hold port 80. Left alone where it was there before.
{{ known.services[package] }} of the distribution:
  service.dead:
    - name: {{ known.services[package] }}
    - enable: False
    - onchanges:
      - pkg: {{ package }}
{%- endif %}
{%- endfor %}
