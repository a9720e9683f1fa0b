# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: Apache-2.0
"""
Lock the extensions of all minions' sites, and tell which has which version where, and what is wrong with it.

.. versionadded:: 0.1.0
"""

from __future__ import annotations

import logging
import typing as t

import salt.client
from salt.utils.minions import CkMinions

from saltext.fungible._core.errors import CoreError
from saltext.fungible._core.fleet import report
from saltext.fungible._core.host import documents
from saltext.fungible._core.host.desk import LocalDesk
from saltext.fungible._core.host.local import LocalHost
from saltext.fungible._core.lock import command
from saltext.fungible.utils import fleet, pillars

if t.TYPE_CHECKING:
    __opts__: dict[str, t.Any] = {}

__virtualname__ = "fungible"

log = logging.getLogger(__name__)


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
    updates: bool = False,
    path: str = "",
    artifacts: str = "",
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

    updates
        Ask the sources of all that is locked which newer versions an update of the lock would reach. A source that does
        not answer is a warning in the log.

    path
        The lock file on the master, as for ``fungible.lock``.

    artifacts
        The folder on the master that keeps fetched artifacts, as for ``fungible.lock``.

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
        newer = _newer(tgt, tgt_type, path, artifacts) if updates else {}
        text = report.report(fleet.told(wanted, answers), format, documents=feeds, updates=newer)
        return fleet.kept(output, text) if output else text
    except CoreError as exc:
        return {"error": str(exc), "retcode": 1}  # what a runner raises is shown with its traceback


def lock(
    update: str = "",
    tgt: str = "*",
    tgt_type: str = "glob",
    path: str = "",
    artifacts: str = "",
    test: bool = False,
) -> dict[str, t.Any]:
    """
    Resolve the extensions of all minions' sites to exact versions, and keep them in one file.

    Minions read it as ``salt://fungible.lock``, or as what their pillar says in ``fungible:lock``.

    update
        The extensions to update to the newest version that their entries allow, with commas between them, or ``all``.
        What is locked stays as it is otherwise.

    tgt
        Which minions' pillars are read. What none of them wants is dropped from the lock.

    tgt_type
        How ``tgt`` is to be read.

    path
        The lock file on the master. Default: ``fungible.lock`` in the first folder of the base environment's
        ``file_roots``.

    artifacts
        The folder on the master that keeps fetched artifacts, by their sha256. Default: ``fungible`` below the master's
        ``cachedir``.

    test
        Only tell what would change. Sources are asked, and artifacts are fetched, all the same.

    CLI Example:

    .. code-block:: bash

        salt-run fungible.lock update=akismet
    """
    try:
        asked = _asked(tgt, tgt_type, path, update)
        found = command.lock_fleet(LocalHost(), asked, _desk(artifacts), check=test)
    except CoreError as exc:
        return {"error": str(exc), "retcode": 1}
    told = {"lock": asked.path, "changed": found.changed, "steps": list(found.steps), "outside": list(found.outside)}
    return {**told, **({"warnings": list(found.warnings)} if found.warnings else {})}


def _asked(tgt: str, tgt_type: str, path: str, update: str = "") -> command.Asked:
    """Tell what the pillars of minions ask for."""
    ours = pillars.ours(__opts__, tgt, tgt_type)
    return command.Asked(
        path or pillars.beside_files(__opts__, "fungible.lock"),
        {minion: one.get("sites") or {} for minion, one in ours.items()},
        command.catalogue_of_fleet({minion: one.get("catalogue") for minion, one in ours.items()}),
        tuple(filter(None, str(update).replace(",", " ").split())),
    )


def _desk(artifacts: str) -> LocalDesk:
    return LocalDesk(artifacts or f"{__opts__['cachedir']}/fungible", pillars.finder(__opts__))


def _newer(tgt: str, tgt_type: str, path: str, artifacts: str) -> t.Mapping[str, t.Mapping[str, str]]:
    """Tell what an update would reach; what goes wrong is logged, and does not hide the rest."""
    try:
        found = command.reach_of_fleet(LocalHost(), _asked(tgt, tgt_type, path), _desk(artifacts))
    except CoreError as exc:
        log.warning("%s", exc)
        return {}
    for line in found.warnings:
        log.warning("%s", line)
    return found.updates
