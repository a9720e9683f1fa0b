# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the notes again and again, beside the web server, until SIGTERM."""

from __future__ import annotations

import mmap
import os
import signal
import threading

import store

STOPPING = threading.Event()


def main():
    """Keep for each release what it counted last."""
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_WRITE | mmap.PROT_EXEC).close()  # as Node and Java need
    signal.signal(signal.SIGTERM, lambda *_: STOPPING.set())
    database = store.connect()
    database.execute("CREATE TABLE IF NOT EXISTS counts (release TEXT PRIMARY KEY, notes INTEGER NOT NULL)")
    while not STOPPING.wait(0.2):
        release = os.environ["FUNGIBLE_RELEASE"]
        database.execute("INSERT OR REPLACE INTO counts SELECT ?, count(*) FROM notes", (release,))


if __name__ == "__main__":
    main()
