# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""Which kinds of store there are."""

from __future__ import annotations

import typing as t

from .directory import Directory
from .mariadb import MariaDB
from .sqlite import Sqlite

STORES: t.Final = {store.kind: store for store in (MariaDB, Sqlite, Directory)}
