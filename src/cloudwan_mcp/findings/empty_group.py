"""Empty network function groups: traffic is sent to be inspected where nothing inspects it."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.finding import Attributes, Evidence, Facts, Finding, seen, strings_of
from cloudwan_mcp.model import Element

_WORKING = ("AVAILABLE", "UPDATING", "PENDING_TAG_ACCEPTANCE", "PENDING_NETWORK_UPDATE")


def _survey(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    there = {
        (cell.core_network, cell.segment, cell.edge)
        for cell in facts.cells
        if cell.elements and cell.segment.startswith("nfg:") and cell.state in _WORKING
    }
    for place in facts.places:
        if place.type == "network-function-group":
            edges = {
                edge for core, group, edge in there if (core, group) == (place.core_network, place.segment)
            }
            evidence = _examine(place, edges)
            if evidence:
                yield place.id, evidence


def _examine(group: Element, edges: set[str]) -> Evidence | None:
    attributes = Attributes(group.attributes)
    deployed = [edge for edge in strings_of(attributes.get("EdgeLocations")) if edge not in edges]
    if edges and not deployed:
        return None
    segments = attributes.get("Segments")
    sent = segments if isinstance(segments, dict) else {}
    via, to = strings_of(sent.get("SendVia")), strings_of(sent.get("SendTo"))
    users = ", ".join(dict.fromkeys([*via, *to])) or "no segment"
    where = "anywhere" if not edges else f"at {', '.join(deployed)}"
    return seen(
        f"Network function group {group.name} has no attachment {where}; {users} sends traffic to it.",
        severity="low" if not (via or to) else "medium" if edges else None,
        core_network=group.core_network,
        group=group.name,
        edges_without=len(deployed),
        send_via=", ".join(via),
        send_to=", ".join(to),
    )


FINDING = Finding(
    name="empty_group",
    severity="high",
    title="Network function group without an attachment at an edge",
    fix="Attach an inspection VPC at each edge that the group's send-via or send-to needs: dual-hop drops "
    "traffic at an edge without one, single-hop takes another Region's.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-policy-service-insertion.html",
    reads=("ListAttachments", "GetCoreNetwork"),
    survey=_survey,
)
