# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do manifests and files come from, and how is what happened told?"""

from __future__ import annotations

import traceback
import typing as t
from collections import OrderedDict
from functools import partial

import pytest
from salt.exceptions import CommandExecutionError, SaltInvocationError

from saltext.fungible._core import app
from saltext.fungible._core.errors import HostError, ManifestError
from saltext.fungible._core.manifest import manifest
from saltext.fungible._core.manifest.model import Source
from saltext.fungible._core.plan import Plan, Step
from saltext.fungible._core.request import Outcome, Request
from saltext.fungible.utils import face

if t.TYPE_CHECKING:
    from collections.abc import Callable

SECRET: t.Final = "a secret that nobody else may read"
MANIFEST: t.Final = {"app": {"secret": SECRET}}
TODO: t.Final = Plan(
    (Step("stop", "the old one", lambda _host: None), Step("start", "the new one", lambda _host: None)),
    {"instance": "old", "leftover": "there"},
    {"instance": "new"},
)


def minion(pillar: t.Any = None, test: bool = False, **functions: Callable[..., t.Any]) -> face.Minion:
    salt = {name.replace("__", "."): function for name, function in functions.items()}
    return face.Minion(salt, {"fungible": {"sites": {"shop": MANIFEST}}} if pillar is None else pillar, test, "dev")


def does(plan: Plan) -> face.Call:
    return lambda _host, _asked, *, check: Outcome(plan)


def fails(error: Exception) -> face.Call:
    def call(_host: t.Any, _asked: Request, *, check: bool) -> Outcome:
        raise error

    return call


def told(plan: Plan, test: bool) -> dict[str, t.Any]:
    return face.state(face.Asked("shop"), does(plan), minion(test=test))


def test_a_state_tells_its_steps_and_what_they_change() -> None:
    assert told(TODO, test=False) == {
        "name": "shop",
        "result": True,
        "changes": {"instance": {"old": "old", "new": "new"}, "leftover": {"old": "there", "new": ""}},
        "comment": "stop the old one; start the new one",
    }


def test_a_test_run_tells_the_same_as_what_would_be_done() -> None:
    would, done = told(TODO, test=True), told(TODO, test=False)
    assert would["result"] is None
    assert would["comment"] == "would stop the old one; would start the new one"
    assert would["changes"] == done["changes"]


@pytest.mark.parametrize("test", [True, False])
def test_nothing_to_do_is_told_as_such(test: bool) -> None:
    assert told(Plan(), test) == {"name": "shop", "result": True, "changes": {}, "comment": "nothing to change"}


@pytest.mark.parametrize("test", [True, False])
def test_an_error_is_one_line_and_changes_nothing(test: bool) -> None:
    done = face.state(face.Asked("shop"), fails(HostError("haproxy: is not\ninstalled")), minion(test=test))
    assert done == {"name": "shop", "result": False, "changes": {}, "comment": "haproxy: is not installed"}


def test_an_execution_module_tells_the_plan() -> None:
    assert face.change(face.Asked("shop"), does(TODO), minion()) == {
        "changed": True,
        "steps": ["stop the old one", "start the new one"],
        "before": {"instance": "old", "leftover": "there"},
        "after": {"instance": "new"},
    }


def test_an_execution_module_raises_what_salt_tells_without_a_traceback() -> None:
    with pytest.raises(CommandExecutionError, match="haproxy: is not installed") as caught:
        face.change(face.Asked("shop"), fails(HostError("haproxy: is not installed")), minion())
    assert caught.value.__suppress_context__


def test_facts_are_asked_with_the_manifest() -> None:
    facts = face.inform(
        face.Asked("shop", root="/r"), lambda _host, asked: {"of": asked.manifest, "at": asked.root}, minion()
    )
    assert facts == {"of": MANIFEST, "at": "/r"}


def test_facts_that_cannot_be_told_are_one_line() -> None:
    with pytest.raises(CommandExecutionError, match="blog: is not in this minion's pillar"):
        face.inform(face.Asked("blog"), app.facts, minion())


@pytest.mark.parametrize("asked", ["blog", ""])
def test_a_site_that_the_pillar_does_not_have_is_told_with_those_that_it_has(asked: str) -> None:
    with pytest.raises(
        ManifestError, match=f"^{asked}: is not in this minion's pillar, where fungible:sites has shop: "
    ):
        face.manifest_of(face.Asked(asked), minion())


