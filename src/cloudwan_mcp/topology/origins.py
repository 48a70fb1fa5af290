"""Topologies in the forms that others keep them in: where their elements and connections are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.topology import members
from cloudwan_mcp.topology.convert import Unclear, described, linked

_READER = ("info", "page", "find", "between", "ends")
_TOPOLOGY = ("elements", "connections")
_GRAPH = ("nodes", "edges", "is_directed")


class Origin(NamedTuple):
    """Elements and connections in any form that `convert` understands."""

    elements: Iterable[Any]
    connections: Iterable[Any]


def is_snapshot(value: Any) -> bool:
    """Whether it is a reader of a snapshot in the store."""
    return all(callable(getattr(value, name, None)) for name in _READER)


def origin_of(value: Any) -> Origin:
    """Raises `BadRequest` for what is no topology."""
    if all(hasattr(value, name) for name in _TOPOLOGY):
        elements, connections = (_given(value, name) for name in _TOPOLOGY)
    elif isinstance(value, Mapping):
        elements, connections = (
            next((value[name] for name in names if name in value), None)
            for names in (members.ELEMENTS, members.CONNECTIONS)
        )
    elif all(hasattr(value, name) for name in _GRAPH):
        return Origin(_nodes(value), _edges(value))
    elif isinstance(value, tuple | list) and len(value) == 2:
        elements, connections = value
    else:
        raise _refusal(value)
    if elements is None:
        raise _refusal(value)
    return Origin(_each(elements), () if connections is None else connections)


def _given(value: Any, name: str) -> Any:
    found = getattr(value, name)
    return found() if callable(found) else found


def _each(elements: Any) -> Iterable[Any]:
    """Elements; of a mapping of them by id, those that do not name themselves are given their key."""
    if not isinstance(elements, Mapping):
        return cast("Iterable[Any]", elements)
    return (
        described(each, key) if isinstance(key, str) and isinstance(each, Mapping) else each
        for key, each in elements.items()
    )


def _nodes(graph: Any) -> Iterator[Any]:
    for node, attributes in graph.nodes.items():
        yield described(attributes, _node(node))


def _edges(graph: Any) -> Iterator[Any]:
    """Each edge once; of an undirected one the first end counts as its source."""
    for source, target, attributes in graph.edges(data=True):
        yield linked(attributes, _node(source), _node(target))


def _node(node: Any) -> str:
    if isinstance(node, str):
        return node
    if type(node) is int:
        return str(node)
    raise Unclear(f"is a node of type {type(node).__name__}, not a text or whole number")


def _refusal(value: Any) -> BadRequest:
    return BadRequest(
        f"A value of type {type(value).__name__} is no topology.",
        next_step="Give an object or a dict with elements and connections, a pair of them, a networkx graph "
        "or a reader of a complete snapshot.",
        field="topology",
    )
