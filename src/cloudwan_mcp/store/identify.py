"""Ids: how an ARN reduces to the id its element has, and the 64-bit key of an id."""

from __future__ import annotations

from hashlib import blake2b

from cloudwan_mcp.store.blocks import plain

MOST_CHARACTERS = 2048


def stored_id(text: str) -> str:
    """The id as the store keeps and looks it up: on one line and bounded."""
    return plain(text, MOST_CHARACTERS)


def element_id(text: str) -> str:
    """The id that an element is listed under; an ARN ends in it: `arn:aws:ec2:..:vpc/vpc-1` -> `vpc-1`."""
    return stored_id(text.rsplit("/", 1)[-1] if text.startswith("arn:") else text)


def key_of(text: str) -> int:
    """A signed 64-bit key, what SQLite keeps in 8 bytes; equal ids have equal keys, the rest is checked."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)
