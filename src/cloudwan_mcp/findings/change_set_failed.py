"""Failed change sets: policy versions that AWS could not turn into a change of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, items_of, seen, text_of
from cloudwan_mcp.model import Element


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence:
    version, alias = text_of(attributes.get("PolicyVersionId")), text_of(attributes.get("Alias"))
    errors = items_of(attributes.get("PolicyErrors"))
    cause = "; ".join(
        " ".join(text_of(each.get(name)) for name in ("Path", "Message")).strip() for each in errors[:3]
    )
    newest = alias in ("LATEST", "LIVE")
    return seen(
        f"Policy version {version}{f' ({alias})' if alias else ''} has no change set: generation failed."
        + (f" {cause}" if cause else " AWS names no cause in its listing."),
        severity=None if newest else "low",
        fix="" if newest else "A later version has taken its place: delete it, or leave it.",
        version=version,
        alias=alias,
        core_network=element.core_network,
    )


FINDING = Finding(
    name="change_set_failed",
    severity="high",
    title="Policy version whose change set could not be generated",
    fix="Read the version's policy errors, correct the document and create a new version.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-policy-version.html",
    reads=("ListCoreNetworkPolicyVersions", "GetCoreNetworkPolicy"),
    types=("policy-version", "core-network-policy"),
    states=("FAILED_GENERATION",),
    examine=_examine,
)
