# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest and a catalogue become a plain manifest, the same one whoever asks; and nothing that contradicts does."""

from __future__ import annotations

import copy
import typing as t

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.catalogue.test_catalogue import Data, entry, shared
from tests.unit.core.examples import SHA, blog, extension, notes

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.catalogue import declared_schema
from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.expansion import Expanded, expand
from ansible_collections.fungible.deploy.plugins.module_utils._core.errors import ManifestError
from ansible_collections.fungible.deploy.plugins.module_utils._core.identity import release_id
from ansible_collections.fungible.deploy.plugins.module_utils._core.manifest import manifest

SCHEMA: t.Final = jsonschema.Draft202012Validator(declared_schema().json_schema())
OTHER: t.Final = {"path": "/akismet.zip", "sha256": "0" * 64}


def site(**plugins: t.Any) -> Data:
    return {**blog(), "plugins": plugins}


def expanded(known: t.Any = None, **plugins: t.Any) -> Expanded:
    return expand("blog", site(**plugins), shared() if known is None else known)


def used(known: t.Any = None, **plugins: t.Any) -> list[Data]:
    return t.cast("list[Data]", expanded(known, **plugins).manifest["plugins"]["use"])


def names(known: t.Any = None, **plugins: t.Any) -> list[str]:
    return [one["name"] for one in used(known, **plugins)]


def refusal(known: t.Any = None, **plugins: t.Any) -> str:
    with pytest.raises(ManifestError) as caught:
        expanded(known, **plugins)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def demanding(**extensions: Data) -> Data:
    """Give the catalogue with more extensions, and a chain `all` of them in this order."""
    listed = {name.replace("_", "-"): entry(**over) for name, over in extensions.items()}
    return shared({"extensions": listed, "chains": {"all": {"use": list(listed)}}})


def test_what_is_to_be_gone_keeps_its_kind() -> None:
    known = shared({"extensions": {"look": entry(kind="theme")}})
    assert used(known, use=[{"name": "look", "state": "absent"}]) == [
        {"name": "look", "kind": "theme", "state": "absent"}
    ]


# without a catalogue


@pytest.mark.parametrize(
    "data",
    [
        blog(),
        notes(),
        blog({"plugins": None}),
        {**blog(), "plugins": {"use": [], "locked": False}},
        {**blog(), "plugins": {"locked": "no", "use": [{**extension("a"), "state": None}]}},
        {**blog(), "plugins": {"use": None}},
        {"app": 5},
        "text",
        None,
        [],
    ],
)
@pytest.mark.parametrize("known", [None, {}])
def test_a_plain_manifest_stays_as_it_is(data: t.Any, known: t.Any) -> None:
    before = copy.deepcopy(data)
    assert expand("blog", data, known) == Expanded(data)
    assert data == before


def test_order_can_be_demanded_without_a_catalogue() -> None:
    use = [extension("a", after=["c"]), extension("b"), extension("c", requires={"extensions": ["d"]}), extension("d")]
    assert names({}, use=use) == ["d", "c", "a", "b"]
    assert used({}, use=use)[0] == extension("d")


@pytest.mark.parametrize(
    ("plugins", "line"),
    [
        ({"chains": ["baseline"]}, "blog.plugins.chains[0]: baseline is not in catalogue.chains: add it or take it"),
        ({"use": [{"name": "a"}]}, "blog.plugins.use[0].version: is missing: its version, in quotes"),
        ({"use": [{"name": "a", "version": "1"}]}, "blog.plugins.use[0].source: is missing: where its artifact"),
        ({"use": [extension("a", after=["b"])]}, "blog.plugins.use[0].after[0]: b is neither in the site's chain nor"),
        ({"usee": []}, "blog.plugins.usee: unknown key: did you mean use?"),
        ({"use": [extension("a"), extension("a")]}, "blog.plugins.use: plugin a is there 2 times: keep one"),
        (["a"], "blog.plugins: must be a mapping, not a list"),
    ],
)
def test_what_is_wrong_without_a_catalogue_is_told(plugins: t.Any, line: str) -> None:
    with pytest.raises(ManifestError) as caught:
        expand("blog", {**blog(), "plugins": plugins})
    assert str(caught.value).startswith(line)


# chains


