# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""What does it take to lock a fleet? The sites of all hosts, one catalogue, and one file that is replaced at once."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from ..errors import ManifestError
from .reach import Reach, reach
from .resolve import Resolved, resolve

if t.TYPE_CHECKING:
    from ..host.protocol import Host
    from .protocol import Desk

Data = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Asked:
    """Be what is to be locked: where the lock is, the sites of each host by their names, and what to update."""

    path: str
    hosts: t.Mapping[str, Data] = field(repr=False)
    catalogue: t.Any = None
    update: tuple[str, ...] = ()


def lock_fleet(host: Host, asked: Asked, desk: Desk, *, check: bool) -> Resolved:
    """Resolve what all hosts want, and replace the lock unless only checking."""
    sites = sites_of_fleet(asked.hosts)
    update = [name.strip() for name in asked.update]  # as in `update="akismet, forms"`
    found = resolve(sites, asked.catalogue, host.read(asked.path), desk=desk, update=update)
    if found.changed and not check:
        host.write(asked.path, found.text)
    return found


def reach_of_fleet(host: Host, asked: Asked, desk: Desk) -> Reach:
    """Tell which versions an update of all that is locked would reach."""
    return reach(sites_of_fleet(asked.hosts), asked.catalogue, host.read(asked.path), desk=desk)


def sites_of_fleet(hosts: t.Mapping[str, Data]) -> dict[str, t.Any]:
    """Tell each site once; one that is declared in another way on another host is named after that host too."""
    found: dict[str, t.Any] = {}
    for host, sites in hosts.items():
        if not isinstance(sites, (t.Mapping, type(None))):
            raise ManifestError(f"{host}: its sites must be a mapping of their names to their manifests")
        for name, manifest in (sites or {}).items():
            if found.setdefault(name, manifest) != manifest:
                found[f"{name} on {host}"] = manifest
    return found


def catalogue_of_fleet(catalogues: t.Mapping[str, t.Any]) -> t.Any:
    """Insist that all hosts have one catalogue, and give it."""
    known = {host: one for host, one in catalogues.items() if one}
    texts = {json.dumps(one, sort_keys=True, default=str): host for host, one in known.items()}
    if len(texts) > 1:
        one, other = list(texts.values())[:2]
        raise ManifestError(f"catalogue: {one} and {other} have different ones: give all hosts the same")
    return next(iter(known.values()), None)
