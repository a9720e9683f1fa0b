# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How do tests run a playbook as a person at a controller does, with nobody else's configuration?"""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

CHECKOUT: t.Final = Path(__file__).resolve().parents[3]
HERE: t.Final = f"ansible_connection=local ansible_python_interpreter={sys.executable}"


def inventory(folder: Path, *hosts: str) -> None:
    """Write an inventory of names for this machine."""
    (folder / "hosts").write_text("".join(f"{name} {HERE}\n" for name in hosts))


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook in a folder that has an inventory; what it prints is in `stdout`, errors too."""
    (folder / "ansible.cfg").touch()  # so that nobody else's is read
    ours = {
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
        "ANSIBLE_INJECT_INVOCATION": "1",  # as all of ansible-core before 2.21 did
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "HOME": str(folder),
    }
    return subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "hosts", *words],
        cwd=folder,
        env={**os.environ, **ours},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
