"""Sessions that are down: BGP and IPSec as Network Manager's telemetry tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, seen, text_of, time_of
from cloudwan_mcp.model import Element

_IPSEC_FIX = "Compare pre-shared key, proposals and addresses of both ends, and let IKE through."


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence:
    health = attributes.get("Health")
    health = health if isinstance(health, dict) else {}
    kind = text_of(health.get("Type")) or "A session"
    arn = text_of(attributes.get("ResourceArn"))
    resource = arn.rpartition("/")[2] or text_of(attributes.get("ResourceId"))
    owner = text_of(attributes.get("ResourceType"))
    address = text_of(attributes.get("Address"))
    return seen(
        f"{kind}{f' at {address}' if address else ''} is DOWN, of {owner} {resource}.",
        since=time_of(health.get("Timestamp")),
        fix=_IPSEC_FIX if kind == "IPSEC" else "",
        protocol=kind,
        address=address,
        resource=resource,
        resource_type=owner,
        gateway=text_of(attributes.get("RegisteredGatewayArn")).rpartition("/")[2],
        account=element.account,
        edge=element.edge,
    )


FINDING = Finding(
    name="session_down",
    severity="high",
    title="BGP or IPSec session that is down",
    fix="Look at the peer: addresses, AS numbers, timers, whether it is up; of a VPN, at its tunnel first.",
    documentation="https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_ConnectionHealth.html",
    reads=("GetNetworkTelemetry",),
    types=("network-telemetry",),
    states=("DOWN",),
    examine=_examine,
)
