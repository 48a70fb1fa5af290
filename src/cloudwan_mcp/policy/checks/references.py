"""Names that nothing in the document defines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudwan_mcp.policy.document import (
    Document,
    EdgePolicy,
    OtherAction,
    SendTo,
    SendVia,
    Share,
    Targets,
    Via,
)
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

_Named = tuple[str, str, str]
"""(kind, name, pointer to where it is named)."""


def check_references(document: Document) -> Iterator[Finding]:
    known = {
        "segment": {each.name for each in document.segments},
        "network function group": {each.name for each in document.groups},
        "edge location": set(document.edges),
        "routing policy": {each.name for each in document.routing_policies},
    }
    for kind, name, pointer in _named(document):
        if name and name not in known[kind]:
            message = f"The document defines no {kind} {quote(name)}."
            yield Finding("unknown-name", "error", pointer, message, "Define it, or correct the name.")


def _named(document: Document) -> Iterator[_Named]:
    for segment in document.segments:
        yield from _all("edge location", segment.edges, step(segment.pointer, "edge-locations"))
        yield from _all("segment", segment.deny, step(segment.pointer, "deny-filter"))
        yield from _all("segment", segment.allow, step(segment.pointer, "allow-filter"))
    yield from _of_actions(document)
    for rule in document.rules:
        where = step(rule.pointer, "action")
        yield "segment", rule.segment, where
        yield "network function group", rule.group, where
    for label in document.label_rules:
        yield from _all("routing policy", label.routing_policies, step(label.pointer, "action"))
        yield from _all("edge location", label.edges, step(label.pointer, "edge-locations"))


def _of_actions(document: Document) -> Iterator[_Named]:
    for action in document.actions:
        if not isinstance(action, OtherAction):
            yield "segment", action.segment, step(action.pointer, "segment")
        if isinstance(action, Share):
            yield from _targets(action.targets, step(action.pointer, "share-with"))
            names = action.routing_policies
            yield from _all("routing policy", names, step(action.pointer, "routing-policy-names"))
        elif isinstance(action, SendVia | SendTo):
            yield from _targets(action.targets, step(action.pointer, "when-sent-to"))
            yield from _via(action.via, action.pointer)
        elif isinstance(action, EdgePolicy):
            where = step(action.pointer, "edge-location-association")
            yield from _all("edge location", (action.edge, action.peer), where)
            yield from _all("routing policy", action.routing_policies, where)


def _targets(targets: Targets | None, pointer: str) -> Iterator[_Named]:
    if targets is not None:
        yield from _all("segment", (*targets.names, *targets.excluded), pointer)


def _via(via: Via, pointer: str) -> Iterator[_Named]:
    yield from _all("network function group", via.groups, step(pointer, "via"))
    for override in via.overrides:
        yield "edge location", override.region, step(override.pointer, "use-edge-location")
        names = dict.fromkeys(edge for edges in override.sets for edge in edges)
        yield from _all("edge location", names, step(override.pointer, "edge-sets"))


def _all(kind: str, names: Iterable[str] | None, pointer: str) -> Iterator[_Named]:
    for name in names or ():
        yield kind, name, pointer
