# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of plugin_chain_info."""

from __future__ import annotations

from ..plugin_utils._manifest_action import ManifestAction


class ActionModule(ManifestAction):
    """Be the action plugin of plugin_chain_info."""
