"""What one setting is: its default, help text, range and names, and how a given value is checked."""

from __future__ import annotations

import math
import reprlib
from dataclasses import Field, field
from typing import Any, NamedTuple

from cloudwan_mcp.errors import BadRequest


def setting(
    default: Any,
    doc: str,
    file: str = "",
    *,
    env: str = "",
    low: float = -math.inf,
    high: float = math.inf,
    secret: bool = False,
) -> Any:
    """A dataclass field that knows its help text, its range, a second variable and its key in the file."""
    metadata = {"doc": doc, "env": env, "file": file, "low": low, "high": high}
    return field(default=default, repr=not secret, metadata=metadata)


class Given(NamedTuple):
    """A value before its checks, where it comes from, and what an error calls it."""

    raw: Any
    origin: str
    called: str


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"CLOUDWAN_{name.upper()}"


def convert(each: Field[Any], given: Given) -> Any:
    """The value in the setting's type. Raises `BadRequest` for another type, or a number out of range."""
    kind: Any = type(each.default)
    low, high = each.metadata["low"], each.metadata["high"]
    try:
        value = _boolean(given.raw) if kind is bool else kind(given.raw)
    except ValueError:
        expected = {"int": "a whole number", "float": "a number", "bool": "true or false"}[kind.__name__]
        raise BadRequest(
            f"{given.called}={reprlib.repr(given.raw)} is not {expected}.",
            field=each.name,
            next_step=f"Set {given.called}: {each.metadata['doc']}{bounds(each)}.",
        ) from None
    if kind in (int, float) and not low <= value <= high:
        raise BadRequest(
            f"{given.called}={value} is outside {low:.10g}..{high:.10g}.",
            field=each.name,
            next_step=f"Choose a value in that range: {each.metadata['doc']}.",
        )
    return value


def bounds(each: Field[Any]) -> str:
    """The range of a setting in words, in brackets; empty where there is none to speak of."""
    low, high = each.metadata["low"], each.metadata["high"]
    if math.isfinite(high):
        return f" ({low:.10g} to {high:.10g})"
    return f" (at least {low:.10g})" if math.isfinite(low) and low > 0 else ""


def _boolean(raw: Any) -> bool:
    word, yes, no = str(raw).strip().lower(), ("1", "true", "yes", "on"), ("0", "false", "no", "off")
    if word not in yes + no:
        raise ValueError(raw)
    return word in yes