@pytest.mark.parametrize("pillar", [{}, {"fungible": None}, {"fungible": ["sites"]}, {"fungible": {"sites": "shop"}}])
def test_a_pillar_without_sites_is_told(pillar: dict[str, t.Any]) -> None:
    with pytest.raises(ManifestError, match="fungible:sites has none"):
        face.manifest_of(face.Asked("shop"), minion(pillar))


def test_a_manifest_of_ones_own_goes_before_the_pillar() -> None:
    assert face.manifest_of(face.Asked("shop", {"app": {}}), minion()) == {"app": {}}


def test_whatever_renderers_give_becomes_plain() -> None:
    odd = OrderedDict(app=OrderedDict(keep=3, ratio=0.5, on=True, off=None, list=("a", OrderedDict(b="c"))))
    plain = face.manifest_of(face.Asked("shop"), minion({"fungible": OrderedDict(sites=OrderedDict(shop=odd))}))
    assert plain == {"app": {"keep": 3, "ratio": 0.5, "on": True, "off": None, "list": ["a", {"b": "c"}]}}
    assert {type(plain), type(plain["app"]), type(plain["app"]["list"])} == {dict, list}


def test_a_manifest_that_is_no_mapping_is_the_cores_to_refuse() -> None:
    done = face.state(face.Asked("shop", "text"), partial(app.stateless_app, state="staged"), minion())
    assert done["result"] is False
    assert done["comment"].startswith("shop: must be ")


def test_values_are_looked_up_in_salts_databases() -> None:
    asked: list[tuple[str, bool]] = []

    def look_up(uri: str, strict: bool) -> str:
        asked.append((uri, strict))
        return SECRET

    found = face.manifest_of(face.Asked("shop", {"app": {"secret": "sdb://vault/shop"}}), minion(sdb__get=look_up))
    assert found == MANIFEST
    assert asked == [("sdb://vault/shop", True)]


@pytest.mark.parametrize("found", [None, ""])
def test_a_value_that_is_not_set_is_told_by_where_it_was_looked_for(found: t.Any) -> None:
    with pytest.raises(ManifestError, match="sdb://vault/shop: is not set"):
        face.manifest_of(face.Asked("shop", {"a": "sdb://vault/shop"}), minion(sdb__get=lambda *_a, **_k: found))


def test_a_database_that_is_not_there_is_told_in_one_line() -> None:
    def look_up(uri: str, strict: bool) -> str:
        raise SaltInvocationError("no such\nprofile")

    done = face.state(face.Asked("shop", {"a": "sdb://vault/shop"}), does(TODO), minion(sdb__get=look_up))
    assert (done["result"], done["comment"]) == (False, "sdb://vault/shop: cannot be looked up: no such profile")


SOURCE: t.Final = {"url": "https://downloads.example/x.zip", "sha256": "5e" * 32}
CATALOGUE: t.Final = {
    "extensions": OrderedDict(akismet={"version": "5.3", "source": SOURCE}),
    "chains": {"baseline": {"use": ("akismet",)}},
    "unknown": "warn",
}
OWN: t.Final = {"name": "own", "version": "1", "source": SOURCE}


def with_catalogue(plugins: t.Any, catalogue: t.Any = CATALOGUE, test: bool = False) -> face.Minion:
    sites = {"shop": {**MANIFEST, "plugins": plugins}}
    return minion({"fungible": OrderedDict(sites=sites, catalogue=catalogue)}, test)


@pytest.mark.parametrize("asked", [face.Asked("shop"), face.Asked("shop", {"plugins": {"chains": ["baseline"]}})])
def test_chains_become_extensions_of_the_pillars_catalogue(asked: face.Asked) -> None:
    request = face.request_of(asked, with_catalogue({"chains": ["baseline"]}))
    assert request.manifest["plugins"] == {"use": [{"name": "akismet", "version": "5.3", "source": SOURCE}]}
    assert request.warnings == ()


@pytest.mark.parametrize("catalogue", [None, {}])
def test_without_a_catalogue_the_manifest_is_as_it_is_in_the_pillar(catalogue: t.Any) -> None:
    request = face.request_of(face.Asked("shop"), with_catalogue({"use": [OWN]}, catalogue))
    assert request.manifest == {**MANIFEST, "plugins": {"use": [OWN]}}