def test_chains_come_in_their_order_what_they_include_first_and_then_the_sites_own() -> None:
    known = shared({"chains": {"forms": {"use": ["donor-forms", "audit-log"]}}})
    assert names(known, chains=["forms"]) == ["audit-log", "akismet", "donor-forms"]
    own = [{"name": "donor-forms"}, {"name": "akismet"}]
    assert names(known, chains=["baseline"], use=own) == ["audit-log", "akismet", "donor-forms"]
    assert names(known, chains=["forms", "baseline", "forms"]) == ["audit-log", "akismet", "donor-forms"]


def test_includes_come_in_their_own_order() -> None:
    chains = {"one": {"use": ["akismet"]}, "two": {"use": ["audit-log"]}, "both": {"include": ["two", "one"]}}
    assert names(shared({"chains": chains}), chains=["both"]) == ["audit-log", "akismet"]


def test_an_entry_that_is_only_named_is_the_catalogues() -> None:
    assert used(use=[{"name": "audit-log"}]) == [{"name": "audit-log", **entry(kind="mu-plugin")}]


def test_what_only_the_catalogue_cares_for_goes_no_further() -> None:
    noted = demanding(a={"approved_by": "Maria", "requires": {"php": ">=7"}, "before": ["akismet"], "after": []})
    assert used(noted, chains=["all"]) == [{"name": "a", **entry()}]


def test_an_entry_of_the_site_replaces_key_by_key_and_keeps_the_place() -> None:
    own = [{"name": "audit-log", "state": "disabled", "kind": None}]
    assert used(chains=["baseline"], use=own) == [
        {"name": "audit-log", **entry(kind="mu-plugin", state="disabled")},
        {"name": "akismet", **entry()},
    ]
    own = [{"name": "audit-log", "version": "2", "source": OTHER}]
    assert used(chains=["baseline"], use=own)[0] == {
        "name": "audit-log", "version": "2", "source": OTHER, "kind": "mu-plugin"
    }  # fmt: skip


def test_an_entry_of_the_site_may_demand_otherwise() -> None:
    known = demanding(a={"requires": {"extensions": ["missing"]}, "after": ["akismet"]})
    own = [{"name": "a", "requires": {}, "after": []}, {"name": "akismet"}]
    assert names(known, chains=["all"], use=own) == ["a", "akismet"]


def test_another_source_of_the_same_version_is_fine() -> None:
    assert used(use=[{"name": "akismet", "source": OTHER}])[0]["source"] == OTHER
    assert used(use=[{"name": "akismet", "version": "1.0"}])[0]["source"]["sha256"] == SHA


def test_what_is_removed_is_not_there() -> None:
    assert names(chains=["baseline"], remove=["audit-log", "audit-log"]) == ["akismet"]
    assert expanded(chains=["baseline"], remove=["audit-log", "akismet"]).manifest["plugins"] == {}


def test_what_is_gone_goes_on_saying_how() -> None:
    gone = {"name": "akismet", "state": "absent", "deactivation": "skip"}
    [_other, told] = used(chains=["baseline"], use=[gone])
    assert told == {**gone, "kind": "plugin"}


def test_the_rest_of_the_manifest_is_left_alone() -> None:
    given_ = site(chains=["baseline"], locked=False)
    before = copy.deepcopy(given_)
    found = expand("blog", given_, shared()).manifest
    assert given_ == before
    assert found["plugins"].pop("use")
    assert found == {**before, "plugins": {"locked": False}}


def test_what_was_expanded_is_plain_and_the_same_release_as_if_it_had_been_listed() -> None:
    found = expand("blog", site(chains=["forms"]), shared()).manifest
    listed = site(use=[{"name": "audit-log", **entry(kind="mu-plugin")}, {"name": "akismet", **entry()}])
    assert found == listed
    assert release_id(manifest.parse("blog", found)) == release_id(manifest.parse("blog", listed))
    assert expand("blog", found) == Expanded(found)


# what is unknown


def test_what_is_not_listed_is_an_error_or_a_warning() -> None:
    assert refusal(use=[extension("akismat")]) == (
        "blog.plugins.use[0]: akismat is not in the catalogue: did you mean akismet?"
    )
    found = expanded(shared({"unknown": "warn"}), chains=["baseline"], use=[extension("own")])
    assert found.warnings == ("blog.plugins.use[0]: own is not in the catalogue",)
    assert found.manifest["plugins"]["use"][-1] == extension("own")


def test_what_is_not_listed_and_not_whole_is_an_error_in_any_case() -> None:
    line = refusal(shared({"unknown": "warn"}), use=[{"name": "akismat"}])
    assert line == "blog.plugins.use[0]: akismat is not in the catalogue: did you mean akismet?"


