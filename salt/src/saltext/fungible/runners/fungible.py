# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Tell which extension has which version on which minion, and what is wrong with it.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import typing as t

import salt.client
from salt.utils.minions import CkMinions

from saltext.fungible._core.errors import CoreError
from saltext.fungible._core.fleet import report
from saltext.fungible._core.host import documents
from saltext.fungible.utils import fleet

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}

__virtualname__ = "fungible"


def __virtual__() -> str:
    return __virtualname__


def inventory(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    tgt: str = "*",
    tgt_type: str = "glob",
    format: str = "table",  # noqa: A002
    feed: str = "",
    output: str = "",
    timeout: int | None = None,
    root: str = "/",
) -> str | dict[str, t.Any]:
    """
    Tell the inventory of the minions' sites: extensions and versions, drift, and known vulnerabilities.

    tgt
        Which minions are asked. One that does not answer is named.

    tgt_type
        How ``tgt`` is to be read.

    format
        ``table``, ``json`` or ``csv``.

    feed
        A file on the master with vulnerabilities, in the format of OSV (one record, a list, or a folder or zip of
        records) or of Wordfence Intelligence. Nothing is fetched.

    output
        A file on the master to write it to, instead of showing it.

    timeout
        How many seconds to wait for minions that do not answer. Default: the master's own.

    root
        What stands in for ``/`` on the minions, for demonstrations and tests.

    CLI Example:

    .. code-block:: bash

        salt-run fungible.inventory format=csv feed=/srv/feeds/wordfence.json
    """
    wanted = CkMinions(__opts__).check_minions(tgt, tgt_type)["minions"]
    with salt.client.get_local_client(mopts=__opts__) as client:
        kwarg = {"root": root}
        answers = client.cmd(
            tgt, "fungible.inventory", kwarg=kwarg, tgt_type=tgt_type, timeout=timeout, full_return=True
        )
    try:
        feeds = documents.documents(feed) if feed else ()
        text = report.report(fleet.told(wanted, answers), format, documents=feeds)
        return fleet.kept(output, text) if output else text
    except CoreError as exc:
        return {"error": str(exc), "retcode": 1}  # what a runner raises is shown with its traceback
