#!/bin/sh
# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Any of Salt's programs, by the name under which this is called.
PYTHONPATH=/opt/salt:/opt/fungible exec /usr/bin/python3 "/opt/salt/bin/${0##*/}" "$@"
