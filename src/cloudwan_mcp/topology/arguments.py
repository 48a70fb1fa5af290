"""What a question to a topology may say, and what is said of one that may not."""

from __future__ import annotations

from typing import Literal

from cloudwan_mcp.errors import BadRequest, NotFound

Direction = Literal["in", "out", "both"]
_WAYS = {"out": (True,), "in": (False,), "both": (True, False)}


class UnknownElement(NotFound, KeyError):
    """No element has this id."""


def ways(direction: str) -> tuple[bool, ...]:
    """Whether to go outward, for each way to go."""
    found = _WAYS.get(direction)
    if found is None:
        raise BadRequest(
            f"{direction!r} is no direction.", next_step="Give 'in', 'out' or 'both'.", field="direction"
        )
    return found


def at_least(field: str, value: int, least: int) -> None:
    if not isinstance(value, int) or value < least:
        raise BadRequest(
            f"{field} is a whole number of {least} or more, not {value!r}.",
            next_step="Give one.",
            field=field,
        )
