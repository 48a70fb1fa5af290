"""Defects of service insertion and static routes: (check, severity, pointer, sections that have it)."""

from __future__ import annotations

from typing import Any

from fakes.policies import (
    isolated,
    send_to,
    send_via,
    share,
    via,
)
from fakes.policy_sections import (
    TWO,
    VALID,
    action,
    overridden,
    route,
)

TRAFFIC: list[tuple[str, str, str, dict[str, Any]]] = [
    ("inspection-bypass", "warning", "/segment-actions/0", action(send_via("a", "*"))),
    ("inspection-bypass", "error", "/segment-actions/0", action(send_via("a", ["a"]))),
    (
        "shared-and-inspected",
        "warning",
        "/segment-actions/1",
        action(share("a", ["b"]), send_via("a", ["b"])),
    ),
    (
        "filter-and-send-via",
        "info",
        "/segment-actions/1",
        action(
            share("a", ["b"]), send_via("a", ["b"]), segments=[isolated("a", **{"deny-filter": ["b"]}), "b"]
        ),
    ),
    (
        "several-groups",
        "error",
        "/segment-actions/1",
        action(send_via("a", ["b"]), send_via("b", ["a"], via=via("ids")), groups=["fw", "ids"]),
    ),
    (
        "several-groups",
        "error",
        "/segment-actions/0/via",
        action(send_to("a", via=via("fw", "ids")), groups=["fw", "ids"]),
    ),
    (
        "overlapping-send-via",
        "warning",
        "/segment-actions/1",
        action(send_via("a", ["b"]), send_via("b", ["a"])),
    ),
    (
        "several-modes",
        "error",
        "/segment-actions/1/mode",
        action(send_via("a", ["b"]), send_via("a", ["c"], "dual-hop"), segments=["a", "b", "c"]),
    ),
    ("several-send-to", "error", "/segment-actions/1", action(send_to("a"), send_to("a"))),
    ("group-reuse", "info", "/segment-actions/1/via", action(send_via("a", ["b"], "dual-hop"), send_to("a"))),
    ("send-via-without-targets", "info", "/segment-actions/0", action(send_via("a", None))),
    (
        "send-to-with-targets",
        "warning",
        "/segment-actions/0/when-sent-to",
        action(send_to("a", **{"when-sent-to": "b"})),
    ),
    ("send-via-mode", "error", "/segment-actions/0/mode", action(send_via("a", ["b"], "triple-hop"))),
    ("missing-override", "warning", "/segment-actions/0/via", action(send_via("a", ["b"]), edges=TWO)),
    (
        "self-pair",
        "warning",
        "/segment-actions/0/via/with-edge-overrides/0/edge-sets",
        action(overridden(([["us-east-1", "us-east-1"]], "us-east-1")), edges=TWO),
    ),
    (
        "conflicting-override",
        "warning",
        "/segment-actions/0/via/with-edge-overrides/1",
        action(overridden(([TWO], TWO[0]), ([TWO[::-1]], TWO[1])), edges=TWO),
    ),
    (
        "idle-override",
        "info",
        "/segment-actions/0/via",
        action(overridden(([TWO], TWO[0]), mode="dual-hop"), edges=TWO),
    ),
    (
        "send-to-pair",
        "warning",
        "/segment-actions/0/via/with-edge-overrides/0/edge-sets",
        action(send_to("a", via=via("fw", overrides=[([TWO], TWO[0])])), edges=TWO),
    ),
    (
        "large-edge-set",
        "info",
        "/segment-actions/0/via/with-edge-overrides/0/edge-sets",
        action(overridden(([[*TWO, "x"]], TWO[0])), edges=[*TWO, "x"]),
    ),
    (
        "route-cidr",
        "error",
        "/segment-actions/0/destination-cidr-blocks/0",
        action(route("a", VALID, cidrs=("10.0.0.1/8",))),
    ),
    ("route-destination", "error", "/segment-actions/0/destinations", action(route("a", "vpc-1"))),
    ("blackhole-list", "error", "/segment-actions/0/destinations", action(route("a", "blackhole", VALID))),
    (
        "repeated-route",
        "error",
        "/segment-actions/1/destination-cidr-blocks",
        action(route("a", VALID), route("a", "blackhole")),
    ),
    (
        "two-default-routes",
        "warning",
        "/segment-actions/1/destination-cidr-blocks/0",
        action(send_to("a"), route("a", VALID, cidrs=("0.0.0.0/0",))),
    ),
    (
        "missing",
        "error",
        "/segment-actions/0",
        action({"action": "create-route", "segment": "a", "destination-cidr-blocks": []}),
    ),
    ("unknown-action", "error", "/segment-actions/0", action({"action": "teleport"})),
]
