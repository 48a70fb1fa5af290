"""Policy text shown as data: one line, bounded, in quotation marks."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 80
MOST_NAMES = 8


def quote(value: object) -> str:
    """`value` in quotation marks, on one line, at most `MOST` characters: policy text is untrusted."""
    text = str(value)
    text = text if len(text) <= MOST else text[: MOST - 1] + "…"
    if not text.isprintable():
        text = "".join(each if each.isprintable() else "?" for each in text)
    return '"' + text.replace('"', "'") + '"'


def listed(names: Iterable[str]) -> str:
    """The first names, quoted, and how many there are more."""
    kept = list(names)
    more = f" and {len(kept) - MOST_NAMES} more" if len(kept) > MOST_NAMES else ""
    return ", ".join(quote(name) for name in kept[:MOST_NAMES]) + more
