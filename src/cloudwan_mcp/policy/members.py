"""Members of JSON objects, read with tolerance: what is odd is noted, and reading goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.finding import Finding, Severity, path_of, step
from cloudwan_mcp.policy.quotation import MOST, quote

MOST_FINDINGS = 1000
MOST_ITEMS = 2000
"""Of any list: far above the quotas, and low enough for whatever compares each item with each other."""
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


@dataclass(slots=True)
class Notes:
    """What reading one document found."""

    findings: list[Finding] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self, check: str, severity: Severity, pointer: str, message: str, fix: str = "", code: str = ""
    ) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(check, severity, pointer, message, fix, code))


class Members:
    """The members of one object; `rest` notes those that were not asked for."""

    def __init__(self, notes: Notes, data: Mapping[str, Any], pointer: str) -> None:
        self.notes = notes
        self.pointer = pointer
        self._data = data
        self._asked: set[str] = set()

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def raw(self, name: str, *, required: bool = False) -> Any:
        """The member as it stands; None, noted, where it is missing or null and should not be."""
        self._asked.add(name)
        value = self._data.get(name)
        if value is None and name in self._data:
            self.wrong(name, value, "a value")
        elif value is None and required:
            where = step(self.pointer, name)
            message = f"{path_of(where)}: is missing but it is required"
            self.notes.add(
                "missing", "error", self.pointer, message, f"Add {quote(name)}.", "REQUIRED_PROPERTY"
            )
        return value

    def text(self, name: str, *, required: bool = False) -> str:
        """A string. Booleans and numbers are taken as their text, as template languages write them."""
        value = self.raw(name, required=required)
        return "" if value is None else self._string(value, step(self.pointer, name))

    def integer(self, name: str, *, required: bool = False) -> int | None:
        value = self.raw(name, required=required)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 12:
            self._taken(step(self.pointer, name), "string", "integer")
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(name, value, "integer")
        return None

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            self._taken(step(self.pointer, name), "string", "boolean")
            return value.lower() == "true"
        if value is not None and not isinstance(value, bool):
            self.wrong(name, value, "boolean")
        return value if isinstance(value, bool) else default

    def texts(self, name: str, *, required: bool = False) -> tuple[str, ...] | None:
        """A list of strings, or None where there is none; a bare string is a list of one."""
        value = self.raw(name, required=required)
        if isinstance(value, str | int) and not isinstance(value, bool):
            self._taken(step(self.pointer, name), _type(value), "array")
            value = [value]
        if value is None or not isinstance(value, list):
            if value is not None:
                self.wrong(name, value, "array")
            return None
        self._few(name, value)
        where = step(self.pointer, name)
        return tuple(self._string(each, step(where, index)) for index, each in enumerate(value))

    def each(self, name: str, *, required: bool = False) -> Iterator[Members]:
        """The objects of a list; what else it holds is noted and left out."""
        value = self.raw(name, required=required)
        if isinstance(value, dict):
            self._taken(step(self.pointer, name), "object", "array")
            value = [value]
        if value is not None and not isinstance(value, list):
            self.wrong(name, value, "array")
        items = value if isinstance(value, list) else []
        self._few(name, items)
        where = step(self.pointer, name)
        for index, item in enumerate(items):
            if isinstance(item, dict):
                yield Members(self.notes, item, step(where, index))
            else:
                self._mistyped(step(where, index), item, "object")

    def inner(self, name: str, *, required: bool = False) -> Members:
        """The object of that name; an empty one where there is none."""
        value = self.raw(name, required=required)
        if value is not None and not isinstance(value, dict):
            self.wrong(name, value, "object")
        return Members(self.notes, value if isinstance(value, dict) else {}, step(self.pointer, name))

    def rest(self) -> None:
        """Keep and note the members that nobody asked for."""
        for name, value in self._data.items():
            if name in self._asked:
                continue
            pointer = step(self.pointer, name) if len(name) <= MOST else self.pointer
            self.notes.unknown.append((pointer, json.dumps(value)))
            comment = name.startswith("__") or "comment" in name.lower()
            self.notes.add(
                "unknown-member",
                "info" if comment else "warning",
                pointer,
                f"{quote(name)} is not a member that the policy's grammar knows here.",
                "Remove it, or check its spelling.",
            )

    def wrong(self, name: str, value: object, expected: str) -> None:
        self._mistyped(step(self.pointer, name), value, expected)

    def _few(self, name: str, value: list[Any]) -> None:
        if len(value) > MOST_ITEMS:
            where = step(self.pointer, name)
            raise BadRequest(
                f"{path_of(where)} has {len(value):,} items; at most {MOST_ITEMS:,} are read.",
                field=where,
                next_step="Split the policy: AWS's own quotas are far lower.",
            )

    def _string(self, value: object, pointer: str) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool | int | float):
            self._taken(pointer, _type(value), "string")
            return json.dumps(value)
        self._mistyped(pointer, value, "string")
        return ""

    def _taken(self, pointer: str, found: str, expected: str) -> None:
        self.notes.add(
            "loose-type",
            "info",
            pointer,
            f"{path_of(pointer)}: {found} found, {expected} expected; it is read as one.",
            f"Write it as {'an' if expected[0] in 'aio' else 'a'} {expected}.",
        )

    def _mistyped(self, pointer: str, value: object, expected: str) -> None:
        message = f"{path_of(pointer)}: {_type(value)} found, {expected} expected"
        self.notes.add("type", "error", pointer, message, f"Give {expected} here, or leave it out.")


def _type(value: object) -> str:
    return "null" if value is None else _TYPES.get(type(value), "value")
