"""Elements to find something at, and healthy ones of every type."""

from __future__ import annotations

import json
from typing import Any

from cloudwan_mcp.finding import Evidence, Examiner, Facts, Finding, Prefix
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.model import Element

TAGS = [{"Key": "Name", "Value": "billing"}]
SETTLED = {"AttachmentId": "attachment-1", "State": "AVAILABLE", "SegmentName": "prod", "Tags": TAGS}
HEALTHY: dict[str, dict[str, Any]] = {
    "vpc-attachment": SETTLED | {"LastModificationErrors": []},
    "connect-attachment": SETTLED,
    "transit-gateway-attachment": {"ResourceId": "tgw-attach-1"},
    "transit-gateway-peering": {"PeeringId": "peering-1", "LastModificationErrors": []},
    "connect-peer": {"ConnectPeerId": "connect-peer-1"},
    "transit-gateway-registration": {"State": {"Code": "AVAILABLE"}},
    "policy-version": {"PolicyVersionId": 3, "Alias": "LIVE", "ChangeSetState": "EXECUTION_SUCCEEDED"},
    "core-network-policy": {"PolicyVersionId": 3, "PolicyErrors": []},
    "route": {"DestinationCidrBlock": "10.0.0.0/24", "State": "ACTIVE", "Type": "PROPAGATED"},
    "network-telemetry": {"Health": {"Type": "BGP", "Status": "UP"}},
    "device": {"DeviceId": "device-1"},
    "link": {"LinkId": "link-1"},
    "site": {"SiteId": "site-1"},
    "connection": {"ConnectionId": "connection-1"},
    "dxcon": {"Definition": json.dumps({"connectionState": "available"})},
    "dx-vif": {"Definition": json.dumps({"virtualInterfaceState": "available"})},
}
STATES = {"route": "ACTIVE", "network-telemetry": "UP", "policy-version": "EXECUTION_SUCCEEDED"}


def element(kind: str, attributes: dict[str, Any] | str = "", **members: Any) -> Element:
    text = attributes if isinstance(attributes, str) else json.dumps(attributes)
    values = {
        "name": "",
        "core_network": "core-network-1",
        "segment": "prod",
        "edge": "eu-west-1",
        "account": "111122223333",
        "state": STATES.get(kind, "AVAILABLE"),
    }
    return Element(f"{kind}-1", kind, **(values | members), attributes=text)


def found(one: Element) -> dict[str, Evidence]:
    return {finding.name: evidence for finding, evidence in Examiner(FINDINGS).examine(one)}


def named(name: str) -> Finding:
    return next(each for each in FINDINGS if each.name == name)


def surveyed(name: str, **facts: Any) -> list[tuple[str, Evidence]]:
    survey = named(name).survey
    assert survey
    return list(survey(Facts(**facts)))


def prefix(cidr: str, owner: str, segment: str = "prod", **members: str) -> Prefix:
    values = {"core_network": "core-network-1", "kind": "vpc-attachment"} | members
    made = Prefix.of(cidr, owner=owner, segment=segment, **values)
    assert made
    return made
