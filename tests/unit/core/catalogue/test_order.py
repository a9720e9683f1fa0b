# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is needed comes first, and nothing else leaves its place."""

from __future__ import annotations

import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fungible.deploy.plugins.module_utils._core.catalogue.order import line_up

NAMES = [f"n{number}" for number in range(12)]
Needs = dict[str, list[str]]


@st.composite
def needs_without_cycle(draw: st.DrawFn, names: t.Sequence[str] = NAMES) -> Needs:
    """Draw needs that some order satisfies."""
    possible = draw(st.permutations(names))
    pairs = draw(st.lists(st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1)), max_size=15))
    needs: Needs = {}
    for one, other in pairs:
        if one != other:
            needs.setdefault(possible[max(one, other)], []).append(possible[min(one, other)])
    return sorted_needs(needs, names)


def sorted_needs(needs: Needs, names: t.Sequence[str]) -> Needs:
    return {name: sorted(set(needs[name]), key=names.index) for name in needs}


def related(name: str, needs: Needs) -> set[str]:
    """Tell everything that has to do with a name, by any number of needs in any direction."""
    found, grown = set[str](), {name}
    while found != grown:
        found = set(grown)
        for one, firsts in needs.items():
            if grown & {one, *firsts}:
                grown |= {one, *firsts}
    return found


@given(needs_without_cycle())
def test_each_comes_once_and_after_what_it_needs(needs: Needs) -> None:
    found = line_up(NAMES, needs)
    assert (sorted(found.order), found.cycle) == (sorted(NAMES), [])
    for name, firsts in needs.items():
        assert all(found.order.index(first) < found.order.index(name) for first in firsts)


@given(needs_without_cycle())
def test_an_order_that_needs_nothing_stays_as_it_is(needs: Needs) -> None:
    order = line_up(NAMES, needs).order
    assert line_up(order, needs).order == order
    assert line_up(NAMES, {}).order == NAMES


@given(needs_without_cycle(), st.sampled_from(NAMES))
def test_whatever_happens_to_one_reorders_nothing_that_it_has_nothing_to_do_with(needs: Needs, name: str) -> None:
    others = [one for one in NAMES if one not in related(name, needs)]
    with_it = [one for one in line_up(NAMES, needs).order if one in others]
    without = line_up(others, {one: needs[one] for one in others if one in needs}).order
    assert with_it == without


@given(needs_without_cycle(), st.integers(0, len(NAMES)))
def test_a_newcomer_moves_nobody(needs: Needs, place: int) -> None:
    order = line_up([*NAMES[:place], "new", *NAMES[place:]], needs).order
    assert [name for name in order if name != "new"] == line_up(NAMES, needs).order


@given(needs_without_cycle(), st.sampled_from(NAMES))
def test_one_that_comes_before_another_moves_only_itself(needs: Needs, name: str) -> None:
    order = line_up(
        [*NAMES, "new"], sorted_needs({**needs, name: [*needs.get(name, []), "new"]}, [*NAMES, "new"])
    ).order
    assert order.index("new") == order.index(name) - 1
    assert [one for one in order if one != "new"] == line_up(NAMES, needs).order


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=3)))
def test_a_cycle_is_told_as_it_is_and_only_if_there_is_one(needs: Needs) -> None:
    found = line_up(NAMES, needs)
    if found.cycle:
        assert all(need in needs[found.cycle[index - 1]] for index, need in enumerate(found.cycle))
    else:
        assert sorted(found.order) == sorted(NAMES)


def test_who_pulled_what_ahead_is_known() -> None:
    found = line_up(["a", "b", "c"], {"a": ["c"], "c": ["d"]})
    assert (found.order, found.pulled_by) == (["d", "c", "a", "b"], {"c": "a", "d": "c"})


def test_thousands_in_a_row_are_no_deeper_than_one() -> None:
    names = [str(number) for number in range(20_000)]
    order = line_up(names, {str(number): [str(number + 1)] for number in range(19_999)}).order
    assert order == names[::-1]