@pytest.mark.parametrize(
    ("plugins", "line"),
    [
        ({"chains": ["base-line"]}, "blog.plugins.chains[0]: base-line is not in catalogue.chains: did you mean basel"),
        (
            {"chains": ["baseline"], "remove": ["akismat"]},
            "blog.plugins.remove[0]: akismat is in none of the site's chains: did you mean akismet?",
        ),
        (
            {"chains": ["baseline"], "remove": ["akismet"], "use": [{"name": "akismet"}]},
            "blog.plugins.remove[0]: akismet is blog.plugins.use[0] too: take one of these out",
        ),
        (
            {"use": [{"name": "akismet", "version": "2"}]},
            "blog.plugins.use[0].source: is missing: the catalogue's is that of version 1.0, not of 2",
        ),
        (
            {"use": [{"name": "akismet", "source": {"sha256": SHA}}]},
            "blog.plugins.use[0].source: must have one of url, path, file, directory, composer and folder, not none",
        ),
        (
            {"use": [{"name": "akismet", "after": ["audit-lgo"]}]},
            "blog.plugins.use[0].after[0]: audit-lgo is neither in the site's chain nor in the catalogue: did you mean",
        ),
        ({"use": [{"name": "akismet", "aftr": []}]}, "blog.plugins.use[0].aftr: unknown key: did you mean after?"),
        (
            {"use": [{"name": "akismet", "deactivation": "skip"}]},
            "blog.plugins.use[0].deactivation: goes with state: absent: say that too, or take it out",
        ),
        (
            {"use": [{"name": "akismet", "state": "purged", "purge": "akismet", "deactivation": "skip"}]},
            "blog.plugins.use[0].deactivation: goes with state: absent: say that too, or take it out",
        ),
        ({"use": [{"name": "akismet", "state": "gone"}]}, "blog.plugins.use[0].state: 'gone' is not one of enab"),
        (
            {"use": [{"name": "akismet", "state": "purged"}]},
            "blog.plugins.use[0].purge: must be akismet, since purging",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(plugins: Data, line: str) -> None:
    assert refusal(**plugins).startswith(line)


# what is demanded


def test_an_extension_that_is_not_on_the_site_demands_nothing() -> None:
    assert names(demanding(a={"after": ["akismet"], "before": ["audit-log"]}), chains=["all"]) == ["a"]


@pytest.mark.parametrize(
    ("requires", "use", "line"),
    [
        (
            {"extensions": ["akismet"]},
            [],
            (
                "blog.plugins: a (chain all) requires akismet (catalogue.extensions.a.requires.extensions), "
                "which is not in the site's chain: add it, or take a out"
            ),
        ),
        (
            {"extensions": ["akismet"]},
            [{"name": "akismet", "state": "disabled"}],
            (
                "blog.plugins: a (chain all) requires akismet (catalogue.extensions.a.requires.extensions), "
                "and akismet (blog.plugins.use[0]) is disabled: enable it, or disable a too"
            ),
        ),
        (
            {"extensions": ["akismet >= 1.1"]},
            [{"name": "akismet"}],
            (
                "blog.plugins: a (chain all) requires akismet >= 1.1 (catalogue.extensions.a.requires.extensions), "
                "and akismet (blog.plugins.use[0]) is 1.0: use another version of one of them"
            ),
        ),
        (
            {"wordpress": ">=6.5,<7"},
            [],
            (
                "blog.plugins: a (chain all) requires wordpress >=6.5,<7 (catalogue.extensions.a.requires.wordpress), "
                "and app.version is 6.4: use another version of one of them"
            ),
        ),
    ],
)
def test_what_is_required_and_missing_is_told_with_all_reasons(requires: Data, use: list[Data], line: str) -> None:
    known = demanding(a={"requires": requires})
    assert refusal(known, chains=["all"], use=use) == line
    disabled = [{"name": "a", "state": "disabled"}]
    assert "a" in names(known, chains=["all"], use=[*use, *disabled]), "what is not loaded requires nothing"


def test_what_is_required_and_there_is_fine() -> None:
    requires = {"wordpress": ">=6.4", "php": ">=99", "extensions": ["akismet>=1.0,<2", "audit-log"]}
    known = demanding(a={"requires": requires})
    assert names(known, chains=["all", "baseline"]) == ["audit-log", "akismet", "a"]


def test_which_php_is_required_is_noted_for_the_host_with_all_reasons() -> None:
    known = demanding(a={"requires": {"php": ">=8.1"}}, b={"requires": {"php": ">=99"}}, c={})
    own = [{"name": "b", "state": "disabled"}, {"name": "c", "requires": {"php": "<9"}}]
    assert expanded(known, chains=["all"], use=own).notes.php == {
        "a (chain all) requires php >=8.1 (catalogue.extensions.a.requires.php)": ">=8.1",
        "c (chain all) requires php <9 (blog.plugins.use[1].requires.php)": "<9",
    }


def test_the_version_of_another_kind_of_application_is_nobodys_business() -> None:
    use = [extension("x", requires={"wordpress": ">=6.4", "php": ">=99"})]
    for app in ({"kind": "procfile", "version": "1"}, {"kind": "php", "version": "1"}, {"kind": ["x"]}, 5, None):
        found = expand("notes", {**notes(), "app": app, "plugins": {"use": use}})
        assert found.manifest["plugins"]["use"] == [extension("x")]


def test_a_version_without_a_number_fits_no_range() -> None:
    data = {**blog({"app": {"version": "nightly"}}), "plugins": {"use": [extension("x", requires={"wordpress": ">1"})]}}
    with pytest.raises(ManifestError, match=r"requires wordpress >1 .* and app.version is nightly: "):
        expand("blog", data)


def test_a_circle_is_told_with_who_demands_each_step() -> None:
    known = demanding(a={"after": ["c"]}, b={"requires": {"extensions": ["a"]}}, c={})
    own = [{"name": "b", "before": ["c"]}]
    assert refusal(known, chains=["all"], use=own) == (
        "blog.plugins: no order has a before b (catalogue.extensions.b.requires), "
        "b before c (blog.plugins.use[0].before), c before a (catalogue.extensions.a.after): take one of these out"
    )
    assert refusal(use=[{"name": "akismet", "after": ["akismet"]}]) == (
        "blog.plugins: no order has akismet before akismet (blog.plugins.use[0].after): take one of these out"
    )


NAMES: t.Final = [f"e{number}" for number in range(8)]
LISTS: t.Final = st.lists(st.sampled_from(NAMES), max_size=2)


@given(
    st.fixed_dictionaries({name: st.fixed_dictionaries({"before": LISTS, "after": LISTS}) for name in NAMES}),
    st.lists(st.sampled_from(NAMES), unique=True),
    st.randoms(),
)
def test_the_order_is_that_of_the_list_and_not_of_how_the_catalogue_is_written(
    demands: dict[str, Data], listed: list[str], chance: t.Any
) -> None:
    def told(shuffle: bool) -> list[str] | str:
        known = [(name, entry(**{key: list(value) for key, value in demands[name].items()})) for name in NAMES]
        if shuffle:
            chance.shuffle(known)
            for _name, one in known:
                chance.shuffle(one["before"])
                chance.shuffle(one["after"])
        catalogue = {"extensions": dict(known), "chains": {"all": {"use": listed}}}
        try:
            return names(catalogue, chains=["all"]) if listed else []
        except ManifestError as exc:
            return str(exc)

    assert told(shuffle=False) == told(shuffle=True)


def test_ten_thousand_entries_that_each_need_the_next_are_lined_up() -> None:
    many = {f"e{number}": {"requires": {"extensions": [f"e{number + 1}"]}} for number in range(9_999)}
    found = names(demanding(**many, e9999={}), chains=["all"])
    assert found == [f"e{number}" for number in reversed(range(10_000))]


ODD: t.Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["akismet", "baseline", ">=1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "version", "source", "requires", "after", "extensions"]), inner)
    ),
    max_leaves=8,
)


@given(ODD, st.sampled_from(["chains", "use", "remove", "locked", "name", "requires", "before", "source", "version"]))
def test_whatever_a_site_says_is_taken_or_refused_in_one_line(odd: t.Any, key: str) -> None:
    on_top = key in ("chains", "use", "remove", "locked")
    own = {key: odd} if on_top else {"use": [{"name": "akismet", key: odd}]}
    for plugins in (odd, {"chains": ["baseline"], **own}):
        line = taken_or_refused(plugins)
        assert line is None or (line.startswith("blog.plugins") and "\n" not in line)


def taken_or_refused(plugins: t.Any) -> str | None:
    """Expand, and read the result as a host does; what is taken also fits what is published."""
    data = {**blog(), "plugins": plugins}
    try:
        manifest.parse("blog", expand("blog", data, shared()).manifest)
    except ManifestError as exc:
        return str(exc)
    SCHEMA.validate(data)
    return None
