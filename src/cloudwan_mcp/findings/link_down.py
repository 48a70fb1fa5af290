"""Links that are down: Direct Connect lines, and sites, devices, links and connections not available.

The states of the last four say whether they are provisioned, not whether they work: AWS does not watch them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, seen, text_of, time_of
from cloudwan_mcp.model import Element

_DIRECT = ("dxcon", "dx-vif")
_STATES = ("connectionstate", "virtualinterfacestate", "state")  # Direct Connect's own names, any case
_DOWN = ("down", "deleted", "rejected")
_BELONGS = ("SiteId", "DeviceId", "ConnectedDeviceId", "LinkId", "ConnectedLinkId")


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    if element.type in _DIRECT:
        return _direct(element, attributes)
    if element.state in ("AVAILABLE", ""):
        return None
    ends = {name: text_of(attributes.get(name)) for name in _BELONGS}
    known = ", ".join(f"{name} {value}" for name, value in ends.items() if value)
    return seen(
        f"{element.type} is {element.state}, not AVAILABLE{f'; {known}' if known else ''}.",
        severity="low",
        since=time_of(attributes.get("CreatedAt")) if element.state == "PENDING" else None,
        state=element.state,
        **ends,
    )


def _direct(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    """The Describe answer that Network Manager polled is text within the row."""
    definition = attributes.get("Definition")
    if not isinstance(definition, str):
        return None
    try:
        described = json.loads(definition)
    except (ValueError, RecursionError):
        return None
    if not isinstance(described, dict):
        return None
    lower = {name.lower(): text_of(value) for name, value in described.items()}
    state = next((lower[name] for name in _STATES if lower.get(name)), "")
    if state.lower() not in _DOWN:
        return None
    kind = "Direct Connect connection" if element.type == "dxcon" else "Virtual interface"
    return seen(f"{kind} is {state}.", state=state, account=element.account, edge=element.edge)


FINDING = Finding(
    name="link_down",
    severity="high",
    title="Link, device or connection that is down or not available",
    fix="Look at the line and its provider; remove what is no longer there from the global network.",
    documentation="https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_Link.html",
    reads=("GetSites", "GetDevices", "GetLinks", "GetConnections", "GetNetworkResources"),
    types=("site", "device", "link", "connection", *_DIRECT),
    examine=_examine,
)
