# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: BSD-2-Clause
"""How does the core look to Ansible? One way in for every module, and the one place that knows check mode."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._core.catalogue import notes
from ._core.errors import CoreError
from ._core.host.local import LocalHost
from ._core.request import Outcome, Request
from ._core.wording import told

Spec = t.Any  # Ansible's argument spec

OPTIONS: t.Final[Spec] = {
    "site": {"type": "str", "required": True},
    "manifest": {"type": "dict", "required": True},
    "catalogue": {"type": "dict", "default": {}},  # the action plugin expands the manifest by it; none comes here
    "lock": {"type": "str", "default": ""},  # and so with these two
    "artifacts": {"type": "str", "default": ""},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "files": {"type": "dict", "default": {}},
    "notes": {"type": "dict", "default": {}},
    "root": {"type": "path", "default": "/"},
}
OF_ALL: t.Final[Spec] = {
    "sites": {"type": "dict", "required": True},
    **{name: OPTIONS[name] for name in ("catalogue", "lock", "secrets", "notes", "root")},
}


def change(own: Spec, call: t.Callable[..., Outcome]) -> None:
    """Be a module that changes something: its own options go to the core's call as they are."""
    module = _module(own)

    def act() -> dict[str, t.Any]:
        asked = {name: module.params[name] or "" for name in own}
        return _result(call(LocalHost(), _request(module), check=module.check_mode, **asked))

    _run(module, act)


def inform(own: Spec, call: t.Callable[..., dict[str, t.Any]], *, instead: str = "") -> None:
    """Be a module that only reads; `instead` is an option of its own that does without a manifest."""
    module = _module(own, instead)
    _run(module, lambda: call(LocalHost(), _request(module), **{name: module.params[name] for name in own}))


def inform_of_all(own: Spec, call: t.Callable[..., dict[str, t.Any]]) -> None:
    """Be a module that only reads, of all sites of a host at once; each has its secrets below its name."""
    module = AnsibleModule(argument_spec={**OF_ALL, **own}, supports_check_mode=True)
    params = module.params

    def asked(site: str, manifest: t.Any) -> Request:
        known = notes.read(params["notes"].get(site))
        return Request(site, manifest, params["secrets"].get(site, {}), root=params["root"], notes=known)

    def tell() -> dict[str, t.Any]:
        sites = [asked(site, manifest) for site, manifest in params["sites"].items()]
        return call(LocalHost(), sites, **{name: params[name] for name in own})

    _run(module, tell)


def _module(own: Spec, instead: str = "") -> AnsibleModule:
    if not instead:
        return AnsibleModule(argument_spec={**OPTIONS, **own}, supports_check_mode=True)
    spec = {**OPTIONS, **own, "manifest": {"type": "dict"}}
    return AnsibleModule(argument_spec=spec, required_one_of=[("manifest", instead)], supports_check_mode=True)


def _request(module: AnsibleModule) -> Request:
    params = module.params
    known = notes.read(params["notes"])
    return Request(params["site"], params["manifest"], params["secrets"], params["files"], params["root"], notes=known)


def _result(done: Outcome) -> dict[str, t.Any]:
    """Tell the outcome in Ansible's words, all of them read from the one plan."""
    facts: dict[str, t.Any] = {"changed": bool(done.plan), "steps": [str(step) for step in done.plan.steps]}
    if done.plan:
        facts["diff"] = {"before": dict(done.plan.before), "after": dict(done.plan.after)}
    if done.needs:
        facts["needs"] = [{"file": source.file, "sha256": source.sha256} for source in done.needs]
    return facts


def _run(module: AnsibleModule, act: t.Callable[[], dict[str, t.Any]]) -> None:
    try:
        facts = act()
    except CoreError as exc:
        module.fail_json(msg=str(exc))
    else:
        module.exit_json(**told(facts))