@pytest.mark.parametrize("test", [True, False])
def test_what_the_catalogue_does_not_have_is_in_the_comment(test: bool) -> None:
    here = with_catalogue({"use": [OWN]}, test=test)
    warning = "; warning: shop.plugins.use[0]: own is not in the catalogue"
    would = "would " if test else ""
    done = face.state(face.Asked("shop"), does(TODO), here)
    assert done["comment"] == f"{would}stop the old one; {would}start the new one{warning}"
    assert face.state(face.Asked("shop"), does(Plan()), here)["comment"] == f"nothing to change{warning}"


def test_functions_tell_it_too() -> None:
    here, warnings = with_catalogue({"use": [OWN]}), ["shop.plugins.use[0]: own is not in the catalogue"]
    assert face.change(face.Asked("shop"), does(TODO), here)["warnings"] == warnings
    assert face.inform(face.Asked("shop"), lambda *_a: {"a": 1}, here) == {"a": 1, "warnings": warnings}
    assert "warnings" not in face.change(face.Asked("shop"), does(TODO), minion())


def test_what_contradicts_is_one_line_and_nothing_is_done() -> None:
    here = with_catalogue({"use": [OWN]}, {**CATALOGUE, "unknown": "error"})
    done = face.state(face.Asked("shop"), fails(AssertionError()), here)
    assert (done["result"], done["comment"]) == (
        False,
        "shop.plugins.use[0]: own is not in the catalogue: add it there",
    )


class Needing:
    """Be a call that needs a file of the master before it can do anything."""

    def __init__(self, file: str) -> None:
        self.source = Source("12ab", file=file)
        self.asked: list[t.Mapping[str, str]] = []

    def __call__(self, _host: t.Any, asked: Request, *, check: bool) -> Outcome:
        self.asked.append(asked.files)
        return Outcome(TODO) if check or asked.files else Outcome(Plan(), (self.source,))


@pytest.mark.parametrize(
    ("file", "url"),
    [("apps/shop.zip", "salt://apps/shop.zip"), ("salt://shop.zip?saltenv=x", "salt://shop.zip?saltenv=x")],
)
def test_a_file_of_the_master_is_fetched_and_the_call_made_again(file: str, url: str) -> None:
    fetched: list[tuple[str, str]] = []

    def fetch(wanted: str, saltenv: str) -> str:
        fetched.append((wanted, saltenv))
        return "/cache/shop.zip"

    call = Needing(file)
    assert (
        face.state(face.Asked("shop"), call, minion(cp__cache_file=fetch))["comment"]
        == "stop the old one; start the new one"
    )
    assert call.asked == [{}, {"12ab": "/cache/shop.zip"}]
    assert fetched == [(url, "dev")]


def test_a_test_run_fetches_nothing() -> None:
    call = Needing("apps/shop.zip")
    assert face.state(face.Asked("shop"), call, minion(test=True))["result"] is None
    assert call.asked == [{}]


def test_a_file_that_the_master_does_not_have_is_told_with_where_it_belongs() -> None:
    done = face.state(face.Asked("shop"), Needing("shop.zip"), minion(cp__cache_file=lambda *_a, **_k: False))
    assert (done["result"], done["comment"]) == (
        False,
        "salt://shop.zip: is not on the master: put it below its file_roots",
    )


def test_an_argument_that_only_the_other_tool_has_is_refused() -> None:
    done = face.state(face.Asked("shop", unknown={"state": "absent", "site": "x"}), does(TODO), minion())
    assert (done["result"], done["comment"]) == (False, "site, state: is no argument of this state: take it out")


def test_neither_a_repr_nor_a_traceback_of_a_bug_shows_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_args: t.Any) -> t.NoReturn:
        raise RuntimeError("a bug")

    monkeypatch.setattr(manifest, "parse", bug)
    asked, here = face.Asked("shop", MANIFEST, unknown={"a": SECRET}), minion()
    with pytest.raises(RuntimeError) as caught:
        face.state(face.Asked("shop", MANIFEST), lambda host, asked, check: asked.on(host), here)
    assert "asked.on(host)" in "".join(traceback.format_exception(caught.value))
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(
        (asked, here, face.request_of(asked, here))
    )
