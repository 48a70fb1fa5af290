"""Attachments and routes as AWS lists them, turned into what policies are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.installed import InstalledRoute

Item = Mapping[str, Any]


def read_attachment(item: Item, prefixes: Iterable[str] = (), label: str = "") -> Attachment:
    """An item of ListAttachments. What it lacks is left empty; `prefixes` and `label` are not in it."""
    tags = item.get("Tags") or ()
    return Attachment(
        id=_text(item, "AttachmentId"),
        type=_text(item, "AttachmentType"),
        tags={_text(each, "Key"): _text(each, "Value") for each in tags if isinstance(each, Mapping)},
        account=_text(item, "OwnerAccountId"),
        region=_text(item, "EdgeLocation"),
        resource=_text(item, "ResourceArn"),
        state=_text(item, "State"),
        prefixes=tuple(prefixes),
        label=label,
    )


def read_route(item: Item, segment: str, edge: str) -> InstalledRoute:
    """An item of GetNetworkRoutes, out of the table of `segment` at `edge`."""
    destinations = [each for each in item.get("Destinations") or () if isinstance(each, Mapping)]
    return InstalledRoute(
        segment,
        edge,
        _text(item, "DestinationCidrBlock"),
        _text(item, "State") or "ACTIVE",
        _text(item, "Type") or "PROPAGATED",
        _all(destinations, "CoreNetworkAttachmentId"),
        _all(destinations, "NetworkFunctionGroupName"),
    )


def _all(items: list[Item], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for each in items if (text := _text(each, name))))


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
