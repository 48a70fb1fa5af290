"""Pending: attachments, peerings and Connect peers that somebody or AWS has left waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, seen, text_of, time_of
from cloudwan_mcp.model import Element

DAY_S = 24 * 3600.0
_WAITS_FOR = {
    "PENDING_ATTACHMENT_ACCEPTANCE": "the core network's owner to accept or reject it",
    "PENDING_TAG_ACCEPTANCE": "the core network's owner to accept its changed tags",
    "PENDING_NETWORK_UPDATE": "AWS to connect it to the core network",
    "CREATING": "AWS to create it",
    "UPDATING": "AWS to update it",
}
_AWS_AT_WORK = "If it does not end by itself, ask AWS Support; a pending change set may hold it back."


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    """Since its last update, where AWS names one: whenever it began to wait, it has waited since then."""
    proposed = attributes.get("ProposedSegmentChange") or attributes.get("ProposedNetworkFunctionGroupChange")
    change = proposed if isinstance(proposed, dict) else {}
    where = text_of(change.get("SegmentName")) or text_of(change.get("NetworkFunctionGroupName"))
    since = time_of(attributes.get("UpdatedAt"))
    if since is None:
        since = time_of(attributes.get("CreatedAt"))
    accepted = element.state.endswith("_ACCEPTANCE")
    return seen(
        f"{element.state}: waits for {_WAITS_FOR.get(element.state, 'something')}."
        + (f" Proposed: {where}." if where else ""),
        since=since,
        fix="" if accepted else _AWS_AT_WORK,
        state=element.state,
        proposed=where,
        account=element.account,
        edge=element.edge,
    )


FINDING = Finding(
    name="pending",
    severity="medium",
    title="Attachment pending for over 24 hours",
    fix="As the core network's owner accept or reject it; until then it carries no traffic, or keeps its old "
    "segment.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-attachment.html",
    reads=("ListAttachments", "ListPeerings", "ListConnectPeers"),
    types=("attachment", "peering", "connect-peer"),
    states=tuple(_WAITS_FOR),
    examine=_examine,
    patience_s=DAY_S,
)
