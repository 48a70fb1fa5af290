"""Every kind agrees with botocore's model of Network Manager, and parses whatever shape the model allows."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from cloudwan_mcp.discovery import kinds
from cloudwan_mcp.discovery.kind import Kind
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.model import Connection, Element, Scope

SCOPES = {
    "account": Scope(),
    "global-network": Scope("global-network-1"),
    "core-network": Scope("global-network-1", "core-network-1"),
    "resource-type": Scope("global-network-1", resource_type="vpn-connection"),
    "route-table": Scope("global-network-1", "core-network-1", "prod", "eu-west-1"),
}
PAGING = {"MaxResults", "NextToken"}
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@lru_cache(maxsize=1)
def model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("networkmanager", "service-2"), "networkmanager")


def operation_of(kind: Kind) -> OperationModel:
    return model().operation_model(kind.operation_name)


def item_shape(kind: Kind) -> Any:
    """The shape of one item: of the list's members, or of the object where an operation answers one."""
    shape: Any = operation_of(kind).output_shape.members[kind.items]
    return shape.member if shape.type_name == "list" else shape


def example(shape: Any, name: str = "", depth: int = 0) -> Any:
    """A value of a shape with every member filled in, as the wire would give it."""
    if shape.type_name == "structure":
        return {
            member: example(each, member, depth + 1) for member, each in shape.members.items() if depth < 6
        }
    if shape.type_name == "list":
        return [example(shape.member, name, depth + 1)]
    if shape.type_name == "map":
        return {"key": example(shape.value, name, depth + 1)}
    if shape.type_name == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else _text(name)
    return {"integer": 7, "long": 7, "boolean": True, "timestamp": 1767225600.25}[shape.type_name]


def _text(name: str) -> str:
    return f"arn:aws:networkmanager::111122223333:thing/{name}-1" if name.endswith("Arn") else f"{name}-1"


def timestamps(shape: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """Dotted names of the members that hold a time, those within lists left out."""
    if shape.type_name == "timestamp":
        yield path
    if shape.type_name == "structure" and depth < 6:
        for member, each in shape.members.items():
            yield from timestamps(each, f"{path}.{member}" if path else member, depth + 1)


def parsed(kind: Kind, item: dict[str, Any]) -> list[Element | Connection]:
    return list(kind.parse(item, SCOPES[kind.scope]))


def test_every_file_of_kinds_is_registered_once() -> None:
    files = [module.name for module in pkgutil.iter_modules(kinds.__path__)]
    found = [importlib.import_module(f"{kinds.__name__}.{name}").KIND for name in files]
    assert sorted(kind.name for kind in found) == sorted(kind.name for kind in KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@each_kind
def test_a_kind_only_reads(kind: Kind) -> None:
    assert kind.operation_name.startswith(("Get", "List", "Describe"))
    assert kind.operation_name in model().operation_names
    assert kind.action == f"networkmanager:{kind.operation_name}"


@each_kind
def test_the_page_of_a_kind_is_where_its_items_say(kind: Kind) -> None:
    assert kind.items in operation_of(kind).output_shape.members
    assert item_shape(kind).type_name == "structure"


@each_kind
def test_a_kind_is_paged_through_or_answers_one_object(kind: Kind) -> None:
    operation = operation_of(kind)
    listing = operation.output_shape.members[kind.items].type_name == "list"
    pages = set(operation.input_shape.members) >= PAGING and "NextToken" in operation.output_shape.members
    assert listing == pages


@each_kind
def test_the_parameters_of_a_kind_are_taken_and_the_required_ones_given(kind: Kind) -> None:
    shape: Shape = operation_of(kind).input_shape
    assert set(kind.parameters) <= set(shape.members) - PAGING
    given = kind.arguments(SCOPES[kind.scope])
    assert set(given) >= set(shape.required_members)
    assert set(given) == set(kind.parameters)


@each_kind
def test_a_kind_leaves_out_parameters_that_its_scope_has_no_value_for(kind: Kind) -> None:
    constants = {"Alias", "RouteTableIdentifier"}
    assert set(kind.arguments(Scope())) <= constants


@each_kind
def test_the_timestamps_of_a_kind_are_those_of_its_items(kind: Kind) -> None:
    shown = kind.name not in ("core-network-layout",)  # its items are parts of the object, none with a time
    expected = set(timestamps(item_shape(kind))) if shown else set()
    assert set(kind.timestamps) == expected


@each_kind
def test_the_minimal_item_is_parsed(kind: Kind) -> None:
    shape = item_shape(kind)
    for item in ({}, dict.fromkeys(shape.members)):
        parsed(kind, item)
        list(kind.reveals(item, SCOPES[kind.scope]))
        if kind.announces:
            kind.announces(item)


@each_kind
def test_the_maximal_item_is_parsed_into_elements_with_ids_and_connections_with_ends(kind: Kind) -> None:
    values = parsed(kind, example(item_shape(kind)))
    for value in values:
        if isinstance(value, Element):
            assert value.id
            assert value.type
            assert not value.attributes or json.loads(value.attributes)
        else:
            assert value.source
            assert value.target
            assert value.type
    silent = {"network-resource-count"}
    assert bool(values) == (kind.name not in silent)


def ids_of(kind: Kind, number: int) -> set[str]:
    item = json.loads(json.dumps(example(item_shape(kind))).replace('-1"', f'-{number}"'))
    return {value.id for value in parsed(kind, item) if isinstance(value, Element)}


@each_kind
def test_items_that_differ_have_ids_that_differ(kind: Kind) -> None:
    unique = {"core-network-policy", "policy-version"}  # by alias, and by a number that is no text
    assert ids_of(kind, 1).isdisjoint(ids_of(kind, 2)) or kind.name in unique


@each_kind
def test_what_a_kind_reveals_has_kinds_to_read_it(kind: Kind) -> None:
    levels = {each.scope for each in KINDS}
    for level, scope in kind.reveals(example(item_shape(kind)), SCOPES[kind.scope]):
        assert level in levels
        assert scope.label()


def test_every_level_but_the_first_is_revealed_by_some_kind() -> None:
    count = {"ResourceType": "vpn-connection", "Count": 1}
    revealed = {
        level
        for kind in KINDS
        for item in (example(item_shape(kind)), count)
        for level, _ in kind.reveals(item, SCOPES[kind.scope])
    }
    assert revealed == {kind.scope for kind in KINDS} - {"account"}
