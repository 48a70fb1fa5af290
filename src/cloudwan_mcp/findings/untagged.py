"""Untagged: attachments that no rule by tag can place and nobody can be asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, items_of, seen
from cloudwan_mcp.model import Element


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    if element.name:  # an attachment has no other name than its tag's
        return None
    text = element.attributes
    # a tag's key stands nowhere else but in a proposed change: so nearly every text need not be parsed
    if ('"Key"' in text and '"Proposed' not in text) or items_of(attributes.get("Tags")):
        return None
    return seen("It has no tags.", account=element.account, edge=element.edge, segment=element.segment)


FINDING = Finding(
    name="untagged",
    severity="low",
    title="Attachment without tags",
    fix="Tag the attachment with its owner and purpose, and with what the policy's rules look for.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-attachment.html",
    reads=("ListAttachments",),
    types=("attachment",),
    examine=_examine,
)
