"""Building a topology value by value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.topology.body import Body, Builder
from cloudwan_mcp.topology.convert import Unclear, connection_parts, element_parts
from cloudwan_mcp.topology.exact import NotExact

_SHOWN = 80  # characters of an id in a message


class Gathering:
    """Takes in elements and connections, in any order; of a wrong one it says which it is and what it lacks.

    They are values of ours, dicts or objects, as `MemoryOptimizedTopology.from_topology` describes them. An
    element whose id is already there is counted, and the first stays. A wrong value is a `BadRequest` and
    changes nothing; those before it stay.
    """

    def __init__(self, *, enable_streaming: bool = False) -> None:
        self._builder: Builder | None = _begin(spilling=enable_streaming)
        self._counts = {"elements": 0, "connections": 0}

    def add_element(self, value: Any) -> None:
        self._add("elements", (value,), element_parts, self._open().element)

    def add_connection(self, value: Any) -> None:
        """Before or after the elements at its ends."""
        self._add("connections", (value,), connection_parts, self._open().connection)

    def add_elements(self, values: Iterable[Any]) -> None:
        self._add("elements", values, element_parts, self._open().element)

    def add_connections(self, values: Iterable[Any]) -> None:
        self._add("connections", values, connection_parts, self._open().connection)

    def finish(self) -> Body:
        """What was gathered; once."""
        builder, self._builder = self._open(), None
        return builder.finish()

    def discard(self) -> None:
        """Give up what was gathered."""
        builder, self._builder = self._builder, None
        if builder:
            builder.discard()

    def _open(self) -> Builder:
        if self._builder is None:
            raise BadRequest("This topology is already built.", next_step="Begin another.", field="builder")
        return self._builder

    def _add(
        self,
        what: str,
        values: Iterable[Any],
        convert: Callable[[Any], tuple[Any, ...]],
        take: Callable[..., None],
    ) -> None:
        if not isinstance(values, Iterable):
            raise _refusal(what, f"The {what} are a value of type {type(values).__name__}, not several.")
        parts: tuple[Any, ...] = ()
        number = self._counts[what]
        try:
            for value in values:
                parts = convert(value)
                take(*parts)
                number += 1
        except Unclear as error:
            raise _refusal(f"{what}[{number}]", f"{what}[{number}] {error}.") from error
        except NotExact as error:
            field = f"{what}[{number}]"
            raise BadRequest(
                f"The metadata of {field}, {_shown(*parts)}, {error}.",
                next_step="Turn that value into text, numbers, lists and dicts first.",
                field=field,
            ) from error
        finally:
            self._counts[what] = number


def _begin(*, spilling: bool) -> Builder:
    """The builder for one place or the other; the store is imported only where it is used."""
    if spilling:
        from cloudwan_mcp.topology.spilled import SpilledBuilder

        return SpilledBuilder()
    from cloudwan_mcp.topology.in_memory import InMemoryBuilder

    return InMemoryBuilder()


def _shown(identifier: str, target: str, *rest: object) -> str:
    """An element by its id, a connection, which has a part less, by its ends."""
    return _short(identifier) if len(rest) == 3 else f"from {_short(identifier)} to {_short(target)}"


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def _refusal(field: str, message: str) -> BadRequest:
    return BadRequest(
        message,
        next_step="Give NetworkElement and NetworkConnection values, dicts as boto3 returns them, or objects "
        "with such members.",
        field=field,
    )
