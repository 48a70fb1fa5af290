"""One item of a stream's source: an element or a connection, however it is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.topology import NetworkConnection, NetworkElement
from cloudwan_mcp.topology.convert import Unclear, connection_of, element_of
from cloudwan_mcp.topology.members import SOURCES, TARGETS

Item = NetworkElement | NetworkConnection
T = TypeVar("T")


def item_of(value: Any, number: int) -> Item:
    """A connection where `value` has two ends, else an element. Raises `BadRequest` for neither."""
    return connection_at(value, number) if _is_connection(value) else element_at(value, number)


def element_at(value: Any, number: int) -> NetworkElement:
    """`value` as an element; `number` says where it stands, should it be none."""
    return _made(element_of, value, f"Element {number}")


def connection_at(value: Any, number: int) -> NetworkConnection:
    return _made(connection_of, value, f"Connection {number}")


def unclear(what: str, problem: Unclear) -> BadRequest:
    return BadRequest(
        f"{what} of the topology {problem}.",
        field="topology",
        next_step="Give elements with an id, and connections with a source and a target.",
    )


def _made(convert: Callable[[Any], T], value: Any, what: str) -> T:
    try:
        return convert(value)
    except Unclear as problem:
        raise unclear(what, problem) from None


def _is_connection(value: Any) -> bool:
    if isinstance(value, NetworkElement | Element):
        return False
    if isinstance(value, NetworkConnection | Connection):
        return True
    if isinstance(value, Mapping):
        return any(name in value for name in SOURCES) and any(name in value for name in TARGETS)
    pair = isinstance(value, tuple | list) and not hasattr(value, "_fields")
    return pair or (hasattr(value, "source") and hasattr(value, "target"))
