"""What a topology shows of itself: all elements, all connections, without holding any."""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterator, Mapping, ValuesView
from typing import Generic, TypeVar

from cloudwan_mcp.topology.element import NetworkElement

V = TypeVar("V")
Read = Callable[[], Iterator[NetworkElement]]


class View(Collection[V], Generic[V]):
    """Sized, and to be iterated over as often as wanted; each time everything is read anew."""

    def __init__(self, size: int, read: Callable[[], Iterator[V]]) -> None:
        self._size, self._read = size, read

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[V]:
        return self._read()

    def __contains__(self, value: object) -> bool:
        return any(each == value for each in self)


class Values(ValuesView[NetworkElement]):
    """The elements, read in their order and not looked up one by one."""

    def __init__(self, mapping: Mapping[str, NetworkElement], read: Read) -> None:
        super().__init__(mapping)
        self._read = read

    def __iter__(self) -> Iterator[NetworkElement]:
        return self._read()


class Items(ItemsView[str, NetworkElement]):
    """Ids and elements, likewise."""

    def __init__(self, mapping: Mapping[str, NetworkElement], read: Read) -> None:
        super().__init__(mapping)
        self._read = read

    def __iter__(self) -> Iterator[tuple[str, NetworkElement]]:
        return ((element.id, element) for element in self._read())
