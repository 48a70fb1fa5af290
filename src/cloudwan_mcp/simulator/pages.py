"""Cutting one page out of a selection."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cloudwan_mcp.simulator.answer import Selection

DEFAULT_PAGE = 50


class Page(NamedTuple):
    """Texts of the items, the position of the last, and where the next page begins (None at the end)."""

    texts: list[str]
    last: int
    following: int | None


def cut(chosen: Selection, start: int, limit: int, hidden: Callable[[int], bool] | None = None) -> Page:
    """The page of at most `limit` items from `start`; looks ahead: no token leads to an empty page."""
    if chosen.keep is None and hidden is None:
        stop = min(start + limit, chosen.count)
        texts = [chosen.text(position) for position in range(start, stop)]
        return Page(texts, stop - 1, stop if stop < chosen.count else None)
    texts = []
    last = start
    for position in range(start, chosen.count):
        if (hidden and hidden(position)) or (chosen.keep and not chosen.keep(position)):
            continue
        if len(texts) == limit:
            return Page(texts, last, position)
        texts.append(chosen.text(position))
        last = position
    return Page(texts, last, None)
