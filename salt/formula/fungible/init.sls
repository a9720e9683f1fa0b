# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Every site of the pillar, from its stores to its visitors. Each piece brings what comes before it:
# stores <- staged <- migrated <- running <- live.

include:
  - fungible.live
