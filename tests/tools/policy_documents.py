"""Policy documents that tests give to tools: that of the simulated network, and large and odd ones."""

from __future__ import annotations

import json
from typing import Any

import boto3

from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.simulator import Simulator


def client(simulator: Simulator) -> Any:
    return boto3.client(
        "networkmanager",
        endpoint_url=simulator.url,
        region_name="us-west-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def in_force(simulator: Simulator, **which: Any) -> Document:
    """A version of the policy of the simulated core network, as AWS gives it; by default the one in force."""
    asked = client(simulator)
    core = asked.list_core_networks()["CoreNetworks"][0]["CoreNetworkId"]
    policy = asked.get_core_network_policy(CoreNetworkId=core, **which)["CoreNetworkPolicy"]
    simulator.calls.clear()
    return parse(policy["PolicyDocument"])


def large(segments: int = 40, edges: int = 20) -> dict[str, Any]:
    """A document with as much of everything as AWS's quotas allow, of the layout most real ones share."""
    names = [f"tenant{n:02d}production" for n in range(segments)]
    via = {"network-function-groups": ["inspection"]}
    return {
        "version": "2021.12",
        "core-network-configuration": {
            "asn-ranges": ["64512-64639"],
            "edge-locations": [{"location": f"region-{n}", "asn": 64512 + n} for n in range(edges)],
        },
        "segments": [{"name": name, "isolate-attachments": n % 3 == 0} for n, name in enumerate(names)],
        "network-function-groups": [{"name": "inspection"}],
        "segment-actions": [
            *({"action": "share", "segment": name, "share-with": "*"} for name in names[:2]),
            *(
                {
                    "action": "send-via",
                    "mode": "single-hop",
                    "segment": name,
                    "when-sent-to": {"segments": names[at + 1 : at + 9]},
                    "via": via,
                }
                for at, name in enumerate(names[2:20], 2)
            ),
            *({"action": "send-to", "segment": name, "via": via} for name in names[20:]),
        ],
        "attachment-policies": [
            {
                "rule-number": 100 + n,
                "conditions": [{"type": "tag-value", "operator": "equals", "key": "segment", "value": name}],
                "action": {"association-method": "constant", "segment": name},
            }
            for n, name in enumerate(names)
        ],
    }


def text(document: dict[str, Any]) -> str:
    return json.dumps(document)


UNREADABLE: list[tuple[str, list[str]]] = [
    ("", ["policy", "neither", "LIVE", "file:NAME.json"]),
    ("live policy", ["policy", "live policy", "version number"]),
    ("0", ["policy", "'0'", "version number"]),
    ("-1", ["policy", "'-1'"]),
    ("{", ["policy", "not JSON", "line 1 column 2", "Correct"]),
    ("[]", ["policy", "not a JSON object"]),
    ('{"a":' * 30 + "1" + "}" * 30, ["policy", "deeper than 24 levels"]),
    ('{"a":' * 100_000, ["policy"]),
    ('{"version": NaN}', ["policy", "number or nesting"]),
    ("x" * (1024 * 1024 + 1), ["policy", "1048576"]),
    ("file:../secret.json", ["policy", "plain file name"]),
    ("file:/etc/passwd", ["policy", "plain file name"]),
    ("file:missing.json", ["policy", "missing.json", "CLOUDWAN_EXPORT_DIR"]),
]
"""(argument, words of its refusal)."""
