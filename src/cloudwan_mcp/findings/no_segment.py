"""No segment: attachments that AWS accepted and the policy left without a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, items_of, seen, text_of
from cloudwan_mcp.model import Element


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    """A network function group is a place as well: its name stands where a segment's does."""
    if element.segment:
        return None
    tags = [
        f"{text_of(tag.get('Key'))}={text_of(tag.get('Value'))}" for tag in items_of(attributes.get("Tags"))
    ]
    rule = text_of(attributes.get("AttachmentPolicyRuleNumber"))
    why = f"Policy rule {rule} matched it" if rule else "No attachment policy rule placed it"
    told = f"its tags are {', '.join(tags[:5])}" if tags else "it has no tags"
    return seen(
        f"{element.state} without segment or network function group. {why}; {told}.",
        state=element.state,
        rule=rule,
        tags=len(tags),
        account=element.account,
        edge=element.edge,
    )


FINDING = Finding(
    name="no_segment",
    severity="high",
    title="Attachment without segment",
    fix="Give the attachment (not its VPC) the tags that a rule of the policy asks for, "
    "or add a rule; a tag-chosen segment must have exactly that name and be at the attachment's edge.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-policies-json.html",
    reads=("ListAttachments",),
    types=("attachment",),
    states=("AVAILABLE", "PENDING_TAG_ACCEPTANCE"),
    examine=_examine,
)
