"""What a caller may have meant: filters that match nothing, and the values that there are."""

from __future__ import annotations

from difflib import get_close_matches

from cloudwan_mcp.store import Filters, Reader

SHOWN = 5
NAMED = ("segment", "edge", "account", "state")


def alternatives(reader: Reader, filters: Filters) -> list[str]:
    """A sentence for each filter whose value occurs nowhere, with what is like it, or occurs most."""
    said = []
    for field in NAMED:
        wanted = getattr(filters, field)
        if wanted and not reader.count(Filters(**{field: wanted})):
            said.append(_instead(reader, field, wanted))
    for wanted in filters.types:
        if not reader.count(Filters(types=(wanted,))):
            said.append(_instead(reader, "type", wanted))
    return said


def _instead(reader: Reader, field: str, wanted: str) -> str:
    values = [value for (value,), _ in reader.tally(Filters(), field) if value]
    alike = get_close_matches(wanted, values, n=SHOWN, cutoff=0.5) or values[:SHOWN]
    there_are = ", ".join(alike) if alike else "none at all"
    return f"No {field} {wanted!r}; there {'are' if len(alike) > 1 else 'is'} {there_are}."
