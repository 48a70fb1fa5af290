"""Defects of names, edges, segments and shares: (check, severity, pointer, sections that have it)."""

from __future__ import annotations

from typing import Any

from fakes.policies import (
    isolated,
    rule,
    send_to,
    share,
    typed,
    via,
)
from fakes.policy_sections import (
    DROP,
    TWO,
    action,
    routing,
    rules,
    shared,
)

STRUCTURE: list[tuple[str, str, str, dict[str, Any]]] = [
    # (check, severity, pointer, sections)
    ("version", "error", "/version", {"version": "2019.01"}),
    ("version", "error", "/routing-policies", shared(routing(DROP), version="2021.12")),
    ("name", "error", "/segments/0/name", {"segments": ["a-b"]}),
    ("repeated-name", "error", "/segments/1", {"segments": ["a", "a"]}),
    ("repeated-name", "error", "/core-network-configuration/edge-locations/1", {"edges": ["x", "x"]}),
    ("repeated-name", "error", "/segments/0", {"segments": ["fw"], "groups": ["fw"]}),
    ("asn-range", "error", "/core-network-configuration/asn-ranges/0", {"ranges": ["65000-64000"]}),
    ("asn-range", "error", "/core-network-configuration/asn-ranges/0", {"ranges": ["64000-64600"]}),
    (
        "asn-range-overlap",
        "error",
        "/core-network-configuration/asn-ranges/1",
        {"ranges": ["64512-64520", "64520-64530"]},
    ),
    (
        "asn-range-small",
        "error",
        "/core-network-configuration/asn-ranges",
        {"ranges": ["64512-64512"], "edges": TWO},
    ),
    (
        "asn-clash",
        "error",
        "/core-network-configuration/edge-locations/1/asn",
        {"edges": [{"location": "x", "asn": 64520}, {"location": "y", "asn": 64520}]},
    ),
    (
        "asn-outside",
        "error",
        "/core-network-configuration/edge-locations/0/asn",
        {"edges": [{"location": "x", "asn": 65000}]},
    ),
    (
        "asn-range-end",
        "info",
        "/core-network-configuration/edge-locations/0/asn",
        {"edges": [{"location": "x", "asn": 64600}]},
    ),
    (
        "inside-cidr",
        "error",
        "/core-network-configuration/edge-locations/0/inside-cidr-blocks/0",
        {"edges": [{"location": "x", "inside-cidr-blocks": ["10.0.0.1/24"]}]},
    ),
    (
        "inside-cidr-overlap",
        "error",
        "/core-network-configuration/edge-locations/1/inside-cidr-blocks/0",
        {"edges": [{"location": x, "inside-cidr-blocks": ["10.0.0.0/24"]} for x in TWO]},
    ),
    ("unknown-name", "error", "/segment-actions/0/segment", {"segment_actions": [share("z", ["a"])]}),
    ("unknown-name", "error", "/segment-actions/0/share-with", {"segment_actions": [share("a", ["z"])]}),
    ("unknown-name", "error", "/segment-actions/0/via", action(send_to("a", via=via("ids")))),
    (
        "unknown-name",
        "error",
        "/segments/0/edge-locations",
        {"segments": [isolated("a", **{"edge-locations": ["x"]})]},
    ),
    ("unknown-name", "error", "/attachment-policies/0/action", rules(rule(1, segment="z"))),
    (
        "unknown-name",
        "error",
        "/segment-actions/0/routing-policy-names",
        {"segment_actions": [share("a", ["b"], **{"routing-policy-names": ["q"]})]},
    ),
    (
        "both-filters",
        "error",
        "/segments/0",
        {"segments": [isolated("a", **{"allow-filter": ["b"], "deny-filter": ["b"]}), "b"]},
    ),
    (
        "idle-filter",
        "info",
        "/segments/0/deny-filter",
        {"segments": [isolated("a", **{"deny-filter": ["b"]}), "b"]},
    ),
    (
        "self-filter",
        "warning",
        "/segments/0/deny-filter",
        {"segments": [isolated("a", **{"deny-filter": ["a"]})]},
    ),
    ("unreachable-segment", "warning", "/segments/1", rules(rule(1, segment="a"))),
    (
        "isolated-gateway",
        "info",
        "/attachment-policies/0",
        rules(rule(1, typed("transit-gateway-route-table"), segment="a")) | {"segments": [isolated("a")]},
    ),
    ("no-rules", "info", "", {}),
    (
        "empty-group",
        "warning",
        "/network-function-groups/0",
        action(send_to("a"), attachment_policies=[rule(1, segment="a")]),
    ),
    ("idle-group", "info", "/network-function-groups/0", action()),
    ("share-mode", "error", "/segment-actions/0", {"segment_actions": [share("a", ["b"], mode="x")]}),
    ("self-share", "warning", "/segment-actions/0/share-with", {"segment_actions": [share("a", ["a", "b"])]}),
    (
        "empty-share",
        "warning",
        "/segment-actions/0/share-with",
        {"segment_actions": [share("a", {"except": ["b"]})]},
    ),
    (
        "shadowed-share",
        "info",
        "/segment-actions/1",
        {"segment_actions": [share("a", ["b"]), share("b", ["a"])]},
    ),
    (
        "overlapping-share",
        "info",
        "/segment-actions/1",
        {"segments": ["a", "b", "c"], "segment_actions": [share("a", ["b"]), share("a", "*")]},
    ),
    ("star-in-list", "warning", "/segment-actions/0/share-with", {"segment_actions": [share("a", ["*"])]}),
]
