"""What differs between two states of one element: its fields, and the members of its attributes, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.model import Element
from cloudwan_mcp.row import encode, readable
from cloudwan_mcp.store.blocks import plain

FIELDS = ("type", "name", "global_network", "core_network", "segment", "edge", "account", "state")
READ_AT = "DefinitionTimestamp"  # when AWS polled a resource: says nothing about the resource
TIMES = ("At", "Timestamp")
DEPTH = 5
NAME_CHARACTERS = 80

Differences = dict[str, tuple[Any, Any]]


def differences(before: Element, after: Element) -> Differences:
    """{name: (value before, value after)}, None where it is missing; members within members by dotted names.

    Left out: what says only when something was read, the order of members and of tags, and a member that
    says again what one of the element's own fields says. JSON within a text (a policy) is looked into.
    """
    found: Differences = {}
    for name in FIELDS:
        values = getattr(before, name), getattr(after, name)
        if values[0] != values[1]:
            found[name] = (values[0] or None, values[1] or None)
    if before.attributes != after.attributes:
        said = {(_bare(was), _bare(now)) for was, now in found.values()}
        members: Differences = {}
        _compare("", _parsed(before.attributes), _parsed(after.attributes), DEPTH, members)
        for name, pair in members.items():
            if not any(pair == each for each in said) and not name.endswith(READ_AT):
                found[name] = pair
    return found


def only_times(found: Differences) -> bool:
    """Whether nothing differs but when something happened: `UpdatedAt`, a session's `Health.Timestamp`."""
    return all(name.endswith(TIMES) for name in found)


def shown(found: Differences, *, most: int, characters: int) -> dict[str, list[Any]]:
    """The first `most`, as [before, after]; text and structures cut to `characters`, on one line."""
    kept = list(found.items())[:most]
    return {
        plain(name, NAME_CHARACTERS): [_shown(name, value, characters) for value in pair]
        for name, pair in kept
    }


def _compare(name: str, was: Any, now: Any, depth: int, found: Differences) -> None:
    if was == now:
        return
    old, new = _members(was), _members(now)
    if depth and old is not None and new is not None:
        for key in dict.fromkeys([*old, *new]):
            dotted = f"{name}.{key}" if name else key
            _compare(dotted, old.get(key), new.get(key), depth - 1, found)
    else:
        found[name or "attributes"] = (was, now)


def _members(value: Any) -> Mapping[str, Any] | None:
    """What can be compared by name: an object, a list of tags, an object as text; None for anything else.

    What is missing has no members: then those that come are told one by one.
    """
    if value is None:
        return {}
    if isinstance(value, str) and value.startswith("{"):
        value = _parsed(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(tag, dict) and "Key" in tag for tag in value):
        tags = {str(tag["Key"]): tag.get("Value") for tag in value}
        return tags if len(tags) == len(value) else None
    return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text


def _bare(value: Any) -> Any:
    """A segment's or group's name as AWS's own members spell it."""
    return value.removeprefix("nfg:") if isinstance(value, str) else value


def _shown(name: str, value: Any, characters: int) -> Any:
    value = readable(value, name.rpartition(".")[2])
    if value is None or isinstance(value, bool | int | float):
        return value
    return plain(value if isinstance(value, str) else encode(value), characters)
