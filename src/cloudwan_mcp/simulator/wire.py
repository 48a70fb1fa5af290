"""Network Manager's own service model as routes: which request is which operation, with which input."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from cloudwan_mcp.simulator.refusal import Refusal, invalid

READS = ("Describe", "Get", "List")


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """Botocore's description of Network Manager, read as data."""
    return ServiceModel(Loader().load_service_model("networkmanager", "service-2"), "networkmanager")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: the pattern its requests match, where each input member travels, what it answers."""

    name: str
    pattern: re.Pattern[str]
    labels: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str, Shape], ...]
    body: tuple[tuple[str, str, Shape], ...]
    input: StructureShape
    output: StructureShape | None
    items: str

    @property
    def reads(self) -> bool:
        return self.name.startswith(READS)


def _operation(model: OperationModel) -> Operation:
    template = model.http["requestUri"].partition("?")[0]
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    shape = model.input_shape
    if shape is None:
        raise TypeError(f"{model.name} takes no input")
    places: dict[str, list[tuple[str, str, Shape]]] = {"uri": [], "querystring": [], "body": []}
    for member, each in shape.members.items():
        place = each.serialization.get("location", "body")
        places.setdefault(place, []).append((member, each.serialization.get("name", member), each))
    output = model.output_shape
    lists = [name for name, each in output.members.items() if isinstance(each, ListShape)] if output else []
    return Operation(
        model.name,
        re.compile(f"^{pattern}$"),
        tuple((member, name) for member, name, _ in places["uri"]),
        tuple(places["querystring"]),
        tuple(places["body"]),
        shape,
        output,
        lists[0] if lists else "",
    )


@lru_cache(maxsize=1)
def operations() -> Mapping[str, Operation]:
    """Every operation of the service, reading or writing, by name."""
    model = service_model()
    return {name: _operation(model.operation_model(name)) for name in model.operation_names}


@lru_cache(maxsize=1)
def _by_first_step() -> dict[tuple[str, str], list[Operation]]:
    table: dict[tuple[str, str], list[Operation]] = {}
    model = service_model()
    for name, operation in operations().items():
        http = model.operation_model(name).http
        table.setdefault((http["method"], http["requestUri"].split("/")[1]), []).append(operation)
    return table


def route(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation a request is for, with its path labels still encoded."""
    for operation in _by_first_step().get((method, path.split("/", 2)[1] if "/" in path else ""), ()):
        match = operation.pattern.match(path)
        if match:
            return operation, match.groupdict()
    raise Refusal("UnknownOperationException", f"No operation answers {method} {path}")


def read_input(operation: Operation, labels: Mapping[str, str], query: str, body: bytes) -> dict[str, Any]:
    """Collect the input from path, query and body, and refuse what the model does not allow."""
    values: dict[str, Any] = {
        member: _number(member, operation.input.members[member], unquote(labels[name]))
        for member, name in operation.labels
    }
    given = parse_qs(query, keep_blank_values=True) if query else {}
    for member, name, shape in operation.query:
        if name in given:
            found = given[name]
            values[member] = found if isinstance(shape, ListShape) else _number(member, shape, found[0])
    if operation.body and body:
        values |= _from_body(operation, body)
    for member in operation.input.required_members:
        if values.get(member) in (None, ""):
            raise invalid(member, "Member must not be null")
    for member, value in values.items():
        check_input(member, value, operation.input.members[member])
    return values


def _from_body(operation: Operation, body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        raise invalid("body", "The request body is not JSON", "CannotParse") from None
    if not isinstance(document, dict):
        raise invalid("body", "The request body is not a JSON object", "CannotParse")
    return {member: document[name] for member, name, _ in operation.body if document.get(name) is not None}


def _number(member: str, shape: Shape, text: str) -> Any:
    if shape.type_name not in ("integer", "long"):
        return text
    try:
        return int(text)
    except ValueError:
        raise invalid(member, f"Member must be a number, not {text}", "CannotParse") from None


_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


def _is_of_type(value: Any, shape: Shape) -> bool:
    return isinstance(value, _TYPES.get(shape.type_name, object))


def check_input(name: str, value: Any, shape: Shape) -> None:
    """Refuse a value of another type, range, pattern or enumeration than the model's."""
    if not _is_of_type(value, shape):
        raise invalid(name, f"Member must be a {shape.type_name}", "CannotParse")
    if isinstance(shape, StructureShape):
        for member in shape.members.keys() & value.keys():
            check_input(f"{name}.{member}", value[member], shape.members[member])
    elif isinstance(shape, ListShape):
        for each in value:
            check_input(name, each, shape.member)
    elif isinstance(shape, MapShape):
        for each in value.values():
            check_input(name, each, shape.value)
    else:
        _check_scalar(name, value, shape)


def _check_scalar(name: str, value: Any, shape: Shape) -> None:
    limits = shape.metadata
    size = value if isinstance(value, int) else len(value)
    if size > limits.get("max", size) or size < limits.get("min", size):
        raise invalid(name, f"Member must be between {limits.get('min', 0)} and {limits.get('max')}")
    if isinstance(value, str):
        if limits.get("enum") and value not in limits["enum"]:
            raise invalid(name, f"Member must satisfy enum value set: {limits['enum']}")
        if "pattern" in limits and not _pattern(limits["pattern"]).search(value):
            raise invalid(name, f"Member must satisfy regular expression pattern: {limits['pattern']}")


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
