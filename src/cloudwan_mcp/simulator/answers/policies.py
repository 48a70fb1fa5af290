"""Policy versions of a core network, what would change between them, and how far a change has come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.network import VERSION, Network, moment
from cloudwan_mcp.simulator.plan import Document
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_NEW = "quarantine"


def live_version(network: Network) -> int:
    """The version in force: the last but one, since the last waits to be executed."""
    return max(1, network.counts.policy_versions - 1)


def _version(network: Network, version: int) -> Item:
    live, latest = live_version(network), max(1, network.counts.policy_versions)
    alias: str | None
    if version == live:
        state, alias = "EXECUTION_SUCCEEDED", "LIVE"
    elif version == latest:
        state, alias = "READY_TO_EXECUTE", "LATEST"
    else:
        state, alias = ("OUT_OF_DATE", None) if version % 4 else ("FAILED_GENERATION", None)
    return {
        "CoreNetworkId": network.core_id,
        "PolicyVersionId": version,
        "Alias": alias,
        "Description": f"Version {version}",
        "CreatedAt": moment(0) + 86_400 * version + network.bits(VERSION, version) % 3600,
        "ChangeSetState": state,
    }


def document_of(network: Network, version: int) -> Document:
    """The live document; a version after it has one segment more, one before it an action less."""
    document = dict(network.plan.document)
    if version > live_version(network):
        segments = document.get("segments")
        segments = list(segments) if isinstance(segments, list) else []
        added = {"name": _NEW, "isolate-attachments": True, "require-attachment-acceptance": True}
        document["segments"] = [*segments, added]
    elif version < live_version(network) and isinstance(document.get("segment-actions"), list):
        document["segment-actions"] = document["segment-actions"][:-1]
    return document


def list_core_network_policy_versions(estate: Estate, params: Params) -> Selection:
    """Every version, the newest first."""
    network = estate.required(params)
    count = max(1, network.counts.policy_versions)
    return select(count, lambda position: _version(network, count - position))


def get_core_network_policy(estate: Estate, params: Params) -> Item:
    """One version with its document: the one asked for by number or alias, else the live one."""
    network = estate.required(params)
    wanted = params.get("PolicyVersionId")
    latest = max(1, network.counts.policy_versions)
    if wanted is None:
        wanted = latest if params.get("Alias") == "LATEST" else live_version(network)
    if not 1 <= wanted <= latest:
        raise not_found("CORE_NETWORK_POLICY", str(wanted))
    policy = _version(network, wanted)
    if policy["ChangeSetState"] == "FAILED_GENERATION":
        error = {
            "ErrorCode": "INVALID_POLICY",
            "Message": "An edge location is not supported",
            "Path": "$.segments",
        }
        policy["PolicyErrors"] = [error]
    policy["PolicyDocument"] = json.dumps(document_of(network, wanted), ensure_ascii=False)
    return {"CoreNetworkPolicy": policy}


def _change(estate: Estate, network: Network, position: int) -> Item:
    if position == 0:
        values = {"SegmentName": _NEW, "EdgeLocations": network.plan.locations}
        return {"Type": "CORE_NETWORK_SEGMENT", "Action": "ADD", "Identifier": _NEW, "NewValues": values}
    names = [segment.name for segment in network.plan.segments] or [_NEW]
    attachment = estate.id("attachment", network.start + position - 1)
    previous = {"SegmentName": names[position % len(names)], "AttachmentId": attachment}
    return {
        "Type": "ATTACHMENT_MAPPING",
        "Action": "MODIFY",
        "Identifier": attachment,
        "PreviousValues": previous,
        "NewValues": {"SegmentName": _NEW, "AttachmentId": attachment},
    }


def _changes(network: Network) -> int:
    return min(network.counts.changes, network.counts.attachments + 1)


def _asked(network: Network, params: Params, default: int) -> int:
    version = int(params.get("PolicyVersionId", default))
    if not 1 <= version <= max(1, network.counts.policy_versions):
        raise not_found("CORE_NETWORK_POLICY", str(version))
    return version


def get_core_network_change_set(estate: Estate, params: Params) -> Selection:
    """What executing a version would change; nothing for the live one."""
    network = estate.required(params)
    version = _asked(network, params, live_version(network) + 1)

    def item(position: int) -> Item:
        change = _change(estate, network, position)
        return {**change, "IdentifierPath": f"{change['Type']}/{change['Identifier']}"}

    return select(0 if version == live_version(network) else _changes(network), item)


def get_core_network_change_events(estate: Estate, params: Params) -> Selection:
    """How the execution of a version went; nothing for one that was never executed."""
    network = estate.required(params)
    version = _asked(network, params, live_version(network))

    def item(position: int) -> Item:
        change = _change(estate, network, position)
        return {
            "Type": change["Type"],
            "Action": change["Action"],
            "IdentifierPath": f"{change['Type']}/{change['Identifier']}",
            "EventTime": moment(0) + 86_400 * version + position,
            "Status": "FAILED" if position % 97 == 96 else "COMPLETE",
            "Values": {
                "SegmentName": _NEW,
                "EdgeLocation": network.plan.locations[position % len(network.plan.locations)],
                "AttachmentId": change["NewValues"].get("AttachmentId"),
            },
        }

    return select(_changes(network) if version <= live_version(network) else 0, item)
