"""How an argument out of its bounds is refused."""

from __future__ import annotations

from cloudwan_mcp.errors import BadRequest


def outside(field: str, value: object, bound: str) -> BadRequest:
    """The error to raise; `bound` reads on after "must be"."""
    return BadRequest(
        f"{field}={value!r} is out of bounds.", field=field, next_step=f"{field} must be {bound}."
    )
