"""The tags accounts put on their attachments, as ready JSON text."""

from __future__ import annotations

import json
from collections.abc import Collection

_APPLICATIONS = ("payments", "orders", "search", "catalog", "identity", "analytics", "ledger", "edge-cache")
_VALUES = {
    "Environment": ("prod", "dev", "test", "staging", "qa", "dr", "lab", "preprod"),
    "Owner": ("team-network", "team-data", "team-web", "it@example.com", "équipe-réseau", "ops", "sre", "it"),
    "CostCenter": ("CC-1001", "CC-1002", "CC-2040", "CC-3107", "CC-4410", "CC-5151", "CC-6000", "CC-7777"),
    "ManagedBy": ("terraform", "cloudformation", "cdk", "pulumi", "console", "ansible", "sdk", "cli"),
}


def tag_text(key: str, value: str) -> str:
    """One tag, with the comma before it."""
    return f',{{"Key":{json.dumps(key)},"Value":{json.dumps(value, ensure_ascii=False)}}}'


class Tagging:
    """Three to six tags chosen by the bits of a number; those a policy asks for stand beside them.

    `reserved` are the keys the policy's conditions read: only the policy's own wishes may set them.
    """

    def __init__(self, reserved: Collection[str]) -> None:
        self._named = "Name" not in reserved
        first, second, third, fourth = (
            [tag_text(key, value) if key not in reserved else "" for value in values]
            for key, values in _VALUES.items()
        )
        self._always = [one + other for one in first for other in second]
        # The upper bits say whether the third and the fourth are there at all.
        self._sometimes = [
            (third[number & 7] if number & 64 else "") + (fourth[number >> 3 & 7] if number & 128 else "")
            for number in range(256)
        ]

    def text(self, number: int, local: int, wanted: str) -> str:
        """The tags of the attachment at `local`, `wanted` being those that ask for its segment."""
        tags = wanted + self._always[number & 63] + self._sometimes[number >> 6 & 255]
        if self._named:
            return f'{{"Key":"Name","Value":"{_APPLICATIONS[number >> 14 & 7]}-{local:07d}"}}{tags}'
        return tags[1:]
