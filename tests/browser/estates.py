"""Answers shaped as those of a network of a size: the grid, its cells, and what stands around them."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

EDGES = (
    *("us-east-1", "us-east-2", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2"),
    *("eu-central-1", "eu-north-1", "me-central-1", "af-south-1", "ap-south-1", "ap-southeast-1"),
    *("ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "us-west-1", "eu-west-3", "eu-south-1"),
    *("eu-south-2", "eu-central-2", "me-south-1", "ap-east-1", "ap-south-2", "ap-northeast-3"),
    *("ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-west-1", "il-central-1"),
    *("mx-central-1", "ap-east-2", "us-gov-west-1"),
)
NAMES = (
    *("production", "development", "staging", "shared-services", "pci", "hybrid", "partners", "sandbox"),
    *("iot", "management"),
)
TYPES = ("VPC", "SITE_TO_SITE_VPN", "CONNECT", "TRANSIT_GATEWAY_ROUTE_TABLE", "DIRECT_CONNECT_GATEWAY")
STATES = ("PENDING_ATTACHMENT_ACCEPTANCE", "FAILED")
CORE = "core-network-0e47a1b2c3d4e5f60"
AROUND = {
    "snapshot": {"id": "20261123T000000-0a1b2c3d", "age_s": 240.0, "state": "complete"},
    "identity": {"account": "123456789012", "alias": "network"},
    "gaps": [],
    "hint": "",
}
PAGE = 200


class Estate:
    """A network of so many segments and edges; `crowd` attachments stand in the cell of the first lane."""

    def __init__(self, lanes: int = 10, edges: int = 12, elements: int = 10_000, crowd: int = 135) -> None:
        self.around: dict[str, Any] = json.loads(json.dumps(AROUND))
        self.elements = elements
        self.names = [NAMES[at] if at < len(NAMES) else f"tenant-{at:02}" for at in range(lanes)]
        self.edges = list(EDGES[:edges])
        self.hostile = ""
        dice = random.Random(f"{lanes} {edges} {elements}")
        self.cells = {
            (lane, edge): self._types(dice, elements / 5 / (lanes + 1) / edges)
            for lane in range(lanes + 1)
            for edge in range(edges)
            if (lane < lanes and dice.random() > 0.08) or (lane == lanes and edge % 2 == 0)
        }
        self.cells[0, 1] = [crowd - crowd // 10, crowd // 10]
        self.troubled = {
            place: [dice.randrange(2), 1 + dice.randrange(3)] for place in self.cells if dice.random() < 0.05
        }
        self.troubled[0, 0] = [0, 1]

    def __call__(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answers = {
            "show_topology": self.grid,
            "map_grid": self.grid,
            "map_cell": self.cell,
            "find": self.find,
            "describe": self.describe,
            "list_routes": self.routes,
            "segment_matrix": self.matrix,
            "check_reachability": self.reach,
            "list_snapshots": self.snapshots,
            "diff_snapshots": self.diff,
        }
        said = answers[tool](**arguments)
        if isinstance(said, str):
            return {"isError": True, "content": [{"type": "text", "text": said}]}
        return {"content": [{"type": "text", "text": "| segment | … |"}], "structuredContent": said}

    def grid(self, **asked: Any) -> Any:
        kind = TYPES.index(asked["type"]) if asked.get("type") else None
        cells = []
        for (lane, edge), types in self.cells.items():
            shown = types if kind is None else [value if at == kind else 0 for at, value in enumerate(types)]
            if sum(shown):
                trouble = self.troubled.get((lane, edge))
                cells.append([lane, edge, sum(shown), shown, *([[trouble]] if trouble else [])])
        filters = {
            name: value for name, value in asked.items() if name in ("type", "state", "account", "tag")
        }
        return {
            "view": "grid",
            **self.around,
            "core_network": {"id": CORE, "name": self.hostile or "global-wan", "policy_version": 22},
            "networks": [[CORE, "global-wan"]],
            "totals": {
                "elements": self.elements,
                "connections": self.elements * 2,
                "attachments": sum(sum(each) for each in self.cells.values()),
            },
            "types": list(TYPES),
            "states": list(STATES),
            "edges": [[name, f"AS {64512 + at}", int(at % 2 == 0)] for at, name in enumerate(self.edges)],
            "lanes": self.lanes(),
            "cells": cells,
            **({"filters": filters} if filters else {}),
        }

    def lanes(self) -> list[list[Any]]:
        notes = {"shared-services": "shared with 9 segments"}
        lanes: list[list[Any]] = [
            [
                self.hostile if self.hostile and at == 2 else name,
                notes.get(name, ""),
                0,
                int(name == "pci"),
                at,
            ]
            for at, name in enumerate(self.names)
        ]
        return [*lanes, ["nfg:inspection", "", 1, 0, len(lanes)]]

    def cell(self, segment: str = "", edge: str = "", cursor: str = "", limit: int = 50, **_: Any) -> Any:
        start = 0
        if cursor:
            segment, edge, start = json.loads(base64.b64decode(cursor))
        lane = [each[0] for each in self.lanes()].index(segment)
        counts = self.cells[lane, self.edges.index(edge)]
        total = sum(counts)
        rows = [self._row(lane, at, counts) for at in range(start, min(start + min(limit, PAGE), total))]
        end = start + len(rows)
        ahead = json.dumps([segment, edge, end])
        return {
            "view": "cell",
            **self.around,
            "segment": segment,
            "edge": edge,
            "total": total,
            "types": list(TYPES),
            "states": ["AVAILABLE", *STATES],
            "rows": rows,
            "complete": end >= total,
            **({"next_cursor": base64.b64encode(ahead.encode()).decode()} if end < total else {}),
        }

    def find(self, query: str, limit: int = 10, **_: Any) -> Any:
        if query == "nothing":
            return {**self.around, "items": [], "more": False, "searched": ["ids", "names"], "complete": True}
        items = [{"by": "name", **self._element(at)} for at in range(min(3, limit))]
        return {**self.around, "items": items, "more": True, "searched": ["ids"], "complete": False}

    def describe(self, id: str, hops: int = 1, **_: Any) -> Any:
        others = [
            {
                "connection": "segment-association",
                "id": f"{CORE}/segment/production",
                "type": "segment",
                "name": "production",
            },
            {
                "connection": "edge-location",
                "id": f"{CORE}/edge/us-east-1",
                "type": "core-network-edge",
                "name": "us-east-1",
            },
            {
                "connection": "relationship",
                "id": CORE,
                "type": "core-network",
                "name": self.hostile or "global-wan",
            },
        ]
        near = [
            {"hops": 2, "id": f"edge{at}", "type": "core-network-edge", "name": name}
            for at, name in enumerate(self.edges)
        ]
        near += [
            {"hops": 2, "id": f"segment{at}", "type": "segment", "name": name}
            for at, name in enumerate(self.names)
        ]
        attributes = {
            "AttachmentType": "VPC",
            "ResourceArn": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-096bd3e04c3a383a9",
            "AttachmentPolicyRuleNumber": 300,
            "CreatedAt": "2025-06-22T05:07:53Z",
            "Tags": [
                {"Key": "Environment", "Value": "prod"},
                {"Key": "Owner", "Value": self.hostile or "payments"},
            ],
        }
        element = {**self._element(0), "id": id, "attributes": attributes}
        return {**self.around, "element": element, "connections": others, "near": near, "complete": True}

    def routes(self, prefix: str = "", **_: Any) -> Any:
        rows = [
            {
                "prefix": f"10.{at}.0.0/16",
                "state": "BLACKHOLE" if at == 3 else "ACTIVE",
                "type": "PROPAGATED",
                "via": [{"id": f"attachment-{at:017x}", "name": self.hostile or f"vpc-{at}"}],
            }
            for at in range(1 if prefix else 24)
        ]
        return {**self.around, "routes": rows, "tables": 1, "oldest_s": 12.0, "complete": True}

    def matrix(self, segment: str = "", other: str = "", **_: Any) -> Any:
        told = {
            **self.around,
            "policy": {"source": "snapshot", "version": 22, "alias": "LIVE"},
            "complete": True,
        }
        if segment:
            row = {
                "from": segment,
                "to": [other],
                "verdict": "via",
                "via": ["inspection"],
                "mode": "single-hop",
                "because": ["a send-via action joins the two segments"],
                "by": ["/segment-actions/2"],
            }
            return {**told, "cells": [row, {**row, "from": other, "to": [segment]}]}
        return {
            **told,
            "segments": len(self.names),
            "own": {"open": {"except": ["pci"]}, "isolated": ["pci"]},
            "pairs": [
                {"verdict": "open", "between": ["shared-services"], "and": {"except": ["pci"]}},
                {
                    "verdict": "via",
                    "via": ["inspection"],
                    "between": ["production"],
                    "and": ["hybrid", "management"],
                },
                {"verdict": "via", "via": ["inspection"], "between": ["shared-services"], "and": ["pci"]},
            ],
            "egress": [
                {"segments": ["production"], "group": "inspection", "basis": "local", "edges": ["us-east-1"]}
            ],
        }

    def reach(self, source: str, destination: str, **_: Any) -> Any:
        leg = {
            "intent": "inspected",
            "because": ["a send-via action joins the two segments"],
            "installed": {
                "verdict": "unknown",
                "because": "an edge and a prefix are needed to look into a route table",
            },
        }
        return {
            **self.around,
            "intent": "inspected",
            "installed": "undecided",
            "forward": leg,
            "back": leg,
            "complete": True,
        }

    def snapshots(self, **_: Any) -> Any:
        items = [
            {
                "snapshot": {"id": f"snap-{at}", "age_s": 3600.0 * (at + 1), "state": "complete"},
                "elements": self.elements - at,
            }
            for at in range(3)
        ]
        return {"items": items, "count": 3, "hint": ""}

    def diff(self, cursor: str = "", **_: Any) -> Any:
        start = int(cursor or 0)
        items = [
            {
                "change": ("added", "removed", "changed")[at % 3],
                **self._element(at),
                **(
                    {"fields": {"State": ["PENDING_ATTACHMENT_ACCEPTANCE", "AVAILABLE"]}}
                    if at % 3 == 2
                    else {}
                ),
            }
            for at in range(start, min(start + 40, 90))
        ]
        summary = {
            "added": 30,
            "removed": 30,
            "changed": 30,
            "same": 9000,
            "only_times": 0,
            "unread": 0,
            "fields": {"State": 30},
            "by_type": [{"type": "vpc-attachment", "added": 30, "removed": 30, "changed": 30}],
            "connections": [1, 2],
        }
        return {
            **({} if cursor else {"summary": summary}),
            "items": items,
            "count": len(items),
            "complete": start + 40 >= 90,
            **({"next_cursor": str(start + 40)} if start + 40 < 90 else {}),
            "hint": "",
        }

    def _element(self, at: int) -> dict[str, Any]:
        return {
            "id": f"attachment-{at:017x}",
            "type": "vpc-attachment",
            "name": self.hostile or f"orders-{at:07}",
            "segment": self.names[at % 3],
            "edge": self.edges[at % 4],
            "account": f"{416978226184 + at}",
            "state": "AVAILABLE",
        }

    def _row(self, lane: int, at: int, counts: list[int]) -> list[Any]:
        kind = next(place for place in range(len(counts)) if at < sum(counts[: place + 1]))
        name = self.hostile or f"{('orders', 'payments', 'search')[at % 3]}-{at:07}"
        return [f"attachment-{lane:02x}{at:015x}", name, kind, f"{100000000000 + at}", 1 if at == 3 else 0]

    @staticmethod
    def _types(dice: random.Random, mean: float) -> list[int]:
        vpcs = max(1, int(dice.paretovariate(1.2) * mean / 2.5))
        others = [int(dice.random() ** 3 * (2 + vpcs / 8)) for _ in TYPES[1:]]
        while others and not others[-1]:
            others.pop()
        return [vpcs, *others]
