"""The two values that a topology takes in and gives out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_METADATA = "metadata"


@dataclass(slots=True)
class NetworkElement:
    """One thing of a network. `id` is any text; `metadata` is whatever else is known about it.

    What a topology gives out is made anew each time: changing it changes nothing but itself. Its metadata is
    unpacked when it is first looked at.
    """

    id: str = ""
    name: str = ""
    element_type: str = ""
    region: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class NetworkConnection:
    """One directed connection; `source` and `target` are ids of elements. There may be equal ones."""

    source: str = ""
    target: str = ""
    connection_type: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class Packed:
    """Stands for metadata until somebody asks for it: two thirds of reading an element is unpacking it."""

    __slots__ = ("leaves", "shape", "unpack")

    def __init__(self, unpack: Callable[[int, Any], Any], shape: int, leaves: Any) -> None:
        self.unpack, self.shape, self.leaves = unpack, shape, leaves


class _Unpacking:
    """The slot of a value's metadata, behind which a `Packed` becomes what it stands for."""

    def __init__(self, slot: Any) -> None:
        self._get, self._set = slot.__get__, slot.__set__

    def __get__(self, value: Any, kind: type | None = None) -> Any:
        if value is None:
            return self
        found = self._get(value)
        if type(found) is Packed:
            found = found.unpack(found.shape, found.leaves)
            self._set(value, found)
        return found

    def __set__(self, value: Any, metadata: Any) -> None:
        self._set(value, metadata)


for _kind in (NetworkElement, NetworkConnection):
    setattr(_kind, _METADATA, _Unpacking(vars(_kind)[_METADATA]))
