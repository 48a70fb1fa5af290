"""Blackholes: routes that drop what they match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, Severity, items_of, seen, text_of
from cloudwan_mcp.model import Element

_DEFAULTS = ("0.0.0.0/0", "::/0")
_STATIC_FIX = "If it is not meant to drop, remove the create-route action or give it an attachment."


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence:
    kind = text_of(attributes.get("Type"))
    prefix = text_of(attributes.get("DestinationCidrBlock")) or text_of(attributes.get("PrefixListId"))
    ends = items_of(attributes.get("Destinations"))
    names = [
        text_of(end.get("CoreNetworkAttachmentId")) or text_of(end.get("TransitGatewayAttachmentId"))
        for end in ends
    ]
    towards = next(filter(None, names), "")
    severity, cause, fix = _cause(kind, prefix, towards)
    where = element.segment.removeprefix("nfg:")
    place = "network function group" if where != element.segment else "segment"
    return seen(
        f"{prefix or element.name} is dropped in {place} {where} at {element.edge}. {cause}",
        severity=severity,
        fix=fix,
        prefix=prefix,
        route_type=kind,
        segment=element.segment,
        edge=element.edge,
        attachment=towards,
    )


def _cause(kind: str, prefix: str, towards: str) -> tuple[Severity | None, str, str]:
    """(severity, likely cause, fix) where they are other than usual."""
    if towards:
        return None, f"Likely cause: {towards}, where it leads, is gone, detached or not available.", ""
    if kind == "STATIC" and prefix in _DEFAULTS:
        told = "Likely cause: a send-to action whose network function group has no attachment here."
        return "medium", f"{told} A send-to may also show so while it works.", ""
    if kind == "STATIC":
        return "low", "Likely cause: a create-route action with the destination blackhole.", _STATIC_FIX
    return None, "Likely cause: no attachment that it could lead to is left.", ""


FINDING = Finding(
    name="blackhole",
    severity="high",
    title="Route that drops its traffic",
    fix="Repair or replace the attachment that the route leads to, or remove what originates the route.",
    documentation="https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_NetworkRoute.html",
    reads=("GetNetworkRoutes",),
    types=("route",),
    states=("BLACKHOLE",),
    examine=_examine,
)
