"""Elements and connections out of whatever others describe them with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement
from cloudwan_mcp.topology.members import ARNS, connection_keys, element_keys

_HOT = ("global_network", "core_network", "segment", "account", "state")
_ELEMENT_TYPES = (str, str, str, str, dict)
_CONNECTION_TYPES = (str, str, str, dict)
_NESTED = 2  # {"VpcAttachment": {"Attachment": {...}}}

ElementParts = tuple[str, str, str, str, dict[str, Any]]
ConnectionParts = tuple[str, str, str, dict[str, Any]]


class Unclear(Exception):
    """Something that is no element or connection; the text says what is missing."""


def element_of(value: Any) -> NetworkElement:
    """One of our values, of the house's, a dict of ours or of boto3's, or an object with such attributes.

    The metadata of what is not ours is the whole dict, unchanged. Raises `Unclear`.
    """
    return value if type(value) is NetworkElement else NetworkElement(*element_parts(value))


def element_parts(value: Any) -> ElementParts:
    """Id, name, type, region and metadata of what `element_of` takes, the texts of Python's own class."""
    if type(value) is dict:
        parts = _described(value)
    elif isinstance(value, NetworkElement):
        parts = value.id, value.name, value.element_type, value.region, value.metadata
    elif isinstance(value, Element):
        return element_parts(from_stored(value))
    else:
        parts = _described(_members(value))
    if tuple(map(type, parts)) == _ELEMENT_TYPES:
        return parts
    texts = [_text(part, name) for part, name in zip(parts, ("id", "name", "type", "region"), strict=False)]
    return texts[0], texts[1], texts[2], texts[3], _metadata(parts[-1])


def described(value: Mapping[str, Any], identifier: str) -> NetworkElement:
    """An element from its members, its id being known from elsewhere."""
    return NetworkElement(*_described(value, identifier))


def _described(value: Mapping[str, Any], identifier: str | None = None) -> ElementParts:
    own, member, names, types, regions, implied = element_keys(value)
    if own and _is_ours(value, id=identifier):
        name, kind, region = (value.get(key) or "" for key in ("name", "element_type", "region"))
        if identifier is None:
            identifier = _text(value.get("id"), "id")
        return identifier, name, kind, region, value.get("metadata") or {}
    about = value
    if identifier is None:
        if not member:
            about = _identified(value)
            _, member, names, types, regions, implied = element_keys(about)
        identifier = _text(about[member], member)
    name = _first(about, names) or _tagged_name(about.get("Tags"))
    kind = _first(about, types) or implied
    return identifier, name, kind, _first(about, regions), value if isinstance(value, dict) else dict(value)


def from_stored(e: Element) -> NetworkElement:
    """An element of a snapshot: its attributes, with the columns that have no field of their own."""
    metadata = json.loads(e.attributes) if e.attributes else {}
    if not isinstance(metadata, dict):
        metadata = {"attributes": metadata}
    for column in _HOT:
        value = getattr(e, column)
        if value:
            metadata.setdefault(column, value)
    return NetworkElement(e.id, e.name, e.type, e.edge, metadata)


def connection_of(value: Any) -> NetworkConnection:
    """Likewise a connection; a pair or triple is (source, target, type or dict). Raises `Unclear`."""
    return value if type(value) is NetworkConnection else NetworkConnection(*connection_parts(value))


def connection_parts(value: Any) -> ConnectionParts:
    """Source, target, type and metadata of what `connection_of` takes."""
    if type(value) is dict:
        parts = _linked(value)
    elif isinstance(value, NetworkConnection):
        parts = value.source, value.target, value.connection_type, value.metadata
    elif isinstance(value, Connection):
        return connection_parts(from_stored_connection(value))
    elif isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        parts = _paired(value)
    else:
        parts = _linked(_members(value))
    if tuple(map(type, parts)) == _CONNECTION_TYPES:
        return parts
    texts = [_text(part, name) for part, name in zip(parts, ("source", "target", "type"), strict=False)]
    return texts[0], texts[1], texts[2], _metadata(parts[-1])


