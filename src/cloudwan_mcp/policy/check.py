"""What one check is: a document goes in, findings come out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.finding import Finding

Check = Callable[[Document], Iterable[Finding]]
_Item = TypeVar("_Item")


def repeated(items: Iterable[_Item], key: Callable[[_Item], Hashable]) -> Iterator[tuple[_Item, _Item]]:
    """(first, later) for every item whose key another had before."""
    first: dict[Hashable, _Item] = {}
    for item in items:
        if key(item) in first:
            yield first[key(item)], item
        else:
            first[key(item)] = item
