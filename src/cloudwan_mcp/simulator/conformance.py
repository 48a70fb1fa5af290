"""Whether an answer is what botocore's model says: types, required members, patterns, nothing unknown."""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from cloudwan_mcp.simulator.wire import Operation

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": (int, float),
    "list": list,
    "map": dict,
    "structure": dict,
}
_FUTURE = {"FutureMember", "FutureTopLevel"}
_FUTURE_VALUES = {"HIBERNATING"}


class Nonconformance(AssertionError):
    """An answer and the model disagree; the message says where."""


def check_text(operation: Operation, text: str) -> None:
    """Check the JSON body of an answer."""
    if operation.output is not None:
        check(operation.name, json.loads(text), operation.output)


def check(where: str, value: Any, shape: Shape) -> None:
    """Check one value against its shape; `where` leads to it."""
    if not _is_of_type(value, shape):
        raise Nonconformance(f"{where}: {value!r} is not a {shape.type_name}")
    if isinstance(shape, StructureShape):
        _check_structure(where, value, shape)
    elif isinstance(shape, ListShape):
        for number, each in enumerate(value):
            check(f"{where}[{number}]", each, shape.member)
    elif isinstance(shape, MapShape):
        for key, each in value.items():
            check(f"{where}.{key}", each, shape.value)
    elif isinstance(value, str):
        _check_string(where, value, shape)


def _is_of_type(value: Any, shape: Shape) -> bool:
    if isinstance(value, bool):
        return shape.type_name == "boolean"
    return isinstance(value, _TYPES[shape.type_name])


def _check_structure(where: str, value: dict[str, Any], shape: StructureShape) -> None:
    missing = set(shape.required_members) - set(value)
    unknown = set(value) - set(shape.members) - _FUTURE
    if missing or unknown:
        raise Nonconformance(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    for member, each in value.items():
        if member not in _FUTURE:
            check(f"{where}.{member}", each, shape.members[member])


def _check_string(where: str, value: str, shape: Shape) -> None:
    limits = shape.metadata
    if limits.get("enum") and value not in limits["enum"] and value not in _FUTURE_VALUES:
        raise Nonconformance(f"{where}: {value!r} is none of {limits['enum']}")
    # The model says 256 for some members that hold whole JSON documents; AWS answers with more.
    if len(value) > limits.get("max", len(value)) and not value.startswith("{"):
        raise Nonconformance(f"{where}: longer than {limits['max']}")
    if "pattern" in limits and not re.search(limits["pattern"], value):
        raise Nonconformance(f"{where}: {value!r} does not match {limits['pattern']}")