def linked(value: Mapping[str, Any], source: str, target: str) -> NetworkConnection:
    """A connection from its members, its ends being known from elsewhere."""
    return NetworkConnection(*_linked(value, source, target))


def _linked(
    value: Mapping[str, Any], source: str | None = None, target: str | None = None
) -> ConnectionParts:
    own, sources, targets, kinds = connection_keys(value)
    ours = own and _is_ours(value, source=source, target=target)
    if source is None or target is None:
        source, target = _end(value, sources, "source"), _end(value, targets, "target")
    if ours:
        return source, target, value.get("connection_type") or "", value.get("metadata") or {}
    return source, target, _first(value, kinds), value if isinstance(value, dict) else dict(value)


def from_stored_connection(c: Connection) -> NetworkConnection:
    """A connection of a snapshot; its state, where it has one, is in the metadata."""
    metadata: dict[str, Any] = json.loads(c.attributes) if c.attributes else {}
    if c.state:
        metadata.setdefault("state", c.state)
    return NetworkConnection(c.source, c.target, c.type, metadata)


def _paired(value: tuple[Any, ...] | list[Any]) -> ConnectionParts:
    if not 2 <= len(value) <= 3:
        raise Unclear(f"has {len(value)} members where a source, a target and a type or dict were expected")
    source, target = _text(value[0], "source"), _text(value[1], "target")
    more = value[2] if len(value) == 3 else {}
    return (source, target, more, {}) if isinstance(more, str) else _linked(_members(more), source, target)


def _members(value: Any) -> Mapping[str, Any]:
    """A mapping as it is, an object by its public attributes."""
    if type(value) is dict or isinstance(value, Mapping):
        mapping: Mapping[str, Any] = value
        return mapping
    if hasattr(value, "_asdict"):
        named: Mapping[str, Any] = value._asdict()
        return named
    names = [*getattr(value, "__dict__", ())]
    names += [field.name for field in fields(value)] if is_dataclass(value) else []
    names += [each for kind in type(value).__mro__ for each in _slots(kind)]
    found = {name: getattr(value, name, None) for name in names if not name.startswith("_")}
    if not found:
        raise Unclear(f"is a value of type {type(value).__name__}")
    return found


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _identified(value: Mapping[str, Any], depth: int = _NESTED) -> Mapping[str, Any]:
    """The mapping within `value` that holds an id, as in `{"Attachment": {...}}`."""
    for each in value.values() if depth else ():
        if isinstance(each, Mapping):
            if element_keys(each).identifier:
                return each
            try:
                return _identified(each, depth - 1)
            except Unclear:
                continue
    raise Unclear("has no id, nor a member such as AttachmentId or VpcId")


def _is_ours(value: Mapping[str, Any], **known: str | None) -> bool:
    """Whether nothing is lost in taking it for a form of ours: metadata that are none, an id of another."""
    same = all(text is None or value.get(name, text) == text for name, text in known.items())
    return same and isinstance(value.get("metadata") or {}, dict)


def _metadata(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unclear(f"has metadata of type {type(value).__name__}, not a dict")
    return value


def _text(value: Any, member: str) -> str:
    """A text of Python's own class."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise Unclear(f"has {'no' if value is None else 'a'} {member or 'id'} that is text")


def _first(value: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of these members that is text, or begins with one."""
    for name in names:
        found = value[name]
        if type(found) is list and found:
            found = found[0]
        if found and isinstance(found, str):
            return found
    return ""


def _tagged_name(tags: Any) -> str:
    """The Name tag, in AWS's list of keys and values or in a dict."""
    if isinstance(tags, dict):
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict) and tag.get("Key") == "Name" and isinstance(tag.get("Value"), str):
            return str(tag["Value"])
    return ""


def _end(value: Mapping[str, Any], member: str, what: str) -> str:
    end = value.get(member)
    if type(end) is not str:
        end = _text(end, what)
    if member in ARNS and end.startswith("arn:"):
        return end.rpartition("/")[2]  # the id that its element is listed under
    return end
