"""Segments: their filters, and whether anything gets into them."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.attachment import TRANSIT_GATEWAY
from cloudwan_mcp.policy.document import Document, SendTo, SendVia, Share
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import listed, quote


def check_filters(document: Document) -> Iterator[Finding]:
    joined = {action.segment for action in document.actions if isinstance(action, Share)}
    for segment in document.segments:
        if segment.allow is not None and segment.deny is not None:
            yield Finding(
                "both-filters",
                "error",
                segment.pointer,
                f"{quote(segment.name)} has an allow-filter and a deny-filter.",
                "Keep one of them.",
            )
        for member, names in (("allow-filter", segment.allow), ("deny-filter", segment.deny)):
            if names is not None and not joined:
                yield Finding(
                    "idle-filter",
                    "info",
                    step(segment.pointer, member),
                    f"The {member} of {quote(segment.name)} has nothing to filter: no segment is shared.",
                    "Remove it, or add the share it is meant for.",
                )
            if names is not None and segment.name in names:
                yield Finding(
                    "self-filter",
                    "warning",
                    step(segment.pointer, member),
                    f"{quote(segment.name)} lists itself; filters concern other segments.",
                    "Remove it; isolate-attachments separates attachments within a segment.",
                )


def check_gateways(document: Document) -> Iterator[Finding]:
    """Transit gateways in isolated segments: their routes go in, and none come out."""
    isolated = {each.name for each in document.segments if each.isolated}
    for rule in document.rules:
        kinds = {each.value for each in rule.conditions if each.type == "attachment-type"}
        if rule.segment in isolated and TRANSIT_GATEWAY in kinds:
            yield Finding(
                "isolated-gateway",
                "info",
                rule.pointer,
                f"Transit gateway route tables in the isolated {quote(rule.segment)} advertise into it, "
                "and learn nothing: traffic is one-way.",
                "Put them into a segment that does not isolate.",
            )


def check_reachable(document: Document) -> Iterator[Finding]:
    """Segments and groups that no rule can put an attachment into."""
    if not document.rules:
        if document.segments:
            message = "Without attachment-policies no attachment gets a segment by rule."
            yield Finding("no-rules", "info", "", message, "Add attachment-policies.")
        return
    tagged = any(rule.tag for rule in document.rules)
    filled = {rule.segment for rule in document.rules} | {rule.group for rule in document.rules}
    for segment in document.segments:
        if not tagged and segment.name not in filled:
            yield Finding(
                "unreachable-segment",
                "warning",
                segment.pointer,
                f"No rule puts an attachment into {quote(segment.name)}.",
                "Add a rule for it, or remove it.",
            )
    used = {
        name for each in document.actions if isinstance(each, SendVia | SendTo) for name in each.via.groups
    }
    for group in document.groups:
        if group.name not in filled:
            yield Finding(
                "empty-group",
                "warning",
                group.pointer,
                f"No rule puts an attachment into the group {quote(group.name)}"
                + (", and actions send traffic to it: it is dropped." if group.name in used else "."),
                "Add a rule with add-to-network-function-group.",
            )
    idle = [group for group in document.groups if group.name not in used]
    if idle:
        message = f"No action sends traffic to {listed(group.name for group in idle)}."
        yield Finding("idle-group", "info", idle[0].pointer, message, "Add a send-via or send-to action.")
