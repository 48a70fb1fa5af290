"""What differs between two states of one element, and what is no difference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.difference import differences, only_times, shown
from cloudwan_mcp.model import Element
from cloudwan_mcp.row import encode

JSON = st.recursive(
    st.one_of(st.none(), st.integers(0, 2), st.text(max_size=3), st.just('{"a":1}')),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abK"), inner, max_size=2)
    ),
    max_leaves=8,
)


def between(was: Any, now: Any, **members: Any) -> dict[str, Any]:
    one, other = (Element("e", "site", attributes=json.dumps(each), **members) for each in (was, now))
    return differences(one, other)


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ({"A": 1}, {"A": 1}, {}),
        ({"A": 1, "B": 2}, {"B": 2, "A": 1}, {}),
        ({"A": None}, {}, {}),
        ({"Tags": []}, {}, {}),
        ({"A": 1}, {"A": 2}, {"A": (1, 2)}),
        ({}, {"A": {"B": "x"}}, {"A.B": (None, "x")}),
        ({"A": {"B": 1, "C": 1}}, {"A": {"B": 2, "C": 1}}, {"A.B": (1, 2)}),
        ({"L": [1, 2]}, {"L": [2, 1]}, {"L": ([1, 2], [2, 1])}),
        ({"P": '{"x": 1, "y": 2}'}, {"P": '{"y":2,"x":3}'}, {"P.x": (1, 3)}),
        ({"P": '{"x": 1}'}, {"P": "text"}, {"P": ('{"x": 1}', "text")}),
        ({"DefinitionTimestamp": 1}, {"DefinitionTimestamp": 2}, {}),
    ],
)
def test_members_are_compared_by_name(was: Any, now: Any, expected: dict[str, Any]) -> None:
    assert between(was, now) == expected


def test_a_member_that_says_again_what_a_field_says_is_left_out() -> None:
    one = Element("e", "t", name="a", segment="nfg:x", attributes='{"NetworkFunctionGroupName": "x", "N": 1}')
    other = Element(
        "e", "t", name="a", segment="nfg:y", attributes='{"NetworkFunctionGroupName": "y", "N": 2}'
    )
    assert differences(one, other) == {"segment": ("nfg:x", "nfg:y"), "N": (1, 2)}


def test_times_alone_are_told_apart() -> None:
    assert only_times(
        between({"UpdatedAt": 1, "H": {"Timestamp": 1}}, {"UpdatedAt": 2, "H": {"Timestamp": 2}})
    )
    assert not only_times(between({"UpdatedAt": 1, "State": "A"}, {"UpdatedAt": 2, "State": "B"}))


@given(was=st.dictionaries(st.sampled_from("abK"), JSON), now=st.dictionaries(st.sampled_from("abK"), JSON))
def test_nothing_differs_exactly_where_the_plain_values_are_equal(was: Any, now: Any) -> None:
    assert bool(between(was, now)) == (plain(was) != plain(now))


def plain(value: Any, depth: int = 5) -> Any:
    """A value without what is empty or missing, which is no difference."""
    if isinstance(value, str) and value.startswith("{") and depth:
        value = json.loads(value)
    if isinstance(value, dict) and depth:
        inner = {name: plain(each, depth - 1) for name, each in value.items()}
        return {name: each for name, each in inner.items() if each is not None} or None
    return None if value == [] else value


@given(text=st.text(st.characters(codec=None), max_size=400), count=st.integers(1, 30))
def test_what_is_shown_is_bounded_whatever_it_is(text: str, count: int) -> None:
    found = between({}, {f"{text}{n}": [text] for n in range(count)})
    rows = shown(found, most=8, characters=120)
    assert len(rows) <= 8
    assert all(len(name) <= 80 and len(str(pair[1])) <= 120 for name, pair in rows.items())
    assert encode(rows).encode()
