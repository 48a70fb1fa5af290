"""What a caller names: the network, which need not be named where it is the only one, and an element."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.finding import strings_of
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.identify import element_id
from cloudwan_mcp.store.index.reader import SHORTEST

PLACES = {"segment": "segment", "network-function-group": "segment", "core-network-edge": "edge"}
LANES = ("segment", "network-function-group")
LANES_READ = 2_000  # AWS allows 40 in a core network
SHOWN = 20
CANDIDATES = 400  # that share the trigrams of a name
SAID = 5


def networks(reader: Reader, kind: str) -> list[Element]:
    """The first elements of type `core-network` or `global-network`; a listing gives them all at once."""
    return [element for _, element in reader.page(Filters(types=(kind,)), after=0, limit=SHOWN + 1).rows]


def choose(reader: Reader, *, core_network: str, global_network: str) -> None:
    """Check the network that a caller named; raises `BadRequest` naming the choices.

    With none named there must be one core network, or none at all.
    """
    for field, wanted in (("core_network_id", core_network), ("global_network_id", global_network)):
        if wanted:
            found = networks(reader, field.removesuffix("_id").replace("_", "-"))
            if wanted not in [element.id for element in found] and reader.info().complete:
                raise BadRequest(
                    f"{field} {wanted!r} is not in this account.", field=field, next_step=_list(found)
                )
    if core_network or global_network:
        return
    found = networks(reader, "core-network")
    if len(found) > 1:
        raise BadRequest(
            f"There are {len(found)} core networks.", field="core_network_id", next_step=_list(found)
        )


def _list(found: list[Element]) -> str:
    if not found:
        return "There is none; call without it."
    names = [f"{e.id} ({e.name})" if e.name else e.id for e in found[:SHOWN]]
    more = ", and more" if len(found) > SHOWN else ""
    return f"Name one: {', '.join(names)}{more}."


def settled(reader: Reader) -> bool:
    """Whether it is known which networks there are; early in a discovery it is not."""
    return bool(networks(reader, "core-network")) or reader.info().state != "growing"


def locate(reader: Reader, identifier: str, *, field_name: str) -> int:
    """The number of the element with this id, ARN or, where only one has it, name; "" is the core network.

    Raises `NotFound`, and `BadRequest` naming the choices where there are several.
    """
    number = reader.find(identifier or _only_network(reader, field_name))
    if number:
        return number
    named = standing_for(reader, identifier, limit=CANDIDATES) or _named(reader, identifier)
    if len(named) > 1:
        ids = ", ".join(f"{element.id} ({element.type})" for _, element in named[:SAID])
        raise BadRequest(
            f"{len(named)} elements are named {identifier[:80]!r}.",
            field=field_name,
            next_step=f"Name one: {ids}.",
        )
    if not named:
        raise NotFound(
            f"{field_name}={identifier[:80]!r} is in this snapshot neither as an id nor as a name.",
            next_step="Look for it with find, or read the network anew with refresh='always'.",
        )
    return named[0][0]


def _only_network(reader: Reader, field_name: str) -> str:
    found = networks(reader, "core-network")
    if len(found) == 1:
        return found[0].id
    names = ", ".join(f"{element.id} ({element.name})" for element in found[:SAID])
    raise BadRequest(
        f"There are {len(found)} core networks.",
        field=field_name,
        next_step=f"Name an element, such as {names}.",
    )


def members_of(place: Element) -> Filters | None:
    """What is in a segment, network function group or edge; None for anything else."""
    field = PLACES.get(place.type)
    return Filters(core_network=place.core_network, **{field: getattr(place, field)}) if field else None


def lanes(reader: Reader, *, core_network: str, segment: str = "") -> Iterator[tuple[Element, list[str]]]:
    """(segment or network function group, the edge locations that it is deployed at)."""
    wanted = Filters(types=LANES, core_network=core_network, segment=segment)
    for _, lane in reader.page(wanted, after=0, limit=LANES_READ).rows:
        yield lane, strings_of(json.loads(lane.attributes or "{}").get("EdgeLocations"))


def resource_of(element: Element, attributes: Mapping[str, Any]) -> str:
    """The id of the resource that an attachment or peering stands for, "" where AWS names none."""
    arn = attributes.get("ResourceArn")
    if not isinstance(arn, str) or not element.type.endswith(("-attachment", "-peering")):
        return ""
    identifier = element_id(arn)
    return "" if identifier == element.id else identifier


def standing_for(reader: Reader, identifier: str, *, limit: int) -> list[tuple[int, Element]]:
    """The attachments and peerings of a resource, by its id or ARN: a VPC is no element of its own."""
    wanted = element_id(identifier)
    numbers = reader.index.known_as(wanted, limit=limit) if reader.index else []
    elements = zip(numbers, reader.elements(numbers), strict=True)
    return [(n, each) for n, each in elements if resource_of(each, json.loads(each.attributes)) == wanted]


def _named(reader: Reader, name: str) -> list[tuple[int, Element]]:
    if not reader.index or len(name) < SHORTEST:
        return []
    numbers = reader.index.named(name, limit=CANDIDATES)
    elements = zip(numbers, reader.elements(numbers), strict=True)
    return [(n, element) for n, element in elements if element.name == name]
