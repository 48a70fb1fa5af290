"""What the workloads work on: attachments of the simulator, as boto3 returns them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

Item = dict[str, Any]


@cache
def texts(count: int) -> tuple[str, ...]:
    """Each attachment as the text that AWS would send."""
    from cloudwan_mcp.simulator import Estate

    chosen = Estate(attachments=count).selection("ListAttachments")
    return tuple(map(chosen.text, range(count)))


@cache
def attachments(count: int) -> tuple[Item, ...]:
    return tuple(map(json.loads, texts(count)))


@cache
def connections(count: int) -> tuple[Item, ...]:
    """Two from each attachment: to the one before it, and to the one at half of its place."""
    ids = [item["AttachmentId"] for item in attachments(count)]
    places = ((index, other) for index in range(count) for other in (max(index - 1, 0), index // 2))
    return tuple({"From": ids[index], "To": ids[other]} for index, other in places)
