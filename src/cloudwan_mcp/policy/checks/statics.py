"""Static routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Document, SendTo, StaticRoute
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

_ATTACHMENT = re.compile(r"attachment-[0-9a-f]{17}")
DEFAULTS = ("0.0.0.0/0", "::/0")


def _routes(document: Document) -> list[StaticRoute]:
    return [action for action in document.actions if isinstance(action, StaticRoute)]


def check_routes(document: Document) -> Iterator[Finding]:
    leaving = {action.segment for action in document.actions if isinstance(action, SendTo)}
    for route in _routes(document):
        yield from _destinations(route)
        for index, text in enumerate(route.cidrs):
            where = step(step(route.pointer, "destination-cidr-blocks"), index)
            try:
                ip_network(text)
            except ValueError:
                message = f"{quote(text)} is no CIDR block, or has bits set beyond its length."
                fix = "Write a block such as 10.0.0.0/16."
                yield Finding("route-cidr", "error", where, message, fix, "INVALID_STRING")
            if text in DEFAULTS and route.segment in leaving:
                message = f"{quote(route.segment)} has a static {text} and a send-to, which installs it too."
                yield Finding("two-default-routes", "warning", where, message, "Keep one of them.")


def _destinations(route: StaticRoute) -> Iterator[Finding]:
    where = step(route.pointer, "destinations")
    if route.blackhole and len(route.destinations) > 1:
        message = "blackhole may only exist in a singleton list."
        fix = "Remove the attachments, or blackhole."
        yield Finding("blackhole-list", "error", where, message, fix, "MAXIMUM_ITEMS_EXCEEDED")
    for name in route.destinations:
        if name != "blackhole" and not _ATTACHMENT.fullmatch(name):
            message = (
                f"{quote(name)} is neither an attachment id (attachment- and 17 of a-f, 0-9) nor blackhole."
            )
            fix = "Give the attachment's id."
            yield Finding("route-destination", "error", where, message, fix, "INVALID_STRING")


def check_repeated_routes(document: Document) -> Iterator[Finding]:
    pairs = [(route.segment, text, route) for route in _routes(document) for text in route.cidrs]
    for (_, _, first), (segment, text, route) in repeated(pairs, lambda each: each[:2]):
        severity = "warning" if first.destinations == route.destinations else "error"
        yield Finding(
            "repeated-route",
            "warning" if severity == "warning" else "error",
            step(route.pointer, "destination-cidr-blocks"),
            f"{quote(segment)} has another static route for {quote(text)}, at {first.pointer}.",
            "Put the destinations into one action.",
        )
