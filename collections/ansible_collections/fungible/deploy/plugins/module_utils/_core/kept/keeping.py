# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does the chain of a WordPress get what was declared, where it is? Each extension at once, and nothing is lost.

A copy grows beside what is there, under a name that WordPress does not look at, and the two change places. Only then is
the old one removed, if each of its files is one that we put there; else it is set aside.
"""

from __future__ import annotations

import time
import typing as t
from functools import partial
from posixpath import dirname, join

from ..errors import ArtifactError, HostError
from ..host.protocol import Owner
from ..kinds.wordpress import headers
from ..kinds.wordpress import kept as wordpress_kept
from ..kinds.wordpress.contents import CHAIN, CONTENT
from ..manifest.model import ExtensionKind
from ..plan import Plan, Step, combine
from ..release import artifacts
from ..request import Outcome, carry_out
from . import kept as k
from . import survey

if t.TYPE_CHECKING:
    from ..host.protocol import Host, Layer
    from ..manifest.model import Extension, Removed, Source
    from ..request import Request
    from .kept import Kept
    from .survey import Seen, Sight
    from .whereabouts import Whereabouts


def keep(host: Host, asked: Request, where: Whereabouts, *, check: bool) -> Outcome:
    """Bring the chain of the WordPress in a folder to what was declared."""
    kept = k.of(asked, where)

    def present() -> tuple[Plan, list[Source]]:
        seen = survey.observe(host, kept)
        return plan(kept, seen), artifacts.wanted_files(seen.cached, _wanted(kept, seen))

    return carry_out(host, kept, present, check)


def _wanted(kept: Kept, seen: Seen) -> list[artifacts.Artifact]:
    """Tell which artifacts are needed: not those of what is in its place already."""
    pairs = zip(kept.plugins, seen.declared)
    return [k.artifact(one) for one, sight in pairs if not (sight.recorded and sight.whole)]


def plan(kept: Kept, seen: Seen) -> Plan:
    """Decide what is to be put where, and what has to give way."""
    return combine(
        [
            *(_plan_leftover(kept, path) for path in seen.leftovers),
            artifacts.plan(kept, seen.cached, _wanted(kept, seen)),
            *(_plan_one(kept, one, sight) for one, sight in zip(kept.plugins, seen.declared)),
            _plan_order(kept, seen),
            *(_plan_gone(kept, one, sight) for one, sight in reversed(seen.gone)),
        ]
    )


def _plan_leftover(kept: Kept, path: str) -> Plan:
    record = k.record_of_leftover(kept, path)
    do = partial(_put_away, kept, path, record) if record else partial(_remove, path)
    key = "left by a run that was cut off"
    return Plan((Step("put away", f"{path}, {key}", do),), {path: key}, {path: "gone"})


def _plan_one(kept: Kept, one: Extension, seen: Sight) -> Plan:
    """Decide about one extension: it is there, or is there and not known as ours, or has to be put there."""
    if seen.whole and seen.recorded:
        return Plan()
    key = f"{one.kind.value} {one.name}"
    if seen.whole:
        step = Step("adopt", f"{key} {one.version}, which is there", partial(_adopt, kept, one))
        return Plan((step,), {key: f"{one.version}, not kept"}, {key: one.version})
    _require_ours(kept, seen)
    over = f" over {_what(one, seen)}{_fate(one, seen)}" if seen.there else ""
    step = Step("place", f"{key} {one.version}{over}", partial(_place, kept, one))
    unknown = ", not compared yet" if seen.there and seen.damage is None else ""
    return Plan((step,), {key: f"{_what(one, seen)}{unknown}"}, {key: one.version})


def _plan_order(kept: Kept, seen: Seen) -> Plan:
    """Decide about the file that says in which order plugins load."""
    text, is_ours = k.order(kept), wordpress_kept.is_ours(seen.order)
    if text == seen.order or not (text or is_ours):
        return Plan()
    if seen.order and not is_ours:
        raise HostError(f"{kept.at(CHAIN)}: was not written for a site that is kept where it is: move it away")
    if text:
        step = Step("write", f"{CHAIN}, the order of plugins", partial(_order, kept, text))
    else:
        step = Step("remove", f"{CHAIN}, the order of plugins", partial(_remove, kept.at(CHAIN)))
    before, after = "another" if seen.order else "absent", "the chain's" if text else "absent"
    return Plan((step,), {CHAIN: before}, {CHAIN: after})


def _order(kept: Kept, text: str, host: Host) -> None:
    folder = host.stat(_folder(kept, CHAIN, host))
    if folder:
        host.write(kept.at(CHAIN), text, folder.mode & 0o666, Owner(folder.owner, folder.group))


def _plan_gone(kept: Kept, one: Removed, seen: Sight) -> Plan:
    _require_ours(kept, seen)
    key = f"{one.kind.value} {one.name}"
    step = Step("remove", f"{key} ({seen.place}){_fate(None, seen)}", partial(_take_away, kept, seen.place))
    return Plan((step,), {key: seen.version or "what is there"}, {key: "absent"})


def _require_ours(kept: Kept, seen: Sight) -> None:
    if seen.checkout:
        raise HostError(
            f"{kept.at(seen.place)}: is a checkout of git, and is left alone: move it away, or take it out of the chain"
        )


def _what(one: Extension, seen: Sight) -> str:
    """Tell what is there now, and how it differs where it has the same version."""
    if not seen.there:
        return "absent"
    if seen.version != one.version:
        return seen.version or "what is there"
    return f"{seen.version} with {seen.damage}" if seen.damage else seen.version


def _fate(one: Extension | None, seen: Sight) -> str:
    """Tell what becomes of what is there; what has the same version may turn out to be the same."""
    if not seen.there or seen.is_known:
        return ""
    is_compared = seen.damage is not None or not one or seen.version != one.version
    return ", which is set aside" if is_compared else ", which is set aside if it differs"


def _remove(path: str, host: Host) -> None:
    host.remove(path)


def _adopt(kept: Kept, one: Extension, host: Host) -> None:
    """Remember that what is there is what was declared."""
    _settle(kept, one, k.layer(host, kept, one), host)


def _settle(kept: Kept, one: Extension, layer: Layer, host: Host) -> None:
    at = k.place(one)
    host.settle(kept.at(at), layer.listing)
    host.write(join(kept.record(at), one.source.sha256), layer.listing)
    _forget_others(kept, one, host)


def _place(kept: Kept, one: Extension, host: Host) -> None:
    """Put an extension in its place at once, unless it turns out to be there."""
    layer, at = k.layer(host, kept, one), k.place(one)
    _require_plugin(host, one, layer)
    there = host.stat(kept.at(at))
    if there:
        damage = host.differs(kept.at(at), layer.listing)
        if not (damage.missing or damage.changed):
            _settle(kept, one, layer, host)
            return
    new, ready = kept.hidden(at, k.NEW), kept.hidden(at, k.READY)
    host.copy_beside(layer, new, _folder(kept, at, host))
    host.write(join(kept.record(at), one.source.sha256), layer.listing)
    host.rename(new, ready)
    if there:
        host.exchange(ready, kept.at(at))
        _put_away(kept, ready, kept.record(at), host)
    else:
        host.rename(ready, kept.at(at))
    _forget_others(kept, one, host)


def _folder(kept: Kept, at: str, host: Host) -> str:
    """Tell the folder whose owner and mode are followed; that of must-use plugins need not be there yet."""
    folder, above = dirname(kept.at(at)), host.stat(kept.at(CONTENT))
    if host.stat(folder) is None and above:
        host.mkdir(folder, above.mode, Owner(above.owner, above.group))
    return folder


def _require_plugin(host: Host, one: Extension, layer: Layer) -> None:
    """Insist that an archive is a plugin, before it takes the place of one."""
    paths = [line.split("\t", 4)[3] for line in layer.listing.splitlines()]
    if one.kind is not ExtensionKind.PLUGIN or paths == [""]:
        return
    if not headers.main_file(paths, lambda path: host.read(join(layer.tree, path)) or ""):
        raise ArtifactError(
            f"plugin {one.name}: no PHP file in the top folder of {one.source.name} "
            "has a `Plugin Name:` header: is it a plugin?"
        )


def _take_away(kept: Kept, at: str, host: Host) -> None:
    gone = kept.hidden(at, k.GONE)
    host.rename(kept.at(at), gone)
    _put_away(kept, gone, kept.record(at), host)
    host.remove(kept.record(at))


def _put_away(kept: Kept, path: str, record: str, host: Host) -> None:
    """Remove what is ours, and set aside what somebody else wrote."""
    if k.is_known(host, path, record):
        host.remove(path)
        return
    at = join(CONTENT, record[len(kept.places.kept("")) :])
    host.mkdir(kept.places.replaced, 0o700)
    host.set_aside(path, k.free(host, kept, at, _stamp))


def _stamp(now: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))


def _forget_others(kept: Kept, one: Extension, host: Host) -> None:
    """Forget what was there before: nothing of it is left."""
    record = kept.record(k.place(one))
    for name in host.children(record):
        if name != one.source.sha256:
            host.remove(join(record, name))
