"""What values weigh: near enough to reserve by, and cheap whatever is asked about."""

from __future__ import annotations

from sys import getsizeof
from typing import Any

import pytest

from cloudwan_mcp.streaming.weight import weigh
from streaming.networks import elements


def whole(value: Any) -> int:
    """By looking at everything, each object once, keys of dicts left out."""
    seen: dict[int, Any] = {}

    def walk(each: Any) -> int:
        if id(each) in seen:
            return 0
        seen[id(each)] = each
        members: Any = ()
        if isinstance(each, dict):
            members = each.values()
        elif isinstance(each, list | tuple):
            members = each
        elif hasattr(type(each), "__slots__"):
            members = [getattr(each, name) for name in type(each).__slots__]
        return getsizeof(each) + sum(walk(member) for member in members)

    return walk(value)


@pytest.mark.parametrize("count", [1, 16, 17, 100, 5000])
def test_a_list_of_elements_is_estimated_from_some_of_them(count: int) -> None:
    many = elements(count)
    for n, element in enumerate(many):
        element.metadata = {
            "Tags": [{"Key": f"k{n}", "Value": f"v{n}" * 9}] * 2,
            "SegmentName": f"segment {n}",
        }
    assert 0.8 < weigh(many) / whole(many) < 2


def test_text_and_numbers_weigh_what_they_are() -> None:
    for value in ("x" * 1000, b"y" * 1000, 7, 7.5, None, True):
        assert weigh(value) == getsizeof(value)


def test_what_knows_its_size_is_believed() -> None:
    class Known:
        size_bytes = 12_345

    assert weigh(Known()) == 12_345
    assert weigh([Known(), Known()]) == getsizeof([1, 2]) + 2 * 12_345


def test_what_contains_itself_has_an_end_and_objects_are_looked_into() -> None:
    class Plain:
        def __init__(self) -> None:
            self.text = "x" * 10_000

    circle: list[Any] = [Plain()]
    circle.append(circle)
    assert weigh(circle) > 10_000
    assert weigh(object()) == getsizeof(object())
    assert weigh([]) == getsizeof([])
