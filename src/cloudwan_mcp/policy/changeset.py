"""What two policy documents say differently, part by part, in the vocabulary of AWS's change sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudwan_mcp.policy.change import Change, ChangeType
from cloudwan_mcp.policy.document import Document, EdgePolicy, Share, StaticRoute
from cloudwan_mcp.policy.quotation import listed, quote

_PLACES = ("pointer",)
_Part = tuple[str, Any]
"""(what identifies it within its kind, itself)."""


def changes(before: Document, after: Document) -> Iterator[Change]:
    """Every part that was added, modified or removed; the order of parts alone is no change."""
    for kind, one, other in (
        ("CORE_NETWORK_EDGE", _edges(before), _edges(after)),
        ("CORE_NETWORK_SEGMENT", _named(before.segments), _named(after.segments)),
        ("NETWORK_FUNCTION_GROUP", _named(before.groups), _named(after.groups)),
        ("ATTACHMENT_ROUTE_STATIC", _statics(before), _statics(after)),
        ("ROUTING_POLICY", _named(before.routing_policies), _named(after.routing_policies)),
        ("ROUTING_POLICY_SEGMENT_ASSOCIATION", _on_shares(before), _on_shares(after)),
        ("ROUTING_POLICY_EDGE_ASSOCIATION", _on_edges(before), _on_edges(after)),
        ("ROUTING_POLICY_ATTACHMENT_ASSOCIATION", _on_labels(before), _on_labels(after)),
    ):
        yield from _differ(kind, dict(one), dict(other))  # type: ignore[arg-type]
    yield from _configurations(before, after)


def _edges(document: Document) -> Iterator[_Part]:
    for each in document.configuration.edges:
        yield each.location, each


def _named(items: Iterable[Any]) -> Iterator[_Part]:
    for each in items:
        yield each.name, each


def _statics(document: Document) -> Iterator[_Part]:
    for action in document.actions:
        if isinstance(action, StaticRoute):
            for cidr in action.cidrs:
                yield f"{action.segment} {cidr}", dataclasses.replace(action, cidrs=(cidr,))


def _on_shares(document: Document) -> Iterator[_Part]:
    for action in document.actions:
        if isinstance(action, Share) and action.routing_policies:
            for segment in document.segments:
                if segment.name != action.segment and action.targets.cover(segment.name):
                    yield f"{action.segment} {segment.name}", (action.routing_policies, action.pointer)


def _on_edges(document: Document) -> Iterator[_Part]:
    for action in document.actions:
        if isinstance(action, EdgePolicy):
            yield f"{action.segment} {action.edge} {action.peer}", (action.routing_policies, action.pointer)


def _on_labels(document: Document) -> Iterator[_Part]:
    for each in document.label_rules:
        for label in each.labels:
            yield f"{label} {each.number}", ((each.routing_policies, each.edges), each.pointer)


def _differ(kind: ChangeType, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        if name not in before:
            yield Change(kind, "ADD", name, "", _words(after[name]), _pointer(after[name]))
        elif name not in after:
            yield Change(kind, "REMOVE", name, _words(before[name]), "", _pointer(before[name]))
        elif _bare(before[name]) != _bare(after[name]):
            one, other = _difference(before[name], after[name])
            yield Change(kind, "MODIFY", name, one, other, _pointer(after[name]))


def _pointer(part: Any) -> str:
    return str(part[1]) if isinstance(part, tuple) else str(part.pointer)


def _bare(part: Any) -> Any:
    """A part without the places it stands at."""
    if isinstance(part, tuple) and len(part) == 2 and isinstance(part[1], str) and part[1].startswith("/"):
        return part[0]
    if isinstance(part, tuple):
        return tuple(_bare(each) for each in part)
    if dataclasses.is_dataclass(part):
        fields = (field.name for field in dataclasses.fields(part))
        return tuple((name, _bare(getattr(part, name))) for name in fields if name not in _PLACES)
    return part


def _difference(before: Any, after: Any) -> tuple[str, str]:
    if isinstance(before, tuple):
        return _words(before), _words(after)
    fields = [field.name for field in dataclasses.fields(before) if field.name not in _PLACES]
    changed = [name for name in fields if _bare(getattr(before, name)) != _bare(getattr(after, name))]
    return tuple(  # type: ignore[return-value]
        "; ".join(f"{name} {_value(getattr(part, name))}" for name in changed) for part in (before, after)
    )


def _words(part: Any) -> str:
    if isinstance(part, tuple):
        return _value(part[0])
    if isinstance(part, StaticRoute):
        return f"to {_value(part.destinations)}"
    return ""


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        if value and dataclasses.is_dataclass(value[0]):
            return f"{len(value)} items"
        return listed(_value(each) if isinstance(each, tuple) else str(each) for each in value)
    return quote(value) if isinstance(value, str) else str(value)


def _configurations(before: Document, after: Document) -> Iterator[Change]:
    """AWS adds one of these for each section of the document that differs at all."""
    sections: tuple[tuple[ChangeType, str, Any, Any], ...] = (
        (
            "CORE_NETWORK_CONFIGURATION",
            "core-network-configuration",
            before.configuration,
            after.configuration,
        ),
        ("SEGMENTS_CONFIGURATION", "segments", before.segments, after.segments),
        ("SEGMENT_ACTIONS_CONFIGURATION", "segment-actions", before.actions, after.actions),
        ("ATTACHMENT_POLICIES_CONFIGURATION", "attachment-policies", before.rules, after.rules),
    )
    for kind, name, one, other in sections:
        if _bare(one) != _bare(other):
            yield Change(kind, "MODIFY", name, pointer=f"/{name}")
