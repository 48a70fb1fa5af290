"""Segment actions, read."""

from __future__ import annotations

from collections.abc import Callable

from cloudwan_mcp.policy.document import (
    Action,
    EdgePolicy,
    OtherAction,
    Override,
    SendTo,
    SendVia,
    Share,
    StaticRoute,
    Targets,
    Via,
)
from cloudwan_mcp.policy.finding import step
from cloudwan_mcp.policy.members import Members
from cloudwan_mcp.policy.quotation import quote

ACTIONS = ("share", "create-route", "send-via", "send-to", "associate-routing-policy")
MODES = ("single-hop", "dual-hop")


def read_actions(top: Members) -> tuple[Action, ...]:
    actions = []
    for members in top.each("segment-actions"):
        kind = members.text("action", required=True)
        actions.append(_READERS.get(kind, _other)(members))
        if kind not in _READERS:
            members.notes.add(
                "unknown-action",
                "error",
                members.pointer,
                f"$.action {quote(kind)} is none of {', '.join(ACTIONS)}.",
                "Use one of those actions.",
                "INVALID_ENUM_VALUE",
            )
        else:
            members.rest()
    return tuple(actions)


def _share(members: Members) -> Share:
    mode = members.text("mode")
    if mode != "attachment-route":
        members.notes.add(
            "share-mode",
            "error",
            members.pointer,
            f"{members.pointer}: the mode of a share is attachment-route, not {quote(mode)}.",
            'Write "mode": "attachment-route".',
            "CONSTANT_VIOLATION" if mode else "REQUIRED_PROPERTY",
        )
    return Share(
        segment=members.text("segment", required=True),
        targets=_targets(members, "share-with", required=True) or Targets(),
        routing_policies=members.texts("routing-policy-names") or (),
        mode=mode,
        pointer=members.pointer,
    )


def _route(members: Members) -> StaticRoute:
    members.raw("mode")  # published templates carry one here; it says nothing
    return StaticRoute(
        segment=members.text("segment", required=True),
        cidrs=members.texts("destination-cidr-blocks", required=True) or (),
        destinations=members.texts("destinations", required=True) or (),
        description=members.text("description"),
        pointer=members.pointer,
    )


def _send_via(members: Members) -> SendVia:
    mode = members.text("mode", required=True)
    if mode and mode not in MODES:
        members.notes.add(
            "send-via-mode",
            "error",
            step(members.pointer, "mode"),
            f"The mode of send-via is {' or '.join(MODES)}, not {quote(mode)}.",
            "Use one of those modes.",
            "INVALID_ENUM_VALUE",
        )
    return SendVia(
        segment=members.text("segment", required=True),
        mode=mode,
        targets=_when_sent_to(members),
        via=_via(members),
        pointer=members.pointer,
    )


def _send_to(members: Members) -> SendTo:
    return SendTo(
        segment=members.text("segment", required=True),
        via=_via(members),
        targets=_when_sent_to(members),
        pointer=members.pointer,
    )


def _edge_policy(members: Members) -> EdgePolicy:
    between = members.inner("edge-location-association", required=True)
    action = EdgePolicy(
        segment=members.text("segment", required=True),
        edge=between.text("edge-location", required=True),
        peer=between.text("peer-edge-location", required=True),
        routing_policies=between.texts("routing-policy-names", required=True) or (),
        pointer=members.pointer,
    )
    between.rest()
    return action


def _other(members: Members) -> OtherAction:
    members.notes.unknown.append((members.pointer, members.text("action")))
    return OtherAction(members.text("action"), members.text("segment"), members.pointer)


_READERS: dict[str, Callable[[Members], Action]] = {
    "share": _share,
    "create-route": _route,
    "send-via": _send_via,
    "send-to": _send_to,
    "associate-routing-policy": _edge_policy,
}


def _when_sent_to(members: Members) -> Targets | None:
    """`{"segments": ...}`, or what real documents write in its place: the bare value."""
    if not isinstance(members.raw("when-sent-to"), dict):
        return _targets(members, "when-sent-to")
    inner = members.inner("when-sent-to")
    targets = _targets(inner, "segments", required=True)
    inner.rest()
    return targets


def _targets(members: Members, name: str, *, required: bool = False) -> Targets | None:
    value = members.raw(name, required=required)
    if value == "*":
        return Targets(everything=True)
    if isinstance(value, dict):
        inner = members.inner(name)
        excluded = inner.texts("except", required=True) or ()
        inner.rest()
        return Targets(everything=True, excluded=excluded)
    names = members.texts(name)
    if names and "*" in names:
        members.notes.add(
            "star-in-list",
            "warning",
            step(members.pointer, name),
            'A list that holds "*": the grammar has "*" alone. It is read as every segment.',
            'Write "*" without the list.',
        )
        return Targets(everything=True)
    return None if names is None else Targets(names=names)


def _via(members: Members) -> Via:
    inner = members.inner("via", required=True)
    via = Via(
        groups=inner.texts("network-function-groups", required=True) or (),
        overrides=tuple(_override(each) for each in inner.each("with-edge-overrides")),
    )
    inner.rest()
    return via


def _override(members: Members) -> Override:
    region = members.text("use-edge-location") or members.text("use-edge")
    if not region:
        members.text("use-edge-location", required=True)
    sets = _sets(members)
    members.rest()
    return Override(sets, region, members.pointer)


def _sets(members: Members) -> tuple[tuple[str, ...], ...]:
    """Sets of edges; a flat list of names is one set."""
    value = members.raw("edge-sets", required=True)
    if not isinstance(value, list) or all(isinstance(each, str) for each in value):
        flat = members.texts("edge-sets")
        return (flat,) if flat else ()
    where = step(members.pointer, "edge-sets")
    inner = Members(members.notes, {str(index): each for index, each in enumerate(value)}, where)
    return tuple(inner.texts(str(index)) or () for index in range(len(value)))
