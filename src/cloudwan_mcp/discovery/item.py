"""Reading the members that AWS's items share: tags, names, types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tag(item: Mapping[str, Any], key: str) -> str:
    """The value of one tag, empty without it."""
    for each in item.get("Tags") or ():
        if each.get("Key") == key:
            return each.get("Value") or ""
    return ""


def name(item: Mapping[str, Any]) -> str:
    """What a person calls the item: its Name tag, else its description."""
    return tag(item, "Name") or item.get("Description") or ""


def text(item: Mapping[str, Any], member: str) -> str:
    """A member as text; missing and null are empty, so that a parser survives the minimal shape."""
    value = item.get(member)
    return "" if value is None else str(value)


def hyphenated(word: str) -> str:
    """AWS's enumeration value as a type: `SITE_TO_SITE_VPN` -> `site-to-site-vpn`."""
    return word.lower().replace("_", "-")
