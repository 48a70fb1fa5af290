"""What is so in an estate, from the simulator's own objects: no store, no query and no tool has a say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.associations import Association
from cloudwan_mcp.simulator.attachment import Attachment, attachment
from cloudwan_mcp.simulator.network import Network

ATTACHMENTS = {
    kind: f"{kind.lower().replace('_', '-')}-attachment"
    for kind in (
        "VPC", "CONNECT", "SITE_TO_SITE_VPN", "DIRECT_CONNECT_GATEWAY", "TRANSIT_GATEWAY_ROUTE_TABLE",
    )
}  # fmt: skip
WAITING = ("PENDING_ATTACHMENT_ACCEPTANCE", "PENDING_TAG_ACCEPTANCE", "UPDATING", "CREATING")
ROUTED = ("AVAILABLE", "PENDING_TAG_ACCEPTANCE", "UPDATING")
PLACEABLE = ("AVAILABLE", "PENDING_TAG_ACCEPTANCE")  # accepted, so that a rule should have placed them


class Cell(NamedTuple):
    """What attachments are counted by; `place` is a segment's name, `nfg:` and a group's, or "" for none."""

    type: str
    state: str
    place: str
    edge: str


class Wanted(NamedTuple):
    """Where rules want attachments of a type and state; `place` as in `Cell`."""

    type: str
    state: str
    place: str


class Route(NamedTuple):
    """A route of one table; `place` as in `Cell`, `via` the ids of the attachments it leads to."""

    place: str
    edge: str
    prefix: str
    state: str
    type: str
    via: frozenset[str]


@dataclass(slots=True)
class Attached:
    """What one pass through the attachments leaves; ids only of what somebody asks for by name."""

    cells: Counter[Cell] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    failed: set[str] = field(default_factory=set)
    unplaced: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    of_account: set[str] = field(default_factory=set)
    serving: dict[str, set[str]] = field(default_factory=dict)  # edges of each group's attachments
    wanted: Counter[Wanted] = field(default_factory=Counter)


class Truth:
    """Of an estate with one core network; `earlier` is what was so before it changed, where it did."""

    def __init__(self, estate: Estate, earlier: Truth | None = None) -> None:
        self.estate = estate
        self.earlier = earlier or self
        self.network: Network = estate.networks[0]
        self.account = attachment(estate, 0).account  # whose attachments are asked for

    @cached_property
    def attached(self) -> Attached:
        found = Attached()
        for index in range(self.estate.attachments):
            self._count(attachment(self.estate, index), found)
        return found

    def _count(self, one: Attachment, found: Attached) -> None:
        place = place_of(one)
        found.cells[Cell(ATTACHMENTS[one.kind], one.state, place, one.edges[0])] += 1
        found.accounts[one.account] += 1
        found.wanted[Wanted(ATTACHMENTS[one.kind], one.state, _spelled(one.wanted))] += 1
        if one.now and one.now.group:
            found.serving.setdefault(one.now.group, set()).add(one.edges[0])
        if one.account == self.account:
            found.of_account.add(one.id)
        if one.state == "FAILED":
            found.failed.add(one.id)
        if one.state in WAITING:
            found.waiting.add(one.id)
        if not place and one.state in PLACEABLE:
            found.unplaced.add(one.id)

    @property
    def policy(self) -> dict[str, Any]:
        """The document in force, as the simulator wrote it."""
        return self.network.plan.document

    @cached_property
    def lanes(self) -> dict[str, tuple[str, ...]]:
        """Every segment and `nfg:` group with its edges: each pair has a route table."""
        plan = self.network.plan
        return {each.name: each.edges for each in plan.segments} | {
            f"nfg:{each.name}": each.edges for each in plan.groups
        }

    @cached_property
    def routes(self) -> list[Route]:
        """Every route of every table. Tables of one lane are alike in the simulator: one is read for all."""
        return [
            Route(place, edge, *rest)
            for place, edges in self.lanes.items()
            for rest in self._rows(place, edges[0])
            for edge in edges
        ]

    def table(self, place: str, edge: str) -> list[dict[str, Any]]:
        """A route table as AWS gives it."""
        at = {"CoreNetworkId": self.network.core_id, "EdgeLocation": edge}
        group = place.removeprefix("nfg:")
        if group == place:
            identifier = {"CoreNetworkSegmentEdge": {**at, "SegmentName": place}}
        else:
            identifier = {"CoreNetworkNetworkFunctionGroup": {**at, "NetworkFunctionGroupName": group}}
        return list(self.items("GetNetworkRoutes", RouteTableIdentifier=identifier))

    def _rows(self, place: str, edge: str) -> list[tuple[str, str, str, frozenset[str]]]:
        return [
            (
                item["DestinationCidrBlock"],
                item["State"],
                item["Type"],
                frozenset(end["CoreNetworkAttachmentId"] for end in item["Destinations"]),
            )
            for item in self.table(place, edge)
        ]

    def items(self, operation: str, **scope: Any) -> Iterator[dict[str, Any]]:
        """What AWS lists of this network."""
        return self.estate.items(operation, **self._scope(operation), **scope)

    def count(self, operation: str, **scope: Any) -> int:
        return self.estate.count(operation, **self._scope(operation), **scope)

    def listed(self, identifier: str) -> dict[str, Any]:
        """An attachment as AWS lists it."""
        index = self.estate.series["attachment"].index(identifier, self.estate.attachments)
        return {} if index is None else self.estate.item("ListAttachments", index)

    def _scope(self, operation: str) -> dict[str, str]:
        if operation.startswith("List"):
            return {"CoreNetworkId": self.network.core_id}
        return {"GlobalNetworkId": self.network.global_id}


def place_of(one: Attachment) -> str:
    """Where an attachment is, as answers write it."""
    return _spelled(one.now) if one.now else ""


def _spelled(given: Association) -> str:
    return f"nfg:{given.group}" if given.group else given.segment or ""
