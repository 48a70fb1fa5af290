"""Routing policies: their version, numbers, uses and the places they are associated with."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Document, EdgePolicy, Share
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import listed, quote


def check_version(document: Document) -> Iterator[Finding]:
    if document.version != "2021.12":
        return
    used = [("/routing-policies", document.routing_policies)] if document.routing_policies else []
    if document.label_rules:
        used.append(("/attachment-routing-policy-rules", ()))
    used += [
        (action.pointer, ())
        for action in document.actions
        if isinstance(action, EdgePolicy) or (isinstance(action, Share) and action.routing_policies)
    ]
    for pointer, _ in used:
        message = "Routing policies need version 2025.11; the document says 2021.12."
        yield Finding("version", "error", pointer, message, 'Write "version": "2025.11".')


def check_policies(document: Document) -> Iterator[Finding]:
    for first, policy in repeated(document.routing_policies, lambda each: each.number):
        message = f"Routing policy number {policy.number} is taken by {quote(first.name)}."
        where = step(policy.pointer, "routing-policy-number")
        yield Finding("routing-number", "error", where, message, "Give each policy its own number.")
    for policy in document.routing_policies:
        for _, rule in repeated(policy.rules, lambda each: each.number):
            message = f"Rule number {rule.number} of {quote(policy.name)} is taken."
            yield Finding("routing-number", "error", rule.pointer, message, "Give each rule its own number.")
        if not policy.rules:
            message = f"{quote(policy.name)} has no rules: it allows every route."
            yield Finding("empty-routing-policy", "warning", policy.pointer, message, "Add a rule.")
    for before, label in repeated(document.label_rules, lambda each: each.number):
        message = f"Rule number {label.number} is taken, at {before.pointer}."
        yield Finding("routing-number", "error", label.pointer, message, "Give each rule its own number.")


def check_associations(document: Document) -> Iterator[Finding]:
    used = {name for label in document.label_rules for name in label.routing_policies}
    for action in document.actions:
        if isinstance(action, Share | EdgePolicy):
            used |= set(action.routing_policies)
        if isinstance(action, EdgePolicy) and action.edge == action.peer:
            message = f"{quote(action.edge)} is associated with itself; routes pass between two edges."
            fix = "Name the other edge as the peer."
            yield Finding(
                "self-edge", "error", step(action.pointer, "edge-location-association"), message, fix
            )
        if isinstance(action, EdgePolicy) and document.segment(action.segment):
            yield from _absent(document, action)
    idle = [policy for policy in document.routing_policies if policy.name not in used]
    for policy in idle:
        message = f"Nothing is associated with the routing policy {quote(policy.name)}."
        fix = "Associate it with a share, a pair of edges or a label, or remove it."
        yield Finding("idle-routing-policy", "warning", policy.pointer, message, fix)


def _absent(document: Document, action: EdgePolicy) -> Iterator[Finding]:
    segment = document.segment(action.segment)
    known = document.edges_of(segment) if segment else ()
    missing = [edge for edge in (action.edge, action.peer) if edge in document.edges and edge not in known]
    if missing:
        message = f"{quote(action.segment)} does not exist at {listed(missing)}."
        fix = "Choose edges that the segment is at."
        yield Finding("segment-not-at-edge", "error", action.pointer, message, fix)
