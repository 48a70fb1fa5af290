"""How one element or connection is shown: concise or full, names beside ids, never beyond its bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from math import isfinite
from typing import Any, Literal

from cloudwan_mcp.model import Connection, Element

Detail = Literal["concise", "full"]
ROW_BYTES = 12 * 1024  # one row's share of a reply; an element beyond it is shown without its attributes
DEPTH = 6  # of attributes that are looked through for a field
LONGEST_NAME = 48  # characters of a name that stands among others
CONCISE = ("id", "type", "name", "segment", "edge", "account", "state")
_TIMES = ("At", "Timestamp")  # AWS's timestamp members end so; they come as seconds since the epoch


def element_row(element: Element, detail: Detail) -> dict[str, Any]:
    row = {name: value for name in CONCISE if (value := getattr(element, name))}
    if detail == "concise":
        return row
    row |= {name: value for name in ("global_network", "core_network") if (value := getattr(element, name))}
    if len(element.attributes) > ROW_BYTES:
        return row | {"omitted": f"attributes, {len(element.attributes)} characters"}
    row["attributes"] = readable(json.loads(element.attributes or "{}"))
    return row


def connection_row(connection: Connection) -> dict[str, Any]:
    row = {"source": connection.source, "target": connection.target, "type": connection.type}
    return row | ({"state": connection.state} if connection.state else {})


def size(row: dict[str, Any]) -> int:
    """Bytes of the row as it stands in a reply, its comma included."""
    return len(encode(row).encode()) + 1


def fitting(sizes: Iterable[int], room: int) -> int:
    """How many of the first things, of so many bytes each, fit into `room` together."""
    return sum(used <= room for used in accumulate(sizes))


def fit(rows: Sequence[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """The first rows that fit into `room` together; the first is among them, cut down where it must be."""
    whole = [shortened(row, room) if size(row) > room else row for row in rows[:1]] + list(rows[1:])
    return whole[: max(fitting(map(size, whole), room), 1)]


def folded(rows: Sequence[dict[str, Any]], alike: Sequence[str], shown: int) -> list[dict[str, Any]]:
    """Of rows with the same members `alike` the first `shown`, and one that has the names of the `others`."""
    kinds: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(tuple(row.get(name) for name in alike), []).append(row)
    found: list[dict[str, Any]] = []
    for kind, members in kinds.items():
        whole = len(members) if len(members) <= shown + 1 else shown  # one alone is no shorter folded
        found += members[:whole]
        if others := [_cut(row.get("name") or row["id"]) for row in members[whole:]]:
            found.append(dict(zip(alike, kind, strict=True)) | {"folded": len(others), "others": others})
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def encode(value: Any) -> str:
    """Compact JSON; lone surrogates, which no UTF-8 reply could carry, are replaced."""
    return _whole(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def shortened(row: dict[str, Any], most: int) -> dict[str, Any]:
    """`row` cut down until it fits: its attributes go first, then long text is cut; the id stays whole."""
    short = {k: v for k, v in row.items() if k != "attributes"} | {"omitted": "attributes and long text"}
    if size(short) <= most:
        return short
    return {k: v if k == "id" or len(str(v)) <= 64 else f"{str(v)[:64]}…" for k, v in short.items()}


def chosen(row: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Only these members of a row or, at any depth, of its attributes, and its id and type; all for none."""
    if not fields:
        return row
    kept = {name: row[name] for name in ("id", "type") if name in row}
    return kept | dict(_picked(row, frozenset(fields), DEPTH))


def _picked(value: Any, fields: frozenset[str], depth: int) -> Iterator[tuple[str, Any]]:
    """(name, value) of the members so named, outer ones last: they go before inner ones of the same name."""
    if isinstance(value, dict) and depth:
        for each in value.values():
            yield from _picked(each, fields, depth - 1)
        yield from ((name, value[name]) for name in fields if name in value)


def readable(value: Any, name: str = "") -> Any:
    """JSON from AWS as it is shown: times as ISO 8601, what JSON or UTF-8 cannot hold replaced."""
    if isinstance(value, dict):
        return {_whole(k): readable(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [readable(v) for v in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and name.endswith(_TIMES):
        return _time(value)
    if isinstance(value, float) and not isfinite(value):  # of 1e999, which JSON can spell and not repeat
        return str(value)
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    """`text` without halves of characters, which JSON can spell and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _time(seconds: float) -> str | float:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return seconds
