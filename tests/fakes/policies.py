"""Policy documents for tests: the published ones, and small ones put together in a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.parse import parse

FOLDER = Path(__file__).parent.parent / "policy" / "documents"
PUBLISHED = sorted(FOLDER.glob("*.json"))


def published(number: int) -> Document:
    """The published document whose file name starts with that number."""
    return parse(next(FOLDER.glob(f"{number:03}-*.json")).read_bytes())


def written(
    *,
    edges: list[Any] | None = None,
    segments: list[Any] | None = None,
    groups: list[str] | None = None,
    version: str = "2025.11",
    ranges: list[str] | None = None,
    **sections: Any,
) -> dict[str, Any]:
    """A document as data; an edge or segment may be just its name, a section is named with underscores."""
    data: dict[str, Any] = {
        "version": version,
        "core-network-configuration": {
            "asn-ranges": ranges or ["64512-64600"],
            "edge-locations": [
                {"location": each} if isinstance(each, str) else each for each in edges or ["us-east-1"]
            ],
        },
        "segments": [
            {"name": each, "require-attachment-acceptance": False} if isinstance(each, str) else each
            for each in (["a", "b"] if segments is None else segments)
        ],
    }
    if groups:
        data["network-function-groups"] = [
            {"name": each, "require-attachment-acceptance": False} for each in groups
        ]
    return data | {name.replace("_", "-"): value for name, value in sections.items()}


def policy(**sections: Any) -> Document:
    return parse(json.dumps(written(**sections), indent=1))


def isolated(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "isolate-attachments": True, "require-attachment-acceptance": False} | members


def share(segment: str, targets: Any, **members: Any) -> dict[str, Any]:
    return {
        "action": "share",
        "mode": "attachment-route",
        "segment": segment,
        "share-with": targets,
    } | members


def via(*groups: str, overrides: list[Any] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"network-function-groups": list(groups)}
    if overrides:
        found["with-edge-overrides"] = [
            {"edge-sets": sets, "use-edge-location": region} for sets, region in overrides
        ]
    return found


def send_via(segment: str, targets: Any, mode: str = "single-hop", **members: Any) -> dict[str, Any]:
    action = {"action": "send-via", "segment": segment, "mode": mode, "via": via("fw")} | members
    return action if targets is None else action | {"when-sent-to": {"segments": targets}}


def send_to(segment: str, **members: Any) -> dict[str, Any]:
    return {"action": "send-to", "segment": segment, "via": via("fw")} | members


def rule(number: int, *conditions: dict[str, Any], logic: str = "", **action: Any) -> dict[str, Any]:
    """A rule; its action is `segment=`, `tag=` or `group=`."""
    outcomes = {
        "segment": lambda name: {"association-method": "constant", "segment": name},
        "tag": lambda key: {"association-method": "tag", "tag-value-of-key": key},
        "group": lambda name: {"add-to-network-function-group": name},
    }
    outcome = next(make(action[name]) for name, make in outcomes.items() if name in action)
    found = {"rule-number": number, "conditions": list(conditions) or [{"type": "any"}], "action": outcome}
    return found | ({"condition-logic": logic} if logic else {})


def tagged(key: str, value: str | None = None, operator: str = "equals") -> dict[str, Any]:
    if value is None:
        return {"type": "tag-exists", "key": key}
    return {"type": "tag-value", "key": key, "operator": operator, "value": value}


def typed(value: str) -> dict[str, Any]:
    return {"type": "attachment-type", "operator": "equals", "value": value}
